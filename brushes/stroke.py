"""A round brush drawn along a path."""

from collections.abc import Sequence
from functools import reduce
from itertools import pairwise
from math import ceil

import numpy as np

from brushes.patch import Box, Patch, clipped_box, slices, tight_patch, union

Point = tuple[float, float]
Spans = tuple[np.ndarray, np.ndarray]
_Piece = tuple[Box, np.ndarray]

_STEP = 2.0  # pixels by which the diameter of a tapered stroke changes from piece to piece


def stroke_patch(points: Sequence[Point], diameter: int, shape: tuple[int, int]) -> Patch | None:
    """The pixels of an (H, W) map under a round brush that visits `points` in straight lines.

    Points are (x, y) in pixels, pixel (i, j) covering [i, i + 1) x [j, j + 1). A pixel is hit when its
    centre is at most half the diameter from the path; one point makes a dab. None when all lies outside.
    """
    segments = list(pairwise(points)) or [(points[0], points[0])]
    return _together([_segment(start, end, diameter, shape) for start, end in segments])


def tapered_patch(start: Point, end: Point, diameters: tuple[float, float], shape: tuple[int, int]) -> Patch | None:
    """As `stroke_patch`, from `start` to `end`, under a brush whose diameter changes evenly between these two."""
    first, last = diameters
    shares = np.linspace(0, 1, max(1, ceil(abs(last - first) / _STEP)) + 1)
    places = [(start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])) for share in shares]
    middle = first + (shares[:-1] + shares[1:]) / 2 * (last - first)
    return _together(
        [_segment(*way, round(diameter), shape) for way, diameter in zip(pairwise(places), middle, strict=True)]
    )


def _together(found: Sequence[_Piece | None]) -> Patch | None:
    pieces = [piece for piece in found if piece is not None]
    if not pieces:
        return None
    left, top, right, bottom = reduce(union, (box for box, _ in pieces))
    mask = np.zeros((bottom - top, right - left), dtype=bool)
    for (x0, y0, x1, y1), piece_mask in pieces:
        mask[slices((x0 - left, y0 - top, x1 - left, y1 - top))] |= piece_mask
    return tight_patch(mask, left, top)


def _segment(start: Point, end: Point, diameter: int, shape: tuple[int, int]) -> _Piece | None:
    """The box and bool mask of one straight piece."""
    reach = max(diameter / 2, 1)
    xs, ys = (start[0], end[0]), (start[1], end[1])
    box = clipped_box(min(xs) - reach, min(ys) - reach, max(xs) + reach, max(ys) + reach, shape)
    if box is None:
        return None
    return box, _thin_line(start, end, box) if diameter <= 1 else _capsule(start, end, diameter / 2, box)


def _thin_line(start: Point, end: Point, box: Box) -> np.ndarray:
    """One pixel wide and without gaps, which the distance rule of wider brushes cannot promise."""
    x0, y0, x1, y1 = box
    first, last = np.floor(start), np.floor(end)
    steps = int(np.abs(last - first).max())
    shares = np.linspace(0, 1, steps + 1)[:, None]
    x, y = np.floor(first + shares * (last - first) + 0.5).astype(np.intp).T
    seen = (x >= x0) & (x < x1) & (y >= y0) & (y < y1)
    mask = np.zeros((y1 - y0, x1 - x0), dtype=bool)
    mask[y[seen] - y0, x[seen] - x0] = True
    return mask


def _capsule(start: Point, end: Point, radius: float, box: Box) -> np.ndarray:
    """All pixel centres within `radius` of the segment.

    The shape is convex, so every row of it is one span: cost is one sum a row and one comparison a pixel.
    """
    x0, y0, x1, y1 = box
    rows = np.arange(y0, y1) + 0.5
    columns = np.arange(x0, x1) + 0.5
    radius += 1e-9
    spans = [_disc_spans(start, radius, rows), _disc_spans(end, radius, rows)]
    if start != end:
        spans.append(_band_spans(start, end, radius, rows))
    left = np.minimum.reduce([span[0] for span in spans])
    right = np.maximum.reduce([span[1] for span in spans])
    return (columns >= left[:, None]) & (columns <= right[:, None])


def _disc_spans(center: Point, radius: float, rows: np.ndarray) -> Spans:
    squared = radius**2 - (rows - center[1]) ** 2
    half = np.sqrt(np.maximum(squared, 0))
    return _emptied(center[0] - half, center[0] + half, squared < 0)


def _band_spans(start: Point, end: Point, radius: float, rows: np.ndarray) -> Spans:
    """The rectangle beside the segment: near its line, and between its ends."""
    length = float(np.hypot(end[0] - start[0], end[1] - start[1]))
    along_x, along_y = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    down = rows - start[1]
    near = _solve(-along_y, down * along_x, -radius, radius)
    between = _solve(along_x, down * along_y, 0.0, length)
    left = np.maximum(near[0], between[0]) + start[0]
    right = np.minimum(near[1], between[1]) + start[0]
    return _emptied(left, right, left > right)


def _solve(slope: float, offset: np.ndarray, low: float, high: float) -> Spans:
    """The x for which low <= slope * x + offset <= high, row by row."""
    if abs(slope) < 1e-9:  # level within any canvas; dividing by it would overflow
        free = np.full(offset.shape, np.inf)
        return _emptied(-free, free, (offset < low) | (offset > high))
    first, second = (low - offset) / slope, (high - offset) / slope
    return np.minimum(first, second), np.maximum(first, second)


def _emptied(left: np.ndarray, right: np.ndarray, empty: np.ndarray) -> Spans:
    return np.where(empty, np.inf, left), np.where(empty, -np.inf, right)
