"""Where the canvases look: one zoom and one centre that all of them share."""

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, QSizeF, Signal
from PySide6.QtGui import QTransform

ZOOM_RANGE = (0.05, 64.0)
MARGIN = 14


class View(QObject):
    """Zoom (widget pixels a picture pixel) and the picture point in the middle of every canvas.

    While `fitted`, the whole picture stays in sight of the smallest canvas, also when windows change size.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.zoom = 1.0
        self.centre = QPointF(0, 0)
        self.fitted = True
        self._picture = QSizeF(1, 1)
        self._canvases: dict[object, QSize] = {}

    def set_picture_size(self, width: int, height: int) -> None:
        self._picture = QSizeF(width, height)
        self.fit()

    def set_canvas_size(self, canvas: object, size: QSize) -> None:
        self._canvases[canvas] = size
        if self.fitted:
            self.fit()

    def forget_canvas(self, canvas: object) -> None:
        """A canvas is shown no more."""
        self._canvases.pop(canvas, None)
        if self.fitted:
            self.fit()

    def fit(self) -> None:
        """Show the whole picture."""
        self.fitted = True
        self.centre = QPointF(self._picture.width() / 2, self._picture.height() / 2)
        if self._canvases:
            width = max(1, min(size.width() for size in self._canvases.values()) - 2 * MARGIN)
            height = max(1, min(size.height() for size in self._canvases.values()) - 2 * MARGIN)
            self.zoom = _clamp(min(width / self._picture.width(), height / self._picture.height()))
        self.changed.emit()

    def set_zoom(self, zoom: float) -> None:
        """Zoom about the middle."""
        self.fitted = False
        self.zoom = _clamp(zoom)
        self.changed.emit()

    def zoom_at(self, canvas: QSize, position: QPointF, factor: float) -> None:
        """Zoom so that the picture point under `position` stays there."""
        inverse = self.transform(canvas).inverted()[0]
        before = inverse.map(position)
        self.zoom = _clamp(self.zoom * factor)
        after = self.transform(canvas).inverted()[0].map(position)
        self.centre += before - after
        self._keep_in_sight()
        self.fitted = False
        self.changed.emit()

    def pan(self, delta: QPointF) -> None:
        """Move the picture by `delta` widget pixels."""
        self.centre -= delta / self.zoom
        self._keep_in_sight()
        self.fitted = False
        self.changed.emit()

    def transform(self, canvas: QSize) -> QTransform:
        """From picture to widget coordinates for a canvas of this size."""
        result = QTransform()
        # Whole pixels, so that a panned picture keeps its sharp edges.
        result.translate(
            round(canvas.width() / 2 - self.centre.x() * self.zoom),
            round(canvas.height() / 2 - self.centre.y() * self.zoom),
        )
        result.scale(self.zoom, self.zoom)
        return result

    def _keep_in_sight(self) -> None:
        inside = QRectF(QPointF(0, 0), self._picture)
        self.centre = QPointF(
            min(max(self.centre.x(), inside.left()), inside.right()),
            min(max(self.centre.y(), inside.top()), inside.bottom()),
        )


def _clamp(zoom: float) -> float:
    return min(max(zoom, ZOOM_RANGE[0]), ZOOM_RANGE[1])
