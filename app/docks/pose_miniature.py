"""Buttons of the pose dock that draw what they stand for: presets and joints."""

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QPainter, QPaintEvent, QPen, QTransform
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from app.canvas.pose_layer import COLORS, paint_small
from app.docks.card import paint_card
from app.theme import THEME
from brushes.pose.skeleton import Visibility

PRESET, NARROW_PRESET = QSize(46, 62), QSize(36, 62)
ROW = 22
MARGIN = 9


class PresetButton(QAbstractButton):
    """A pose in small; `person` is float (18, 3) in any unit."""

    def __init__(self, person: np.ndarray, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._person = person
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return PRESET

    def minimumSizeHint(self) -> QSize:
        return NARROW_PRESET

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        pointed = self.isEnabled() and (self.underMouse() or self.hasFocus())
        paint_card(painter, self.rect(), self.isDown(), pointed)
        painter.setOpacity(1.0 if self.isEnabled() else 0.4)
        paint_small(painter, self._person, self._fit())

    def _fit(self) -> QTransform:
        """From the unit of the pose to the middle of the button, as large as it goes."""
        low, high = self._person[:, :2].min(0), self._person[:, :2].max(0)
        room = np.array([self.width(), self.height()]) - 2 * MARGIN
        scale = float((room / np.maximum(high - low, 1e-6)).min())
        middle = (low + high) / 2
        transform = QTransform.fromTranslate(self.width() / 2, self.height() / 2)
        return transform.scale(scale, scale).translate(-middle[0], -middle[1])


class JointButton(QAbstractButton):
    """A joint by name with a dot that says whether it is visible, hidden (hollow) or missing (faint)."""

    pointed = Signal(bool)  # whether the pointer is on it

    def __init__(self, joint: int, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._joint = joint
        self._visibility = Visibility.MISSING
        self._selected = False
        self.setText(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_state(self, visibility: Visibility, selected: bool, spoken: str) -> None:
        """Show whether it is seen and selected; `spoken` is what a screen reader says."""
        if (visibility, selected) != (self._visibility, self._selected) or not self.accessibleName():
            self._visibility, self._selected = visibility, selected
            self.setAccessibleName(spoken)
            self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        self.pointed.emit(True)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.pointed.emit(False)
        super().leaveEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(70, ROW)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, colors = QPainter(self), THEME.colors
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._selected or self.underMouse() or self.hasFocus():
            painter.setPen(QPen(QColor(colors.accent), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.selection if self._selected else colors.raised))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 5, 5)
        self._paint_dot(painter)
        missing = self._visibility is Visibility.MISSING
        painter.setPen(QColor(colors.disabled if missing or not self.isEnabled() else colors.text))
        text = QRect(22, 0, self.width() - 24, self.height())
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, self.text())

    def _paint_dot(self, painter: QPainter) -> None:
        centre, color = QPointF(12, self.height() / 2), QColor(*COLORS[self._joint])
        if self._visibility is Visibility.VISIBLE:
            painter.setPen(QPen(QColor(0, 0, 0, 110), 1))
            painter.setBrush(color)
            painter.drawEllipse(centre, 4.5, 4.5)
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._visibility is Visibility.HIDDEN:
            painter.setPen(QPen(QColor(0, 0, 0, 110), 3.4))
            painter.drawEllipse(centre, 4, 4)
            painter.setPen(QPen(color, 2))
        else:
            painter.setPen(QPen(QColor(THEME.colors.disabled), 1, Qt.PenStyle.DotLine))
        painter.drawEllipse(centre, 4, 4)
