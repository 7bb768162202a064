"""The colours of confidence: violet where the warp is not to be trusted, yellow where it is."""

from functools import lru_cache

import numpy as np

from app.canvas.buffer import argb

# Close to viridis: even steps of lightness, so it reads the same to colour-blind people and in print.
_STOPS = ((68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37))


@lru_cache(maxsize=1)
def heat_colors() -> np.ndarray:
    """RGB by confidence in 256 steps, uint8 (256, 3)."""
    positions, stops = np.linspace(0, 255, len(_STOPS)), np.array(_STOPS, float)
    channels = [np.interp(np.arange(256), positions, stops[:, c]) for c in range(3)]
    return np.stack(channels, axis=1).round().astype(np.uint8)


@lru_cache(maxsize=1)
def heat_lut() -> np.ndarray:
    """The same as opaque ARGB, uint32 (256,)."""
    return argb(heat_colors())
