"""Polygon, lasso and straight line."""

from app.tools.base import Tool
from brushes.patch import Patch
from brushes.polygon import polygon_patch
from brushes.stroke import Point, stroke_patch


class ShapeTool(Tool):
    """Collects an outline, then paints it in one step."""

    def _paint(self, patch: Patch | None) -> None:
        self.outline = []
        self.document.begin_stroke(self.name)
        self.document.apply_patch(patch, self.document.active_class)
        self.document.commit_stroke()

    def _fill(self) -> None:
        self._paint(polygon_patch(self.outline, self.document.labels.shape))


class PolygonTool(ShapeTool):
    """A click sets a corner; double click or Enter fills. The last point of `outline` follows the pointer."""

    name = "Polygon"
    closes = True

    def press(self, x: float, y: float) -> None:
        self.outline = [*(self.outline[:-1] or []), (x, y), (x, y)]

    def move(self, x: float, y: float) -> None:
        if self.outline:
            self.outline[-1] = (x, y)

    def finish(self) -> None:
        if self.outline:
            self.outline.pop()
            self._fill()


class LassoTool(ShapeTool):
    """Fills what the pointer's path encloses."""

    name = "Lasso"
    closes = True

    def press(self, x: float, y: float) -> None:
        self.outline = [(x, y)]

    def move(self, x: float, y: float) -> None:
        if self.outline:
            self.outline.append((x, y))

    def release(self, x: float, y: float) -> None:
        if self.outline:
            self._fill()


class LineTool(ShapeTool):
    """A straight stroke of the brush from press to release."""

    name = "Line"

    def press(self, x: float, y: float) -> None:
        self.outline = [(x, y), (x, y)]

    def move(self, x: float, y: float) -> None:
        if self.outline:
            self.outline[-1] = (x, y)

    def release(self, x: float, y: float) -> None:
        self.move(x, y)
        if self.outline:
            path: list[Point] = self.outline
            self._paint(stroke_patch(path, self.settings.brush_size, self.document.labels.shape))
