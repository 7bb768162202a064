"""Home, pixel by pixel: a match that has left its class is led to the nearest place of the class and a little further.

What is painted wider than the exemplar shows goes on from its own border inwards, and the ground goes on behind the
exemplar's person. A photo mixes its regions along their outlines. Shown elsewhere than along the new outlines, that rim
would be a ghost of the exemplar's person; so for another person matches are led out of it, too.
"""

from collections.abc import Container, Mapping, Sequence

import cv2
import numpy as np
import torch
from torch import Tensor

from engine.layers.constants import constant

GROUND_RIM, RIM = 3, 1  # pixels along an outline that are no longer the background's, and no longer a garment's
FAR = 8.0  # pixels
BEYOND = (16.0, 28.0)  # pixels of the exemplar
INWARD = 0.5  # how much further, as a share of the way to the nearest place


def ways_home(
    labels: Tensor, classes: int, besides: Mapping[int, Sequence[int]], wanted: Container[int] | None = None
) -> Tensor:
    """For every pixel and every class, the way to where that class goes on; none from within it, and to absent ones.

    labels: int64 (B, H, W), 0 the background. besides: classes that count as a class, too, as the glasses on a face.
    wanted: the classes that ways are looked for to, all where none are named.
    Returns int16 (B, classes, H, W, 2), (x, y) in pixels.
    """
    ways = np.zeros((len(labels), classes, *labels.shape[1:], 2), np.int16)
    for picture, of_picture in zip(labels.cpu().numpy(), ways, strict=True):
        for number in np.unique(picture).tolist():
            if wanted is not None and number not in wanted:
                continue
            region = np.isin(picture, [number, *besides.get(number, ())])
            of_picture[number] = _ways(_within(region, RIM if number else GROUND_RIM))
    return torch.from_numpy(ways).to(labels.device)


def led_home(points: Tensor, labels: Tensor, ways: Tensor, leading: Tensor, alike: Tensor | None = None) -> Tensor:
    """Points (B, h, w, 2) of pixels of the classes `labels` (B, h, w), led home where `leading`, bool (B, h, w).

    ways: as `ways_home` gives them for an exemplar of any size. alike: points to begin with where the way from
    `points` is longer than FAR; one place of a class, repeated all over, would not look like cloth.
    """
    cell, way = _way_from(points, labels, ways)
    if alike is not None:
        far = leading & (way.square().sum(-1) > FAR**2)
        points = torch.where(far.unsqueeze(-1), alike, points)
        cell, way = _way_from(points, labels, ways)
    home = (cell + way + 0.5) / _size(ways) * 2 - 1  # in the middle of a pixel, where nothing else is mixed in
    return torch.where((leading & (way != 0).any(-1)).unsqueeze(-1), home.to(points.dtype), points)


def beyond(points: Tensor, labels: Tensor, ways: Tensor) -> Tensor:
    """How far points (B, h, w, 2) of pixels of the classes `labels` lie beyond those classes, (B, h, w) in [0, 1].

    ways: as `ways_home` gives them. 0 up to the first, 1 from the second of BEYOND on.
    """
    way = _way_from(points, labels, ways)[1].to(points.dtype).norm(dim=-1)
    return ((way - BEYOND[0]) / (BEYOND[1] - BEYOND[0])).clamp(0, 1)


def _way_from(points: Tensor, labels: Tensor, ways: Tensor) -> tuple[Tensor, Tensor]:
    """The pixels (x, y) that points lie in, int64 (B, h, w, 2), and the ways from there."""
    height, size = ways.shape[2], _size(ways)
    cell = ((points.nan_to_num().clamp(-1, 1) + 1) / 2 * size).long().minimum(size - 1)
    index = ((labels * height + cell[..., 1]) * size[0] + cell[..., 0]).flatten(1)
    return cell, ways.flatten(1, 3).gather(1, index.unsqueeze(2).expand(-1, -1, 2)).view_as(points)


def _size(ways: Tensor) -> Tensor:
    return constant(ways.shape[3:1:-1], ways)


def _within(region: np.ndarray, rim: int) -> np.ndarray:
    """A region, bool (H, W), without its rim; the whole of it where it is no wider than that."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * rim + 1, 2 * rim + 1))
    core = cv2.erode(region.astype(np.uint8), disc, borderValue=1) > 0
    return core if core.any() else region


def _ways(region: np.ndarray) -> np.ndarray:
    """As `ways_home`, to one region, bool (H, W) and somewhere true: int (H, W, 2)."""
    outside = (~region).astype(np.uint8)
    numbers = cv2.distanceTransformWithLabels(outside, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)[1]
    height, width = region.shape
    y, x = np.indices(region.shape, np.int32)
    members = np.flatnonzero(region)
    member_of = np.zeros(numbers.max() + 1, np.int32)
    member_of[numbers.ravel()[members]] = members
    nearest = member_of[numbers]
    down, right = nearest // width - y, nearest % width - x
    further_y, further_x = (np.rint((1 + INWARD) * way).astype(np.int32) for way in (down, right))
    there_y, there_x = y + further_y, x + further_x
    free = (there_y >= 0) & (there_y < height) & (there_x >= 0) & (there_x < width)
    free &= region[there_y.clip(0, height - 1), there_x.clip(0, width - 1)]
    return np.stack([np.where(free, further_x, right), np.where(free, further_y, down)], axis=2)
