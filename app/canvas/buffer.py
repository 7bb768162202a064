"""A numpy array and a QImage over the same memory."""

import numpy as np
from PySide6.QtGui import QImage

Box = tuple[int, int, int, int]
"""(x0, y0, x1, y1) in picture pixels, the far edge not included."""

OPAQUE = np.uint32(0xFF000000)


class Buffer:
    """One ARGB picture: write into `pixels`, uint32 (H, W) premultiplied, and `image` shows it without a copy."""

    def __init__(self, width: int, height: int) -> None:
        self.pixels = np.zeros((height, width), np.uint32)
        self.image = QImage(self.pixels.data, width, height, width * 4, QImage.Format.Format_ARGB32_Premultiplied)

    @property
    def shape(self) -> tuple[int, int]:
        return self.pixels.shape


def argb(rgb: np.ndarray) -> np.ndarray:
    """RGB uint8 (..., 3) as opaque ARGB uint32 (...)."""
    wide = rgb.astype(np.uint32)
    return OPAQUE | (wide[..., 0] << 16) | (wide[..., 1] << 8) | wide[..., 2]


def buffer_of(rgb: np.ndarray) -> Buffer:
    """A buffer that shows an RGB picture, uint8 (H, W, 3)."""
    buffer = Buffer(rgb.shape[1], rgb.shape[0])
    buffer.pixels[...] = argb(rgb)
    return buffer


def image_of(rgb: np.ndarray) -> QImage:
    """An RGB picture, uint8 (H, W, 3), as a QImage with its own memory."""
    rgb = np.ascontiguousarray(rgb)
    return QImage(rgb.data, rgb.shape[1], rgb.shape[0], rgb.shape[1] * 3, QImage.Format.Format_RGB888).copy()
