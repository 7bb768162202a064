"""The part of a photo that shows a person in a domain's shape, cut or padded, and the way back."""

from dataclasses import dataclass

import cv2
import numpy as np

from engine.images import resize_photo

MARGIN = 0.065  # free space on each side, as a share of the person's box
FILL = 127  # grey level beyond the photo

_TILE = 2048  # pixels of the photo that are filled at a time


@dataclass(frozen=True)
class Box:
    """A part of a photo in its pixels, from edge to edge; the part may reach beyond the photo."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column after the box."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """The first row after the box."""
        return self.top + self.height

    def within(self, height: int, width: int) -> "Box":
        """The part of it that lies in a photo of that size; without extent if there is none."""
        left, top = (min(max(low, 0), limit) for low, limit in ((self.left, width), (self.top, height)))
        right, bottom = min(max(self.right, left), width), min(max(self.bottom, top), height)
        return Box(left, top, right - left, bottom - top)


def fit(person: Box, photo_size: tuple[int, int], shape: tuple[int, int], margin: float = MARGIN) -> Box:
    """The crop of a photo around `person` that has the shape of `shape`; sizes are (width, height).

    It leaves `margin` free on each side as far as the photo has it, and lies inside the photo where that is large
    enough; else it reaches beyond, as much on both sides.
    """
    wide, high = (
        max(extent, min(extent * (1 + 2 * margin), limit))
        for extent, limit in zip((person.width, person.height), photo_size, strict=True)
    )
    scale = max(wide / shape[0], high / shape[1])
    width, height = (max(1, round(scale * side)) for side in shape)
    return Box(
        _place(person.left + person.width / 2, width, photo_size[0]),
        _place(person.top + person.height / 2, height, photo_size[1]),
        width,
        height,
    )


def cut(photo: np.ndarray, crop: Box, size: tuple[int, int]) -> np.ndarray:
    """`crop` of a photo uint8 (H, W, 3) at `size` (width, height); grey where it reaches beyond the photo.

    The crop shows some of the photo.
    """
    part = crop.within(*photo.shape[:2])
    left, right = (round((edge - crop.left) * size[0] / crop.width) for edge in (part.left, part.right))
    top, bottom = (round((edge - crop.top) * size[1] / crop.height) for edge in (part.top, part.bottom))
    picture = np.full((size[1], size[0], 3), FILL, np.uint8)
    left, top = min(left, size[0] - 1), min(top, size[1] - 1)
    small = (max(right - left, 1), max(bottom - top, 1))
    shown = resize_photo(photo[part.top : part.bottom, part.left : part.right], small)
    picture[top : top + small[1], left : left + small[0]] = shown
    return picture


def points_in_photo(points: np.ndarray, crop: Box) -> np.ndarray:
    """Points (..., 2) of a crop, x and y in [-1, 1] from edge to edge, in pixels of the photo."""
    return (points + 1) / 2 * [crop.width, crop.height] + [crop.left, crop.top]


def labels_in_photo(scores: np.ndarray, crop: Box, photo_size: tuple[int, int]) -> np.ndarray:
    """The class with the highest score at each pixel of the photo, uint8 (H, W); 0 outside the crop.

    scores: float32 (classes, h, w) over the crop, at most 255 classes; photo_size: (width, height). Scores in between
    are interpolated, so that borders are smooth at any size.
    """
    width, height = photo_size
    labels = np.zeros((height, width), np.uint8)
    part = crop.within(height, width)
    for top in range(part.top, part.bottom, _TILE):
        for left in range(part.left, part.right, _TILE):
            tile = labels[top : min(top + _TILE, part.bottom), left : min(left + _TILE, part.right)]
            tile[:] = _best(scores, crop, left, top, tile.shape)
    return labels


def _best(scores: np.ndarray, crop: Box, left: int, top: int, shape: tuple[int, ...]) -> np.ndarray:
    """The best class of a tile of the photo, uint8 (h, w)."""
    across, down = scores.shape[2] / crop.width, scores.shape[1] / crop.height
    to_scores = np.array(
        [
            [across, 0, (left + 0.5 - crop.left) * across - 0.5],
            [0, down, (top + 0.5 - crop.top) * down - 0.5],
        ]
    )
    best = np.zeros(shape, np.uint8)
    highest = np.full(shape, -np.inf, np.float32)
    for number, plane in enumerate(scores):
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        score = cv2.warpAffine(plane, to_scores, shape[::-1], flags=flags, borderMode=cv2.BORDER_REPLICATE)
        better = score > highest
        best[better] = number
        np.maximum(highest, score, out=highest)
    return best


def _place(middle: float, extent: int, limit: int) -> int:
    """Where a span of `extent` begins that is to lie around `middle`, inside 0..limit or around it."""
    if extent >= limit:
        return -((extent - limit) // 2)
    return min(max(round(middle - extent / 2), 0), limit - extent)
