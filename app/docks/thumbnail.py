"""A photo in a rounded frame."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.canvas.canvas import paint_cross
from app.theme import THEME

RADIUS = 7


class Thumbnail(QWidget):
    """An image, scaled to fit and with rounded corners; `chosen` draws a frame, `marker` a cross at a picture point."""

    def __init__(self, size: QSize, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hint = size
        self._image = QImage()
        self._scaled = QImage()
        self.marker: QPointF | None = None
        self.chosen = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return self._hint

    def set_image(self, image: QImage) -> None:
        self._image = image
        self._scaled = QImage()
        self.update()

    def set_chosen(self, chosen: bool) -> None:
        self.chosen = chosen
        self.update()

    def set_marker(self, marker: QPointF | None) -> None:
        """A point of the picture in its own pixels, or none."""
        if marker != self.marker:
            self.marker = marker
            self.update()

    def picture_rect(self) -> QRectF:
        """Where the picture lies in the widget."""
        room = QRectF(self.rect()).adjusted(3, 3, -3, -3)
        if self._image.isNull():
            return room
        size = self._image.size().scaled(room.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        return QRectF(room.center() - QPointF(size.width() / 2, size.height() / 2), size)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        rect = self.picture_rect()
        outline = QPainterPath()
        outline.addRoundedRect(rect, RADIUS, RADIUS)
        painter.save()
        painter.setClipPath(outline)
        painter.fillPath(outline, QColor(THEME.colors.raised))
        if not self._image.isNull():
            painter.drawImage(rect, self._smooth(rect))
        painter.restore()
        self._paint_frame(painter, rect)
        if self.marker is not None and not self._image.isNull():
            scale = rect.width() / self._image.width()
            painter.setClipRect(self.rect())
            paint_cross(painter, rect.topLeft() + self.marker * scale)

    def _smooth(self, rect: QRectF) -> QImage:
        """The image at its size on the screen; scaled once, because good scaling is slow."""
        ratio = self.devicePixelRatioF()
        size = (rect.size() * ratio).toSize()
        if self._scaled.size() != size:
            self._scaled = self._image.scaled(
                size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
        return self._scaled

    def _paint_frame(self, painter: QPainter, rect: QRectF) -> None:
        color = QColor(THEME.colors.accent) if self.chosen else QColor(128, 128, 128, 90)
        painter.setPen(QPen(color, 2.5 if self.chosen else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect, RADIUS, RADIUS)
