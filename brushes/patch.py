"""The pixels that a tool means to change: a tight box and a mask in it."""

from collections.abc import Collection
from dataclasses import dataclass

import cv2
import numpy as np

Box = tuple[int, int, int, int]
"""(x0, y0, x1, y1) in pixels, x1 and y1 excluded."""


@dataclass(frozen=True, eq=False)
class Patch:
    """Pixels of a label map; `mask` is bool (y1 - y0, x1 - x0) and touches all four sides of `box`."""

    box: Box
    mask: np.ndarray


def slices(box: Box) -> tuple[slice, slice]:
    """The rows and columns of `box`, to index an (H, W) array with."""
    x0, y0, x1, y1 = box
    return slice(y0, y1), slice(x0, x1)


def union(first: Box | None, second: Box) -> Box:
    """The smallest box around both."""
    if first is None:
        return second
    return min(first[0], second[0]), min(first[1], second[1]), max(first[2], second[2]), max(first[3], second[3])


def clipped_box(x0: float, y0: float, x1: float, y1: float, shape: tuple[int, int]) -> Box | None:
    """The whole pixels of an (H, W) map that the given rectangle touches; None when there are none."""
    height, width = shape
    box = (
        max(0, int(np.floor(max(x0, 0)))),
        max(0, int(np.floor(max(y0, 0)))),
        int(np.ceil(min(x1, width))),
        int(np.ceil(min(y1, height))),
    )
    return box if box[0] < box[2] and box[1] < box[3] else None


def tight_patch(mask: np.ndarray, left: int = 0, top: int = 0) -> Patch | None:
    """The set pixels of a bool (h, w) mask whose first pixel lies at (left, top); None when none is set."""
    x, y, width, height = cv2.boundingRect(mask.view(np.uint8))
    if not width:
        return None
    return Patch((left + x, top + y, left + x + width, top + y + height), mask[y : y + height, x : x + width])


def effective_patch(
    patch: Patch, labels: np.ndarray, values: int | np.ndarray, locked: Collection[int] = ()
) -> Patch | None:
    """The part of `patch` that really changes: the class differs and the present one is not locked.

    `labels` is uint8 (H, W); `values` is a class id or a uint8 array of the patch's shape. None when nothing changes.
    """
    present = labels[slices(patch.box)]
    changes = patch.mask & (present != values)
    if locked:
        is_locked = np.zeros(256, dtype=bool)
        is_locked[list(locked)] = True
        changes &= ~is_locked[present]
    return tight_patch(changes, patch.box[0], patch.box[1])
