"""Flood fill and picker: a click is all they need."""

from app.tools.base import Tool
from brushes.fill import fill_patch
from brushes.picker import class_at


class FillTool(Tool):
    """Fills the area of one class under the pointer."""

    name = "Fill"

    def press(self, x: float, y: float) -> None:
        self.document.begin_stroke(self.name)
        self.document.apply_patch(fill_patch(self.document.labels, x, y), self.document.active_class)
        self.document.commit_stroke()


class PickerTool(Tool):
    """Makes the class under the pointer the active one."""

    name = "Picker"

    def press(self, x: float, y: float) -> None:
        picked = class_at(self.document.labels, x, y)
        if picked is not None:
            self.document.active_class = picked
