"""A brush that follows the photo."""

from app.tools.painting import BrushTool
from brushes.patch import Patch
from brushes.smart_edge import smart_patch
from brushes.stroke import Point


class SmartEdgeTool(BrushTool):
    """Paints the active class as far as the photo looks as it does under the pointer; without a photo, as the brush."""

    name = "Smart edge"

    def _patch(self, start: Point, end: Point, widths: tuple[float, float]) -> Patch | None:
        photo = self.document.photo
        if photo is None:
            return super()._patch(start, end, widths)
        return smart_patch([start, end], round(widths[1]), photo)
