"""Brush and eraser."""

import numpy as np

from app.document import Document
from app.tools.base import Tool
from app.tools.settings import ToolSettings
from brushes.eraser import erased_values
from brushes.patch import Patch
from brushes.stroke import Point, stroke_patch


class BrushTool(Tool):
    """Paints the active class along the pointer's path."""

    name = "Brush"

    def __init__(self, document: Document, settings: ToolSettings) -> None:
        super().__init__(document, settings)
        self._last: Point | None = None

    @property
    def is_busy(self) -> bool:
        return self._last is not None

    def press(self, x: float, y: float) -> None:
        self.document.begin_stroke(self.name)
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
        patch = self._patch([self._last or point, point])
        if patch:
            self.document.apply_patch(patch, self._values(patch))
        self._last = point

    def _patch(self, points: list[Point]) -> Patch | None:
        """What one move of the pointer paints."""
        return stroke_patch(points, self.settings.brush_size, self.document.labels.shape)

    def _values(self, patch: Patch) -> int | np.ndarray:
        return self.document.active_class


class EraserTool(BrushTool):
    """Paints background, or brings back the label map as it was opened."""

    name = "Eraser"

    def _values(self, patch: Patch) -> int | np.ndarray:
        return erased_values(patch, self.document.original_labels if self.settings.erases_to_original else None)
