"""The first-steps tour: one card a step, beside the thing it speaks of."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.naming import named
from app.theme import THEME

CARD_WIDTH = 320
GAP = 14


@dataclass(frozen=True)
class TourStep:
    """A widget and what to know about it."""

    target: QWidget
    title: str
    text: str


class Tour(QWidget):
    """Dims the window but for the step's widget; Enter goes on, Esc ends."""

    def __init__(self, steps: Sequence[TourStep], window: QWidget) -> None:
        super().__init__(window)
        self._steps = steps
        self._window = window
        self._number = 0
        self.card = named(QWidget(self), "notice")
        self.card.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.card.setFixedWidth(CARD_WIDTH)
        self._title = QLabel()
        self._text = QLabel(wordWrap=True)
        self._count = named(QLabel(), "hint")
        self._next = named(QPushButton(), "primary")
        end = named(QPushButton(self.tr("Skip")), "secondary")
        self._next.clicked.connect(self.go_on)
        end.clicked.connect(self.close)
        row = QHBoxLayout()
        row.addWidget(self._count, 1)
        row.addWidget(end)
        row.addWidget(self._next)
        layout = QVBoxLayout(self.card)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(8)
        layout.addWidget(self._title)
        layout.addWidget(self._text)
        layout.addLayout(row)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        window.installEventFilter(self)
        self._show_step()
        self.show()
        self.raise_()
        self.setFocus()

    def go_on(self) -> None:
        """To the next step; after the last one, end."""
        self._number += 1
        if self._number < len(self._steps):
            self._show_step()
        else:
            self.close()

    def _show_step(self) -> None:
        step = self._steps[self._number]
        self.resize(self._window.size())
        self._title.setText(f"<b>{step.title}</b>")
        self._text.setText(step.text)
        self._count.setText(f"{self._number + 1} / {len(self._steps)}")
        last = self._number == len(self._steps) - 1
        self._next.setText(self.tr("Done") if last else self.tr("Next"))
        self.card.adjustSize()
        self.card.move(self._place(self._target_rect()))
        self.update()

    def _target_rect(self) -> QRect:
        target = self._steps[self._number].target
        return QRect(target.mapTo(self._window, QPoint(0, 0)), target.size())

    def _place(self, target: QRect) -> QPoint:
        """Right of the target where there is room, else left of it, else inside."""
        width, height = self.card.width(), self.card.height()
        x = target.right() + GAP
        if x + width > self.width():
            x = target.left() - GAP - width
        if x < 0:
            x = target.center().x() - width // 2
        y = min(max(target.center().y() - height // 2, GAP), self.height() - height - GAP)
        return QPoint(max(GAP, min(x, self.width() - width - GAP)), y)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hole = QRectF(self._target_rect()).adjusted(-2, -2, 2, 2)
        shade, window = QPainterPath(), QPainterPath()
        shade.addRect(QRectF(self.rect()))
        window.addRoundedRect(hole, 8, 8)
        painter.fillPath(shade - window, QColor(0, 0, 0, 150))
        painter.setPen(QPen(QColor(THEME.colors.accent), 2))
        painter.drawRoundedRect(hole, 8, 8)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Right):
            self.go_on()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._show_step()
        return False
