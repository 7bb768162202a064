"""A plane with exemplars in it, where a point asks for a blend: the pad and the style map are such planes."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.blending import mixed_place
from app.docks.style.miniature import Miniature
from app.theme import THEME
from engine.inference.state import Exemplar

HEIGHT = 200
LARGEST, SMALLEST = 46, 24
"""Bounds of a miniature's longer side in pixels."""

SNAP = 5.0
"""Pixels around a photo's place that count as the place."""

STEP = 0.05
"""What an arrow key moves, in parts of the plane's width."""

DIGITS = 4
"""Weights are rounded to so many digits, so that traces of a photo do not cost the time of a whole one."""

ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}


class BlendPlane(QWidget):
    """Exemplars at places of a plane, and a ring at the present mix, to be dragged with the mouse or the arrow keys.

    `asked` carries weights, float (exemplars,), that sum to about 1.
    """

    asked = Signal(object)
    drag_ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.places = np.zeros((0, 2))
        self.weights = np.zeros(0)
        self._miniatures: list[Miniature] = []
        self._point: np.ndarray | None = None
        self._is_dragged = False
        self._tip = ""
        self.setMouseTracking(True)
        self.setMinimumHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        THEME.changed.connect(self.update)

    def describe(self, name: str, tip: str) -> None:
        """Its name for screen readers, and what its tooltip says beside the exemplars."""
        self._tip = tip
        self.setAccessibleName(name)
        self.setToolTip(tip)

    # What kinds of planes differ in.

    def weights_at(self, point: np.ndarray) -> np.ndarray:
        """The weights that a point of the plane asks for."""
        raise NotImplementedError

    def paint_ground(self, painter: QPainter) -> None:
        """What lies under the exemplars."""

    def centres(self) -> np.ndarray:
        """Where the miniatures are painted, widget pixels (n, 2)."""
        return self.to_widget(self.places)

    # What it shows.

    def sizeHint(self) -> QSize:
        return QSize(200, HEIGHT)

    def set_exemplars(self, exemplars: Sequence[Exemplar], places: np.ndarray) -> None:
        """Show these exemplars at these places, (n, 2)."""
        side = max(SMALLEST, min(LARGEST, round(3.5 * HEIGHT / max(4, len(exemplars)))))
        self._miniatures = [Miniature(exemplar, side) for exemplar in exemplars]
        self.places = np.asarray(places, float)
        self.weights = np.zeros(len(exemplars))
        self._point = None
        self.update()

    def show_weights(self, weights: Sequence[float]) -> None:
        """Put the ring where this mix lies; it stays at a point that was just asked for and gave this mix."""
        mix = np.asarray(weights, float)
        if len(mix) != len(self.places) or not mix.any():
            return
        if not np.array_equal(mix, self.weights):
            self._point = None
        self.weights = mix
        shares = mix / mix.sum()
        told = (f"{m.name} {share:.0%}" for m, share in zip(self._miniatures, shares, strict=True) if share > 0)
        self.setAccessibleDescription(", ".join(told))
        self.update()

    @property
    def point(self) -> np.ndarray:
        """Where the ring is, in the plane."""
        return mixed_place(self.weights, self.places) if self._point is None else self._point

    # The plane in the widget.

    def room(self) -> QRectF:
        """Where the places are fitted into, so that all miniatures are seen whole."""
        margins = [m.size for m in self._miniatures]
        x = max((size.width() for size in margins), default=0) / 2 + 4
        y = max((size.height() for size in margins), default=0) / 2 + 4
        return QRectF(self.rect()).adjusted(x, y, -x, -y)

    def _fit(self) -> tuple[float, np.ndarray]:
        """Scale and offset of: widget = plane * scale + offset."""
        room, low, high = self.room(), self.places.min(0), self.places.max(0)
        extent = np.maximum(high - low, 1e-6)
        scale = float(min(room.width() / extent[0], room.height() / extent[1]))
        centre = np.array([room.center().x(), room.center().y()])
        return scale, centre - (low + high) / 2 * scale

    def to_widget(self, points: np.ndarray) -> np.ndarray:
        scale, offset = self._fit()
        return points * scale + offset

    def to_plane(self, position: QPointF) -> np.ndarray:
        scale, offset = self._fit()
        return (np.array([position.x(), position.y()]) - offset) / scale

    # Asking.

    def ask(self, point: np.ndarray) -> None:
        """Ask for the blend at a point of the plane."""
        weights = np.round(self.weights_at(point), DIGITS)
        self.weights, self._point = weights, self.landed(point, weights)
        self.asked.emit(weights)
        self.update()

    def landed(self, point: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Where the ring goes when a point was asked for."""
        return point

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not len(self.places):
            return
        self._is_dragged = True
        hit = self._hit(event.position())
        self.ask(self._snapped(event.position()) if hit is None else self.places[hit])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._is_dragged and len(self.places):
            self.ask(self._snapped(event.position()))
        elif not self._is_dragged:
            hit = self._hit(event.position())
            self.setToolTip(self._tip if hit is None else self._miniatures[hit].name)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._is_dragged and event.button() == Qt.MouseButton.LeftButton:
            self._is_dragged = False
            self.drag_ended.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ARROWS and len(self.places):
            scale, _ = self._fit()
            self.ask(self.point + np.array(ARROWS[Qt.Key(event.key())]) * STEP * self.room().width() / scale)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() in ARROWS and not event.isAutoRepeat():
            self.drag_ended.emit()
        else:
            super().keyReleaseEvent(event)

    def _hit(self, position: QPointF) -> int | None:
        """The miniature under the pointer, the topmost one first."""
        for index in reversed(range(len(self._miniatures))):
            if self._miniatures[index].rect(QPointF(*self.centres()[index])).contains(position):
                return index
        return None

    def _snapped(self, position: QPointF) -> np.ndarray:
        """The plane's point under the pointer; near a photo's place, the place itself."""
        away = np.hypot(*(self.to_widget(self.places) - [position.x(), position.y()]).T)
        return self.places[away.argmin()] if away.min() < SNAP else self.to_plane(position)

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(THEME.colors.accent), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(THEME.colors.panel))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        if not len(self.places):
            return
        self.paint_ground(painter)
        for miniature, centre, weight in zip(self._miniatures, self.centres(), self.weights, strict=True):
            miniature.paint(painter, QPointF(*centre), chosen=bool(weight > 0))
        if self.weights.any():
            self._paint_ring(painter, QPointF(*self.to_widget(self.point)))

    def _paint_ring(self, painter: QPainter, centre: QPointF) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, width, radius in ((QColor(0, 0, 0, 140), 5.0, 8.0), (QColor(255, 255, 255), 2.5, 8.0)):
            painter.setPen(QPen(color, width))
            painter.drawEllipse(centre, radius, radius)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(THEME.colors.accent))
        painter.drawEllipse(centre, 4, 4)
