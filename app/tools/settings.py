"""What the tools share."""

from PySide6.QtCore import QObject, Signal

SMALLEST_BRUSH, LARGEST_BRUSH = 1, 200


class ToolSettings(QObject):
    """What the tools go by.

    brush_size          diameter in label pixels (1..200); of a pen that is fully pressed
    pressure_sizes      whether a pen that is pressed less paints narrower
    erases_to_original  whether the eraser brings back the original label map
    """

    changed = Signal()

    def __init__(self, brush_size: int = 20, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._brush_size = brush_size
        self._erases_to_original = False
        self.pressure_sizes = True

    @property
    def brush_size(self) -> int:
        return self._brush_size

    @brush_size.setter
    def brush_size(self, size: float) -> None:
        """Clamped to what a brush can be."""
        self._brush_size = max(SMALLEST_BRUSH, min(LARGEST_BRUSH, round(size)))
        self.changed.emit()

    @property
    def erases_to_original(self) -> bool:
        return self._erases_to_original

    @erases_to_original.setter
    def erases_to_original(self, value: bool) -> None:
        self._erases_to_original = value
        self.changed.emit()
