"""The label map as a coloured layer."""

import numpy as np

from app.canvas.buffer import Box, Buffer, argb


class LabelLayer:
    """Colours of a label map in a buffer; only the box that changed is coloured again.

    As an outline only the border pixels of the regions are coloured.
    """

    def __init__(self) -> None:
        self.buffer = Buffer(1, 1)
        self.outline = False
        self._lut = np.zeros(256, np.uint32)

    def set_colors(self, palette: np.ndarray, hidden: set[int]) -> None:
        """Class colours, uint8 (classes, 3); hidden classes become transparent, unknown ids magenta."""
        self._lut[:] = 0xFFFF00FF
        self._lut[: len(palette)] = argb(palette)
        self._lut[list(hidden)] = 0

    def fit(self, labels: np.ndarray) -> None:
        """Take on the size of a label map."""
        if self.buffer.shape != labels.shape:
            self.buffer = Buffer(labels.shape[1], labels.shape[0])

    def color(self, labels: np.ndarray, box: Box | None = None) -> Box:
        """Colour `labels`, uint8 (H, W), within `box`; returns the box of the pixels written."""
        x0, y0, x1, y1 = self._grown(box)
        part, target = labels[y0:y1, x0:x1], self.buffer.pixels[y0:y1, x0:x1]
        target[...] = self._lut[part]
        if self.outline:
            target[~self._borders(labels, (x0, y0, x1, y1))] = 0
        return x0, y0, x1, y1

    def _grown(self, box: Box | None) -> Box:
        height, width = self.buffer.shape
        if box is None:
            return 0, 0, width, height
        grow = 1 if self.outline else 0
        x0, y0, x1, y1 = box
        return max(0, x0 - grow), max(0, y0 - grow), min(width, x1 + grow), min(height, y1 + grow)

    @staticmethod
    def _borders(labels: np.ndarray, box: Box) -> np.ndarray:
        """Which pixels of `box` have a neighbour of another class, bool (h, w)."""
        x0, y0, x1, y1 = box
        height, width = labels.shape
        left, top = max(0, x0 - 1), max(0, y0 - 1)
        around = labels[top : min(height, y1 + 1), left : min(width, x1 + 1)]
        differs = np.zeros(around.shape, bool)
        across, down = around[:, 1:] != around[:, :-1], around[1:] != around[:-1]
        differs[:, 1:] |= across
        differs[:, :-1] |= across
        differs[1:] |= down
        differs[:-1] |= down
        return differs[y0 - top : y1 - top, x0 - left : x1 - left]
