"""Filling a closed outline: a clicked polygon or a lasso."""

from collections.abc import Sequence

import numpy as np

from brushes.patch import Patch, clipped_box, tight_patch
from brushes.stroke import Point


def polygon_patch(points: Sequence[Point], shape: tuple[int, int]) -> Patch | None:
    """The pixels of an (H, W) map whose centres lie inside the closed outline `points`.

    Points are (x, y) in pixels. Where an outline crosses itself, areas enclosed twice stay out.
    None when no pixel is inside. (cv2.fillPoly is not used: it also paints a rim of up to a pixel
    around the outline, and misplaces outlines that leave the map.)
    """
    outline = np.asarray(points, dtype=np.float64)
    (left, top), (right, bottom) = outline.min(axis=0), outline.max(axis=0)
    box = clipped_box(left, top, right, bottom, shape)
    if box is None:
        return None
    width, height = box[2] - box[0], box[3] - box[1]
    rows, crossings = _crossings(outline - box[:2], height)
    columns = np.clip(np.ceil(crossings - 0.5), 0, width).astype(np.intp)  # the first centre right of the edge
    flips = np.zeros((height, width + 1), dtype=np.uint8)
    np.bitwise_xor.at(flips, (rows, columns), 1)
    inside = np.bitwise_xor.accumulate(flips, axis=1)[:, :-1]
    return tight_patch(inside.view(bool), box[0], box[1])


def _crossings(outline: np.ndarray, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Where edges cross the middle of a row: the rows, and the x of each crossing.

    Edges are taken from their upper end, so that one that runs back over another crosses at the very same x.
    """
    begin, end = outline, np.roll(outline, -1, axis=0)
    down = begin[:, 1:] <= end[:, 1:]
    (ax, ay), (bx, by) = np.where(down, begin, end).T, np.where(down, end, begin).T
    first = np.clip(np.ceil(ay - 0.5), 0, height).astype(np.intp)
    count = np.clip(np.ceil(by - 0.5), 0, height).astype(np.intp) - first
    edge = np.repeat(np.arange(len(outline)), count)
    rows = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count) + first[edge]
    share = (rows + 0.5 - ay[edge]) / (by[edge] - ay[edge])
    return rows, ax[edge] + share * (bx[edge] - ax[edge])
