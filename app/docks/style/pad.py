"""The pad: exemplars on the corners of a polygon, and a dot between them."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from app.blending import mixed_place, polygon_corners, polygon_weights
from app.docks.style.plane import BlendPlane
from app.theme import THEME
from engine.inference.state import Exemplar


class BlendPad(BlendPlane):
    """Blends three exemplars or more: the nearer the dot to a corner, the more its exemplar counts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.describe(self.tr("Blend pad"), self.tr("Drag the ring towards the exemplars that shall count more"))

    def show_exemplars(self, exemplars: Sequence[Exemplar]) -> None:
        """One corner an exemplar; for at least three."""
        self.set_exemplars(exemplars, polygon_corners(len(exemplars)))

    def weights_at(self, point: np.ndarray) -> np.ndarray:
        return polygon_weights(point, self.places)

    def landed(self, point: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """On the polygon, also when the pointer left it."""
        return mixed_place(weights, self.places)

    def paint_ground(self, painter: QPainter) -> None:
        corners = [QPointF(*corner) for corner in self.to_widget(self.places)]
        centre = QPointF(*self.to_widget(np.zeros(2)))
        painter.setPen(QPen(QColor(THEME.colors.border), 1.2))
        painter.setBrush(QColor(THEME.colors.raised))
        painter.drawPolygon(QPolygonF(corners))
        painter.setPen(QPen(QColor(THEME.colors.border), 1, Qt.PenStyle.DotLine))
        for corner in corners:
            painter.drawLine(centre, corner)
