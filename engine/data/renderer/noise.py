"""Smooth random fields that can be read at any place."""

import cv2
import numpy as np

CELLS = 128


def noise(u: np.ndarray, v: np.ndarray, seed: int) -> np.ndarray:
    """Value noise at (u, v), float32 of their shape, about -1 to 1, with features of about 1 unit."""
    grid = np.random.default_rng(seed).uniform(-1, 1, (CELLS, CELLS)).astype(np.float32)
    grid = np.pad(grid, 2, mode="wrap")
    x, y = np.mod(u, CELLS) + 2, np.mod(v, CELLS) + 2
    return 1.4 * cv2.remap(grid, x.astype(np.float32), y.astype(np.float32), cv2.INTER_CUBIC)


def cloud(u: np.ndarray, v: np.ndarray, seed: int, octaves: int = 4) -> np.ndarray:
    """Noise of several sizes, the largest 1 unit, float32, about -1 to 1."""
    total = np.zeros(u.shape, dtype=np.float32)
    for octave in range(octaves):
        total += noise(u * 2**octave, v * 2**octave, seed + octave) * 0.5**octave
    return total * 0.6
