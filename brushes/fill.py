"""Flood fill."""

import cv2
import numpy as np

from brushes.patch import Patch, tight_patch
from brushes.picker import class_at


def fill_patch(labels: np.ndarray, x: float, y: float) -> Patch | None:
    """The 4-connected area of one class around (x, y) in a uint8 (H, W) map; None outside of the map."""
    if class_at(labels, x, y) is None:
        return None
    height, width = labels.shape
    mask = np.zeros((height + 2, width + 2), dtype=np.uint8)  # floodFill wants a rim of one pixel
    # a copy, because it refuses read-only maps, although it writes to the mask alone
    cv2.floodFill(labels.copy(), mask, (int(x), int(y)), 0, flags=4 | cv2.FLOODFILL_MASK_ONLY | (1 << 8))
    return tight_patch(mask[1:-1, 1:-1].view(bool))


def class_patch(labels: np.ndarray, class_id: int) -> Patch | None:
    """All pixels of one class, wherever they are; None when there are none."""
    return tight_patch(labels == class_id)
