"""Which part of a photo the editor takes, with the labels and poses that lie in it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from app.content import Surround
from app.pictures import LONGEST_SIDE
from engine.analysis.fit import FILL, Box
from engine.images import resize_photo
from engine.inference.state import Exemplar, Keypoints, Pixels

if TYPE_CHECKING:
    from engine.analysis.analyse import Person

LARGEST_WHOLE = 40_000_000
"""Pixels of a whole photo that is kept around its crop; two of them fit into the history."""

_MOST = 0.75
_SAME_SHAPE = 0.02


@dataclass(frozen=True)
class Fitted:
    """What the editor takes of a photo.

    photo      RGB uint8 (H, W, 3), grey where the crop reaches beyond the photo
    labels     class ids uint8 (H, W)
    keypoints  the poses in pixels of `photo`; None where none are known
    surround   the whole photo at the scale of `photo`; None where all of it was taken
    """

    photo: np.ndarray
    labels: np.ndarray
    keypoints: Keypoints | None = None
    surround: Surround | None = None

    def exemplar(self, name: str) -> Exemplar:
        """It as an exemplar."""
        return Exemplar(Pixels(self.photo), Pixels(self.labels), name, self.keypoints)


def whole(size: tuple[int, int]) -> Box:
    """All of a picture of `size` (width, height)."""
    return Box(0, 0, *size)


def usual_crop(person: "Person", size: tuple[int, int], shape: tuple[int, int]) -> Box:
    """The crop that is proposed for a person in a photo; sizes are (width, height).

    That is the crop around the person, or all of a photo that has the shape anyway and shows little else.
    """
    has_shape = abs(size[0] * shape[1] / (size[1] * shape[0]) - 1) <= _SAME_SHAPE
    return whole(size) if has_shape and person.crop.height >= _MOST * size[1] else person.crop


def fit_photo(
    photo: np.ndarray, crop: Box, label_maps: Sequence[np.ndarray] = (), poses: Sequence[np.ndarray] = ()
) -> Fitted:
    """Take `crop` of a photo RGB uint8 (H, W, 3) in the photo's own pixels, as far as the canvas's bound allows.

    label_maps: class ids uint8 (h, w) over the whole photo, of any resolution; later ones cover earlier ones.
    poses: each (18, 3), in pixels of the photo; keypoints outside of the crop are missing.
    """
    height, width = photo.shape[:2]
    scale = _scale(crop, (width, height))
    picture = photo if scale == 1 else resize_photo(photo, _scaled((width, height), scale))
    size = picture.shape[1], picture.shape[0]
    part = Box(round(crop.left * scale), round(crop.top * scale), *_scaled((crop.width, crop.height), scale))
    return Fitted(
        photo=_part_of(picture, part),
        labels=labels_in(part, size, label_maps),
        keypoints=_poses_in(part, scale, poses),
        surround=None if part == whole(size) else Surround(Pixels(picture), part.left, part.top),
    )


def fitted_size(crop: Box, size: tuple[int, int]) -> tuple[int, int]:
    """Width and height of what `fit_photo` takes of a photo of `size` (width, height)."""
    return _scaled((crop.width, crop.height), _scale(crop, size))


def labels_in(part: Box, size: tuple[int, int], label_maps: Sequence[np.ndarray]) -> np.ndarray:
    """The label map of a part of a picture of `size` (width, height), uint8; 0 beyond the picture.

    label_maps: as of `fit_photo`; each pixel takes the class of the nearest one.
    """
    labels = np.zeros((part.height, part.width), np.uint8)
    for label_map in label_maps:
        rows, columns = label_map.shape
        y = np.floor((np.arange(part.height) + part.top + 0.5) * rows / size[1]).astype(int)
        x = np.floor((np.arange(part.width) + part.left + 0.5) * columns / size[0]).astype(int)
        down, across = ((y >= 0) & (y < rows)).nonzero()[0], ((x >= 0) & (x < columns)).nonzero()[0]
        if down.size and across.size:
            inside = slice(down[0], down[-1] + 1), slice(across[0], across[-1] + 1)
            shown = label_map[y[inside[0], None], x[inside[1]]]
            np.copyto(labels[inside], shown, where=shown > 0)
    return labels


def pose_on_canvas(pose: np.ndarray, size: tuple[int, int], canvas: tuple[int, int]) -> np.ndarray:
    """Poses (persons, 18, 3) in pixels of a picture, as they stand when it is fitted into the middle of a canvas.

    Both sizes are (width, height); the picture keeps its shape. Missing keypoints stay 0.
    """
    scale = min(canvas[0] / size[0], canvas[1] / size[1])
    shift = [(there - here * scale) / 2 for here, there in zip(size, canvas, strict=True)]
    placed = pose.copy()
    placed[..., :2] = np.where(pose.any(-1, keepdims=True), pose[..., :2] * scale + shift, 0)
    return placed


def _scale(crop: Box, size: tuple[int, int]) -> float:
    scale = min(1.0, LONGEST_SIDE / max(crop.width, crop.height))
    return scale if crop == whole(size) else min(scale, math.sqrt(LARGEST_WHOLE / (size[0] * size[1])))


def _scaled(size: tuple[int, int], scale: float) -> tuple[int, int]:
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _part_of(picture: np.ndarray, part: Box) -> np.ndarray:
    shown = part.within(*picture.shape[:2])
    result = np.full((part.height, part.width, 3), FILL, np.uint8)
    left, top = shown.left - part.left, shown.top - part.top
    result[top : top + shown.height, left : left + shown.width] = picture[
        shown.top : shown.bottom, shown.left : shown.right
    ]
    return result


def _poses_in(part: Box, scale: float, poses: Sequence[np.ndarray]) -> Keypoints | None:
    inside = []
    for pose in poses:
        moved = pose.copy()
        moved[:, :2] = pose[:, :2] * scale - (part.left, part.top)
        x, y, confidence = moved.T
        missing = (confidence <= 0) | (x < 0) | (x > part.width) | (y < 0) | (y > part.height)
        moved[missing] = 0
        if not missing.all():
            inside.append(moved)
    return Keypoints(np.stack(inside)) if inside else None
