"""Small pictures of exemplars, for corners, places and lists."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPainterPath, QPen, QPixmap

from app.canvas.buffer import image_of
from app.theme import THEME
from engine.inference.state import Exemplar

RADIUS = 4
DETAIL = 2
"""Pixels that are kept for each one that is shown, so that dense screens are crisp."""


class Miniature:
    """An exemplar's photo, scaled once to fit a box of `side` pixels."""

    def __init__(self, exemplar: Exemplar, side: int) -> None:
        self.name = exemplar.name
        box = QSize(side, side) * DETAIL
        self._image: QImage = image_of(exemplar.photo.array).scaled(
            box, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )

    @property
    def size(self) -> QSize:
        return self._image.size() / DETAIL

    def rect(self, centre: QPointF) -> QRectF:
        """Where it is painted around this point."""
        return QRectF(centre - QPointF(self.size.width() / 2, self.size.height() / 2), self.size)

    def paint(self, painter: QPainter, centre: QPointF, chosen: bool = False) -> None:
        """The photo with rounded corners; a chosen one in a frame."""
        rect = self.rect(centre)
        outline = QPainterPath()
        outline.addRoundedRect(rect, RADIUS, RADIUS)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setClipPath(outline)
        painter.drawImage(rect, self._image)
        painter.setClipping(False)
        painter.setPen(QPen(QColor(THEME.colors.accent if chosen else THEME.colors.border), 2 if chosen else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect, RADIUS, RADIUS)
        painter.restore()

    def icon(self) -> QIcon:
        return QIcon(QPixmap.fromImage(self._image))
