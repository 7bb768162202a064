"""Which exemplar a class takes its style from: hair from one, the coat from another."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from app.docks.style.miniature import Miniature
from app.docks.style.section import Section
from app.document import Document
from app.naming import named, spoken
from app.theme import THEME, icon
from app.wheel import guarded
from engine.domains import LabelClass
from engine.inference.state import Exemplar
from engine.style import Style

SIDE = 26
CHIP = 14
LONGEST_NAME = 84
"""Pixels; of a longer name, the middle is left out, so that what the class takes its style from can be read."""

SHORTEST_SOURCE = 4
"""Characters."""

DELAY = 150
"""Milliseconds after an edit before the classes are looked for again."""


def _chip(color: QColor) -> QPixmap:
    """A rounded swatch, with a rim that shows it on any ground."""
    chip = QPixmap(CHIP, CHIP)
    chip.fill(Qt.GlobalColor.transparent)
    painter = QPainter(chip)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(128, 128, 128, 120), 1))
    painter.setBrush(color)
    painter.drawRoundedRect(QRectF(0.5, 0.5, CHIP - 1, CHIP - 1), 4, 4)
    painter.end()
    return chip


class ClassRow(QWidget):
    """One class: colour, name, where its style comes from, reset."""

    chosen = Signal(int)  # the index of an exemplar; -1 is the mix

    def __init__(self, label_class: LabelClass, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label_class = label_class
        self._exemplars = 0
        self.chip = QLabel()
        self.chip.setPixmap(_chip(QColor(*label_class.color)))
        self.name = QLabel()
        self.name.setToolTip(label_class.name)
        self.source = self._make_source()
        self.reset = named(QToolButton(), "small")
        self.reset.setIconSize(QSize(13, 13))
        self.reset.setToolTip(self.tr("Let {} follow the blend again").format(label_class.name))
        self.reset.setAccessibleName(self.reset.toolTip())
        self.reset.clicked.connect(lambda: self.chosen.emit(-1))
        policy = self.reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(policy)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for widget in (self.chip, self.name, self.source, self.reset):
            row.addWidget(widget, int(widget is self.source))
        self.fetch_icon()

    def _make_source(self) -> QComboBox:
        source = spoken(QComboBox(), self.tr("Style of {}").format(self.label_class.name))
        tip = self.tr("Where {} takes its style from: the blend, or one exemplar alone")
        source.setToolTip(tip.format(self.label_class.name))
        source.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        source.setMinimumContentsLength(SHORTEST_SOURCE)
        source.setIconSize(QSize(18, 22))
        source.activated.connect(self._choose)
        return guarded(source)

    @property
    def name_width(self) -> int:
        """Pixels that the whole name takes."""
        self.name.ensurePolished()  # else it is measured in another font
        return self.name.fontMetrics().horizontalAdvance(self.label_class.name) + 2

    def show_name(self, width: int) -> None:
        """Give the name so many pixels; a longer one is cut in its middle."""
        middle = Qt.TextElideMode.ElideMiddle
        self.name.setText(self.name.fontMetrics().elidedText(self.label_class.name, middle, width))
        self.name.setFixedWidth(width)

    def fetch_icon(self) -> None:
        self.reset.setIcon(icon("reset"))

    def set_exemplars(self, exemplars: Sequence[Exemplar], miniatures: Sequence[Miniature]) -> None:
        """Offer the mix and these exemplars."""
        self._exemplars = len(exemplars)
        self.source.clear()
        self.source.addItem(self.tr("Blend"))
        for number, (exemplar, miniature) in enumerate(zip(exemplars, miniatures, strict=True), start=1):
            self.source.addItem(miniature.icon(), exemplar.name or self.tr("Exemplar {}").format(number))
        self.source.view().setMinimumWidth(180)

    def show_weights(self, own: tuple[float, ...] | None) -> None:
        """Show what the class has: None for the mix, else weights over the exemplars."""
        self.reset.setVisible(own is not None)
        while self.source.count() > 1 + self._exemplars:
            self.source.removeItem(self.source.count() - 1)
        if own is None:
            self.source.setCurrentIndex(0)
        elif np.count_nonzero(own) == 1:
            self.source.setCurrentIndex(1 + int(np.argmax(own)))
        else:
            self.source.addItem(" : ".join(f"{weight / sum(own):.0%}" for weight in own))
            self.source.setCurrentIndex(self.source.count() - 1)

    def _choose(self, index: int) -> None:
        if index <= self._exemplars:
            self.chosen.emit(index - 1)


class ClassSection(Section):
    """A row for each class that is painted, and for each that has weights of its own."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__("classes", parent)
        self.set_title(self.tr("Classes"))
        self._document = document
        self.rows: dict[int, ClassRow] = {}
        self._present: frozenset[int] = frozenset()
        self._list = QVBoxLayout()
        self._list.setSpacing(3)
        self.set_content(self._list)
        self._timer = QTimer(self, singleShot=True, interval=DELAY)
        self._timer.timeout.connect(self.look)
        document.labels_changed.connect(lambda box: self._timer.start())
        document.exemplars_changed.connect(self.rebuild)
        document.reset.connect(self.look)
        document.mix_changed.connect(self.refresh)
        THEME.changed.connect(self._fetch_icons)
        self.look()

    def look(self) -> None:
        """Find the classes of the label map; the rows are made anew when they are others."""
        counts = np.bincount(self._document.labels.ravel(), minlength=1)
        self._present = frozenset(np.flatnonzero(counts).tolist())
        self.refresh()

    def rebuild(self) -> None:
        """Make all rows anew."""
        for row in self.rows.values():
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        document = self._document
        exemplars = document.exemplars
        miniatures = [Miniature(exemplar, SIDE) for exemplar in exemplars]
        self.rows = {class_id: ClassRow(document.domain.classes[class_id]) for class_id in sorted(self._wanted())}
        for class_id, row in self.rows.items():
            row.set_exemplars(exemplars, miniatures)
            row.chosen.connect(lambda index, class_id=class_id: self._give(class_id, index))
            self._list.addWidget(row)
        for row in self.rows.values():
            row.show_name(min(LONGEST_NAME, max(other.name_width for other in self.rows.values())))
        self.refresh()

    def _wanted(self) -> frozenset[int]:
        return self._present | self._document.style.weights_of_class.keys()

    def refresh(self) -> None:
        """Show what each class has."""
        self.setVisible(len(self._document.exemplars) > 1)
        if self._wanted() != self.rows.keys():
            self.rebuild()
            return
        own = self._document.style.weights_of_class
        for class_id, row in self.rows.items():
            row.show_weights(own.get(class_id))

    def _give(self, class_id: int, index: int) -> None:
        """Take the class's style from one exemplar, or from the mix (-1), as one step."""
        document = self._document
        style, name = document.style, document.domain.classes[class_id].name
        own = style.weights_of_class
        own.pop(class_id, None)
        step = self.tr("{} from the blend").format(name).capitalize()
        if index >= 0:
            own[class_id] = tuple(float(i == index) for i in range(len(document.exemplars)))
            step = self.tr("{} from {}").format(name.capitalize(), document.exemplars[index].name)
        document.set_style(Style.of(own, style.axes, style.sample, style.surprise), step, is_slider_move=False)
        self.refresh()

    def _fetch_icons(self) -> None:
        for row in self.rows.values():
            row.fetch_icon()
