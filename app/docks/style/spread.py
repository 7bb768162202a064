"""Boxes that lie over each other are nudged apart."""

import numpy as np

ROUNDS = 60


def spread(places: np.ndarray, sizes: np.ndarray, bounds: tuple[float, float], gap: float = 2.0) -> np.ndarray:
    """Centres near `places` (n, 2) at which boxes of `sizes` (n, 2) lie apart, as far as there is room, (n, 2).

    All boxes stay within `bounds` (width, height). Boxes that lie apart already do not move.
    """
    centres = places.astype(float).copy()
    low, high = sizes / 2, np.asarray(bounds) - sizes / 2
    for _ in range(ROUNDS):
        moved = False
        for first in range(len(centres)):
            for second in range(first + 1, len(centres)):
                moved |= _part(centres, sizes, first, second, gap)
        centres = np.clip(centres, low, np.maximum(low, high))
        if not moved:
            break
    return centres


def _part(centres: np.ndarray, sizes: np.ndarray, first: int, second: int, gap: float) -> bool:
    """Move two boxes apart, half each, along the side where they overlap least; whether they did overlap."""
    away = centres[second] - centres[first]
    overlap = (sizes[first] + sizes[second]) / 2 + gap - np.abs(away)
    if overlap.min() <= 1e-6:
        return False
    side = int(overlap.argmin())
    step = np.zeros(2)
    step[side] = overlap[side] / 2 * (1 if away[side] >= 0 else -1)
    centres[first] -= step
    centres[second] += step
    return True
