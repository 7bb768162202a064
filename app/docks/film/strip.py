"""The strip of key frames: their pictures in a row, chosen by a click and moved by a drag."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from app.docks.card import paint_card
from app.theme import THEME, icon

CAPTION = 18
MARGIN = 5
GAP = 4
LEAST_HEIGHT = 84
RADIUS = 5
ALT = Qt.KeyboardModifier.AltModifier
Key = Qt.Key
STEPS: dict[int, int] = {Key.Key_Left: -1, Key.Key_Right: 1}


class KeyStrip(QWidget):
    """Shows key frames and tells what is asked for; it changes nothing itself."""

    chosen = Signal(int)
    opened = Signal()  # the chosen one, by a double click or Enter
    removed = Signal()  # the chosen one
    moved = Signal(int, int)  # the key's index, and the index that it gets

    def __init__(self, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hint = hint
        self._images: Sequence[QImage | None] = ()
        self._captions: Sequence[str] = ()
        self._aspect = 2 / 3
        self._loops = False
        self.current = -1
        self._pressed: QPointF | None = None
        self._slot: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.MinimumExpanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(LEAST_HEIGHT)

    @property
    def count(self) -> int:
        return len(self._images)

    def show_keys(
        self, images: Sequence[QImage | None], captions: Sequence[str], current: int, aspect: float, loops: bool
    ) -> None:
        """Show keys with pictures as far as they are made; `aspect` is width by height, `current` -1 for none."""
        self._images, self._captions, self._aspect, self._loops = images, captions, aspect, loops
        self.current = current
        name = self.tr("Key frames")
        if 0 <= current < self.count:
            name = self.tr("Key frame {} of {}, at {}").format(current + 1, self.count, captions[current])
        self.setAccessibleName(name)
        self._fit()
        self.update()

    def card_rect(self, index: int) -> QRect:
        """Where the card of a key lies."""
        width = self._card_width()
        return QRect(index * (width + GAP), 0, width, self.height())

    def _card_width(self) -> int:
        return round((self.height() - CAPTION - 2 * MARGIN) * self._aspect) + 2 * MARGIN

    def _fit(self) -> None:
        self.setMinimumWidth(self.count * (self._card_width() + GAP) + (CAPTION + GAP if self._loops else 0))

    def sizeHint(self) -> QSize:
        return QSize(self.minimumWidth(), 130)

    def resizeEvent(self, event: object) -> None:
        self._fit()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        if not self.count:
            painter.setPen(QColor(THEME.colors.muted))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._hint)
        for index in range(self.count):
            if self.card_rect(index).intersects(event.rect()):
                self._paint_card(painter, index)
        if self.count and self._loops:
            end = self.card_rect(self.count)
            icon("redo").paint(painter, QRect(end.left(), (self.height() - CAPTION) // 2, CAPTION, CAPTION))
        if self._slot is not None:
            x = self.card_rect(self._slot).left() - GAP / 2
            painter.setPen(QPen(QColor(THEME.colors.accent), 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(QPointF(max(2, x), 6), QPointF(max(2, x), self.height() - 6))

    def _paint_card(self, painter: QPainter, index: int) -> None:
        card, image = self.card_rect(index), self._images[index]
        painter.save()
        painter.setOpacity(0.4 if self._slot is not None and index == self.current else 1.0)
        paint_card(painter, card, index == self.current, index == self.current and self.hasFocus())
        picture = card.adjusted(MARGIN, MARGIN, -MARGIN, -CAPTION - MARGIN + 2)
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(picture), RADIUS, RADIUS)
        painter.save()
        painter.setClipPath(outline)
        painter.fillRect(picture, QColor(THEME.colors.raised))
        if image is None:
            icon("film").paint(painter, QRect(picture.center().x() - 10, picture.center().y() - 10, 20, 20))
        else:
            painter.drawImage(picture, self._scaled(image, picture.size()))
        painter.restore()
        painter.setPen(QColor(THEME.colors.text if index == self.current else THEME.colors.muted))
        caption = QRect(card.left(), card.bottom() - CAPTION, card.width(), CAPTION)
        painter.drawText(caption, Qt.AlignmentFlag.AlignCenter, self._captions[index])
        painter.restore()

    def _scaled(self, image: QImage, size: QSize) -> QImage:
        whole = Qt.AspectRatioMode.IgnoreAspectRatio
        return image.scaled(size * self.devicePixelRatioF(), whole, Qt.TransformationMode.SmoothTransformation)

    # Events

    def _index_at(self, place: QPointF) -> int:
        found = (index for index in range(self.count) if self.card_rect(index).contains(place.toPoint()))
        return next(found, -1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self._index_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and index >= 0:
            self._pressed = event.position()
            self.chosen.emit(index)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        far = (event.position() - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        if far or self._slot is not None:
            step = self._card_width() + GAP
            self._slot = min(max(round(event.position().x() / step), 0), self.count)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        slot, self._slot, self._pressed = self._slot, None, None
        self.update()
        if slot is not None:
            self._ask_move(slot - (slot > self.current))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if (index := self._index_at(event.position())) >= 0:
            self.chosen.emit(index)
            self.opened.emit()

    def _ask_move(self, to: int) -> None:
        if to != self.current and 0 <= to < self.count:
            self.moved.emit(self.current, to)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, step = event.key(), STEPS.get(event.key())
        if key == Key.Key_Escape and self._slot is not None:
            self._slot = self._pressed = None
            self.update()
        elif step is not None and event.modifiers() & ALT:
            self._ask_move(self.current + step)
        elif step is not None:
            if 0 <= self.current + step < self.count:
                self.chosen.emit(self.current + step)
        elif self.current >= 0 and key in (Key.Key_Return, Key.Key_Enter):
            self.opened.emit()
        elif self.current >= 0 and key in (Key.Key_Delete, Key.Key_Backspace):
            self.removed.emit()
        else:
            super().keyPressEvent(event)
