"""Brush and eraser."""

import numpy as np
from PySide6.QtCore import Qt

from app.document import Document
from app.tools.base import Tool
from app.tools.settings import SMALLEST_BRUSH, ToolSettings
from brushes.eraser import erased_values
from brushes.patch import Patch
from brushes.stroke import Point, tapered_patch


class BrushTool(Tool):
    """Paints the active class along the pointer's path, as wide as a pen is pressed."""

    name = "Brush"

    def __init__(self, document: Document, settings: ToolSettings) -> None:
        super().__init__(document, settings)
        self._last: Point | None = None
        self._pressure = 1.0
        self._width = 0.0  # at the last point, label pixels

    @property
    def is_busy(self) -> bool:
        return self._last is not None

    def look(self, zoom: float, keys: Qt.KeyboardModifier, pressure: float = 1.0) -> None:
        self._pressure = pressure if self.settings.pressure_sizes else 1.0

    def press(self, x: float, y: float) -> None:
        self.document.begin_stroke(self.name)
        self._width = self._pressed_width()
        self._draw((x, y))

    def move(self, x: float, y: float) -> None:
        # the stroke ends from outside when it is undone or another project is loaded midway
        if self._last and self.document.is_stroking:
            self._draw((x, y))

    def release(self, x: float, y: float) -> None:
        if self._last:
            self.move(x, y)
            self.document.commit_stroke()
            self._last = None

    def abort(self) -> None:
        if self._last:
            self.document.abort_stroke()
            self._last = None

    def _draw(self, point: Point) -> None:
        width = self._pressed_width()
        patch = self._patch(self._last or point, point, (self._width, width))
        if patch:
            self.document.apply_patch(patch, self._values(patch))
        self._last, self._width = point, width

    def _pressed_width(self) -> float:
        return max(SMALLEST_BRUSH, self.settings.brush_size * self._pressure)

    def _patch(self, start: Point, end: Point, widths: tuple[float, float]) -> Patch | None:
        """What one move of the pointer paints, with the brush's width at its start and end."""
        return tapered_patch(start, end, widths, self.document.labels.shape)

    def _values(self, patch: Patch) -> int | np.ndarray:
        return self.document.active_class


class EraserTool(BrushTool):
    """Paints background, or brings back the label map as it was opened."""

    name = "Eraser"

    def _values(self, patch: Patch) -> int | np.ndarray:
        return erased_values(patch, self.document.original_labels if self.settings.erases_to_original else None)
