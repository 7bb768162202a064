"""A brush that stops at the edges of the photo: of what lies under it, it paints what belongs with its core."""

from collections.abc import Sequence

import cv2
import numpy as np

from brushes.patch import Patch, clipped_box, slices, tight_patch
from brushes.stroke import Point, stroke_patch

SMALLEST = 5
"""Pixels: the diameter below which a brush has no room for an edge, and paints all of its path."""

_CORE = 0.35  # of the diameter
_RIM = 3  # pixels around the path that are looked at, too
_SAMPLES = 48
_UNLIKE = 22.0  # a distance of colours in CIELAB that is never the same thing
_CLEARLY = 0.7  # how much nearer a colour must be to one side than to the other to be settled before the watershed
_FEWEST = 0.02  # of the window: fewer pixels unlike the core are no edge
_INSIDE, _OUTSIDE = 1, 2
_SMOOTH = 5  # pixels
_LARGEST = 100  # diameters beyond are looked at on a smaller copy


def smart_patch(points: Sequence[Point], diameter: int, photo: np.ndarray) -> Patch | None:
    """The part of a round brush's path (see `stroke_patch`) that belongs with the middle of it on the photo.

    `photo` is RGB uint8 (H, W, 3). The core, a thinner stroke along the same points, is always painted. What is
    coloured unlike it is left out, and between the two the border runs along the strongest edge (watershed). Where
    nothing is unlike the core, all of the path is painted. None when all lies outside of the photo.
    """
    shape = photo.shape[:2]
    path = stroke_patch(points, diameter, shape)
    core = stroke_patch(points, max(1, round(_CORE * diameter)), shape)
    if path is None or core is None or diameter < SMALLEST:
        return path
    x0, y0, x1, y1 = path.box
    window = clipped_box(x0 - _RIM, y0 - _RIM, x1 + _RIM, y1 + _RIM, shape)
    size = (window[3] - window[1], window[2] - window[0])
    is_path, is_core = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    for mask, patch in ((is_path, path), (is_core, core)):
        left, top = patch.box[0] - window[0], patch.box[1] - window[1]
        mask[slices((left, top, left + patch.mask.shape[1], top + patch.mask.shape[0]))] = patch.mask
    inside = _belonging(photo[slices(window)], is_core, min(1.0, _LARGEST / diameter))
    return tight_patch((inside & is_path) | is_core, window[0], window[1])


def _belonging(photo: np.ndarray, is_core: np.ndarray, scale: float) -> np.ndarray:
    """Which pixels of an RGB window (h, w, 3) belong with its core, bool (h, w), found on a copy `scale` as large."""
    height, width = is_core.shape
    if scale < 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        small = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
        core = cv2.resize(is_core.view(np.uint8), size, interpolation=cv2.INTER_NEAREST).view(bool)
        inside = _belonging(small, core, 1.0).view(np.uint8) * np.uint8(255)
        return cv2.resize(inside, (width, height), interpolation=cv2.INTER_LINEAR) > 127
    pixels = cv2.GaussianBlur(photo, (3, 3), 0)
    colours = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB).astype(np.float32).reshape(-1, 3)
    to_core = _distances(colours, colours[is_core.ravel()]).reshape(is_core.shape)
    unlike = (to_core > _UNLIKE) & ~is_core
    if np.count_nonzero(unlike) < _FEWEST * unlike.size:
        return np.ones_like(is_core)
    to_others = _distances(colours, colours[unlike.ravel()]).reshape(is_core.shape)
    markers = np.zeros(is_core.shape, np.int32)
    markers[to_core < _CLEARLY * to_others] = _INSIDE
    markers[to_others < _CLEARLY * to_core] = _OUTSIDE
    markers[is_core] = _INSIDE
    # watershed leaves ridges of one pixel, and the window's rim, to neither side
    markers = cv2.watershed(pixels, markers)
    inside = (markers == _INSIDE) | ((markers < 0) & (to_core < to_others))
    inside = cv2.medianBlur(inside.view(np.uint8), _SMOOTH)
    inside |= is_core.view(np.uint8)
    _, patches = cv2.connectedComponents(inside, connectivity=4)
    reached = np.zeros(int(patches.max()) + 1, dtype=bool)
    reached[patches[is_core]] = True
    return reached[patches]


def _distances(colours: np.ndarray, samples: np.ndarray) -> np.ndarray:
    """From each colour (n, 3) to the nearest of some of the samples (m, 3), float32 (n,)."""
    samples = samples[:: max(1, len(samples) // _SAMPLES)]
    squared = (samples**2).sum(axis=1) - 2 * (colours @ samples.T)
    return np.sqrt(np.maximum(squared.min(axis=1) + (colours**2).sum(axis=1), 0))
