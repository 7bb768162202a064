"""The exemplar dock: where the picture comes from, and a card an exemplar with its weight."""

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from superqt import QLabeledSlider

from app.canvas.buffer import image_of
from app.docks.card import paint_card
from app.docks.thumbnail import Thumbnail
from app.document import Document
from app.drops import DropTarget
from app.naming import named
from app.sliders import numbered_slider
from app.theme import THEME, icon
from engine.inference.state import Exemplar

PREVIEW = QSize(190, 280)
SMALLEST_PREVIEW = 120
CARD = QSize(50, 72)
FULL = 100
NARROWEST = 182
"""Pixels in which a card shows its number and most of a name."""


class ExemplarCard(QWidget):
    """One exemplar: thumbnail, name, weight; a click uses it alone."""

    chosen = Signal()
    removed = Signal()
    weight_changed = Signal(int)
    drag_ended = Signal()

    def __init__(self, exemplar: Exemplar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.exemplar = exemplar
        self.active = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(self.tr("Exemplar {}").format(exemplar.name))
        self.setToolTip(self.tr("Click to use {} alone").format(exemplar.name or self.tr("this exemplar")))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.thumbnail = Thumbnail(CARD)
        self.thumbnail.set_image(image_of(exemplar.photo.array))
        self.slider = self._make_slider()
        self.share = named(QLabel(), "hint")
        self._remove = QToolButton(autoRaise=True)
        self._remove.setIcon(icon("close"))
        self._remove.setIconSize(QSize(13, 13))
        self._remove.setToolTip(self.tr("Remove this exemplar"))
        self._remove.setAccessibleName(self._remove.toolTip())
        self._remove.clicked.connect(self.removed)
        self._lay_out()

    def _make_slider(self) -> QLabeledSlider:
        name = self.tr("Weight of {}").format(self.exemplar.name)
        tip = self.tr("Weight of this exemplar in the mix; the number can be typed")
        slider = numbered_slider(name, tip, (0, FULL))
        slider.setCursor(Qt.CursorShape.ArrowCursor)
        slider.valueChanged.connect(self.weight_changed)
        slider.sliderReleased.connect(self.drag_ended)
        return slider

    def _lay_out(self) -> None:
        name = QLabel(self.exemplar.name or self.tr("Untitled"))
        name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        top = QHBoxLayout()
        top.addWidget(name, 1)
        top.addWidget(self._remove)
        right = QVBoxLayout()
        right.setSpacing(2)
        right.addLayout(top)
        right.addWidget(self.slider)
        right.addWidget(self.share)
        right.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.setSpacing(8)
        layout.addWidget(self.thumbnail)
        layout.addLayout(right, 1)

    def show_state(self, weight: float, share: float, active: bool) -> None:
        """Show the document's weight, 0 to 1, its share of the mix, and whether this is the active exemplar."""
        self.share.setText(self.tr("{} of the blend").format(f"{share:.0%}") if share > 0 else "")
        self.active = active
        self.thumbnail.set_chosen(active)
        self.slider.blockSignals(True)
        self.slider.setValue(round(weight * FULL))
        self.slider.blockSignals(False)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_card(QPainter(self), self.rect(), self.active, self.underMouse() or self.hasFocus())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.chosen.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.hasFocus():  # Enter in the number has typed it, and is no choice of this exemplar alone
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.removed.emit()
        else:
            super().keyPressEvent(event)


class ExemplarDock(DropTarget):
    """The active exemplar large, the cards below; photos may be dropped anywhere on it."""

    add_wanted = Signal()

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.cards: list[ExemplarCard] = []
        self._previewed: Exemplar | None = None
        self.preview = Thumbnail(PREVIEW)
        self.preview.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.preview.setMinimumHeight(SMALLEST_PREVIEW)
        self.preview.setAccessibleName(self.tr("Active exemplar"))
        self.preview.setToolTip(self.tr("The cross shows where the pixel under the pointer was taken from"))
        self.hint = named(QLabel(self.tr("Drop photos here, or add one below."), wordWrap=True), "hint")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 2, 0)
        self._list.setSpacing(4)
        self.add = named(QPushButton(self.tr("Add exemplar…")), "secondary")
        self.add.clicked.connect(self.add_wanted)
        self._lay_out()
        document.exemplars_changed.connect(self.rebuild)
        document.mix_changed.connect(self.refresh)
        document.reset.connect(self.rebuild)
        THEME.changed.connect(self.rebuild)
        self.rebuild()

    def _lay_out(self) -> None:
        cards = named(QWidget(), "cardList")
        outer = QVBoxLayout(cards)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addLayout(self._list)
        outer.addStretch(1)
        area = named(QScrollArea(widgetResizable=True), "cards")
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(cards)
        area.setMinimumWidth(NARROWEST)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 0, 6, 6)
        layout.setSpacing(6)
        layout.addWidget(self.preview, 2)
        layout.addWidget(self.hint)
        layout.addWidget(area, 3)
        layout.addWidget(self.add)

    def rebuild(self) -> None:
        """Make the cards anew."""
        self.add.setIcon(icon("plus"))
        for card in self.cards:
            self._list.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = [self._make_card(index, exemplar) for index, exemplar in enumerate(self._document.exemplars)]
        for card in self.cards:
            self._list.addWidget(card)
        self.hint.setVisible(not self.cards)
        self.preview.setVisible(bool(self.cards))
        self.refresh()

    def _make_card(self, index: int, exemplar: Exemplar) -> ExemplarCard:
        card = ExemplarCard(exemplar)
        card.chosen.connect(lambda: self._document.use_exemplar(index))
        card.removed.connect(lambda: self._document.remove_exemplar(index))
        card.weight_changed.connect(lambda value: self._set_weight(index, value))
        card.drag_ended.connect(self._document.end_drag)
        return card

    def _set_weight(self, index: int, value: int) -> None:
        """Change one weight; the last positive one stays, since a picture needs an exemplar."""
        weights = list(self._document.weights)
        weights[index] = value / FULL
        if sum(weights) > 0:
            self._document.set_weights(weights)
        else:
            self.refresh()

    def refresh(self) -> None:
        """Show weights and the active exemplar."""
        document = self._document
        largest = max(document.weights, default=0) or 1.0
        scale = 1 / largest if largest > 1 else 1.0
        total = sum(document.mix)
        for index, (card, weight) in enumerate(zip(self.cards, document.weights, strict=False)):
            card.show_state(weight * scale, document.mix[index] / total, index == document.active_exemplar)
        if self.cards:
            self._preview(document.exemplars[document.active_exemplar])

    def _preview(self, exemplar: Exemplar) -> None:
        if exemplar is not self._previewed:
            self._previewed = exemplar
            self.preview.set_image(image_of(exemplar.photo.array))

    def show_source(self, exemplar: Exemplar | None, point: QPointF | None) -> None:
        """The linked cursor: mark a point of an exemplar, in its pixels."""
        for card in self.cards:
            card.thumbnail.set_marker(point if card.exemplar == exemplar else None)
        self.preview.set_marker(point if exemplar is not None and exemplar == self._previewed else None)
