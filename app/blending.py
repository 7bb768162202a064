"""Weights from a place among exemplars, and a place from weights. Points are float (..., 2), weights sum to 1."""

import numpy as np

NEAREST = 3
"""Photos of the style map that a click between them blends."""

_TINY = 1e-9


def polygon_corners(count: int) -> np.ndarray:
    """The corners of a regular polygon in the unit circle, the first one at the top, clockwise on a screen (n, 2)."""
    angles = 2 * np.pi * np.arange(count) / count - np.pi / 2
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def polygon_weights(point: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Mean value coordinates (Floater, "Mean value coordinates", 2003, eq. 2) of a point in a convex polygon, (n,).

    The corners (n >= 3, 2) mixed with these weights give the point back. A point outside counts as the one of the
    outline that is nearest to it.
    """
    edge, share, distance = _nearest_on_outline(point, corners)
    if distance < _TINY or not _is_inside(point, corners):
        weights = np.zeros(len(corners))
        weights[edge] = 1 - share
        weights[(edge + 1) % len(corners)] += share
        return weights
    spokes = corners - point
    lengths = np.hypot(*spokes.T)
    following = np.roll(spokes, -1, axis=0)
    cross = spokes[:, 0] * following[:, 1] - spokes[:, 1] * following[:, 0]
    dot = (spokes * following).sum(1)
    # tan(angle / 2) of the angle between a spoke and the next, which is less than a half turn
    tangents = cross / (lengths * np.roll(lengths, -1) + dot)
    weights = (np.roll(tangents, 1) + tangents) / lengths
    return weights / weights.sum()


def map_weights(point: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Inverse distances to the `NEAREST` places, (n,); at a place, it has all the weight.

    They are lessened so that a place has none when the next one comes nearer (Franke and Little's local form of
    Shepard's method): nothing jumps on the way.
    """
    distances = np.hypot(*(places - point).T)
    order = np.argsort(distances, kind="stable")
    nearest = distances[order[0]]
    weights = np.zeros(len(places))
    if nearest < _TINY:
        weights[order[0]] = 1
        return weights
    beyond = nearest / distances[order[NEAREST]] if len(places) > NEAREST else 0.0
    weights[order[:NEAREST]] = nearest / distances[order[:NEAREST]] - beyond
    if weights.sum() < _TINY:  # all are equally far
        weights[order[:NEAREST]] = 1
    return weights / weights.sum()


def mixed_place(weights: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Where a mix lies: the places (n, 2) averaged by weights >= 0 that are not all 0, (2,)."""
    return np.asarray(weights) @ places / np.sum(weights)


def _is_inside(point: np.ndarray, corners: np.ndarray) -> bool:
    """Whether all edges of the polygon, which runs clockwise on a screen, have the point on their right."""
    edges, spokes = np.roll(corners, -1, axis=0) - corners, point - corners
    return bool((edges[:, 0] * spokes[:, 1] - edges[:, 1] * spokes[:, 0] >= 0).all())


def _nearest_on_outline(point: np.ndarray, corners: np.ndarray) -> tuple[int, float, float]:
    """The edge nearest to the point, by its first corner, how far along it the nearest point lies, and how near."""
    edges = np.roll(corners, -1, axis=0) - corners
    shares = np.clip(((point - corners) * edges).sum(1) / (edges**2).sum(1), 0, 1)
    distances = np.hypot(*(corners + shares[:, None] * edges - point).T)
    edge = int(distances.argmin())
    return edge, float(shares[edge]), float(distances[edge])
