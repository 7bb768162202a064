"""The style map: photos that look alike lie near each other."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from app.blending import map_weights
from app.docks.style.plane import BlendPlane
from app.docks.style.spread import spread
from app.document import Document
from app.theme import THEME
from app.worker import MapRequest, Worker

MARGIN = 4
"""Pixels around the map that no photo covers."""

NUDGED = 3.0
"""Pixels from which on a line leads from a photo to its place."""


class StyleMap(BlendPlane):
    """The exemplars at their places among the styles of the model; a point between them asks for their blend.

    The places are found in the engine's thread, when the map is seen.
    """

    def __init__(self, document: Document, worker: Worker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.describe(
            self.tr("Style map"),
            self.tr("Photos that look alike lie near each other; click or drag between them for their blend"),
        )
        self._document = document
        self._worker = worker
        self._request: MapRequest | None = None
        self.notice = ""
        self._centres: np.ndarray | None = None
        worker.map_ready.connect(self._take)
        worker.map_failed.connect(self._tell)

    def refresh(self) -> None:
        """Show the mix; ask for the places when the exemplars or the model are others than before."""
        document = self._document
        request = MapRequest(document.domain.name, document.model, tuple(document.exemplars))
        if request != self._request and self.isVisible():
            self._request = request
            self._centres = None
            self.set_exemplars((), np.zeros((0, 2)))
            self.notice = self.tr("Looking at the photos…")
            self._worker.ask_map(request)
        self.show_weights(document.mix)

    def _take(self, request: MapRequest, places: np.ndarray) -> None:
        if request == self._request:
            self.notice = ""
            self._centres = None
            self.set_exemplars(request.exemplars, places)
            self.show_weights(self._document.mix)

    def _tell(self, request: MapRequest, sentence: str) -> None:
        if request == self._request:
            self.notice = sentence
            self.update()

    def weights_at(self, point: np.ndarray) -> np.ndarray:
        return map_weights(point, self.places)

    def centres(self) -> np.ndarray:
        if self._centres is None:
            sizes = np.array([[m.size.width(), m.size.height()] for m in self._miniatures], float)
            bounds = self.width() - 2 * MARGIN, self.height() - 2 * MARGIN
            self._centres = spread(self.to_widget(self.places) - MARGIN, sizes, bounds) + MARGIN
        return self._centres

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._centres = None
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.notice:
            painter = QPainter(self)
            painter.setPen(QColor(THEME.colors.muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(QRectF(self.rect()).adjusted(12, 12, -12, -12), flags, self.notice)

    def paint_ground(self, painter: QPainter) -> None:
        for place, centre in zip(self.to_widget(self.places), self.centres(), strict=True):
            if np.hypot(*(place - centre)) > NUDGED:
                painter.setPen(QPen(QColor(THEME.colors.muted), 1))
                painter.drawLine(QPointF(*place), QPointF(*centre))
                painter.setBrush(QColor(THEME.colors.muted))
                painter.drawEllipse(QPointF(*place), 2.5, 2.5)
