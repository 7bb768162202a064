"""The slider between two exemplars."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSlider, QVBoxLayout, QWidget

from app.docks.style.miniature import Miniature
from app.naming import named, spoken
from app.wheel import guarded
from engine.inference.state import Exemplar

SIDE = 54
FULL = 100


class End(QWidget):
    """The exemplar at one end of the slider."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._miniature: Miniature | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(SIDE * 3 // 4, SIDE + 2)

    def show_exemplar(self, exemplar: Exemplar) -> None:
        self._miniature = Miniature(exemplar, SIDE)
        self.setToolTip(exemplar.name)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._miniature is not None:
            self._miniature.paint(QPainter(self), QPointF(self.rect().center()))


class Between(QWidget):
    """From the first exemplar at the left to the second at the right; `asked` carries their weights."""

    asked = Signal(object)
    drag_ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ends = (End(), End())
        self.slider = guarded(spoken(QSlider(Qt.Orientation.Horizontal), self.tr("Blend of two exemplars")))
        self.slider.setRange(0, FULL)
        self.slider.setToolTip(self.tr("Left takes the style from the first exemplar, right from the second"))
        self.slider.valueChanged.connect(lambda value: self.asked.emit((1 - value / FULL, value / FULL)))
        self.slider.sliderReleased.connect(self.drag_ended)
        self.shares = named(QLabel(alignment=Qt.AlignmentFlag.AlignCenter), "hint")
        middle = QVBoxLayout()
        middle.setSpacing(2)
        middle.addStretch(1)
        middle.addWidget(self.slider)
        middle.addWidget(self.shares)
        middle.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.ends[0])
        layout.addLayout(middle, 1)
        layout.addWidget(self.ends[1])

    def show_exemplars(self, exemplars: Sequence[Exemplar]) -> None:
        """The two exemplars at the ends."""
        for end, exemplar in zip(self.ends, exemplars, strict=True):
            end.show_exemplar(exemplar)

    def show_weights(self, weights: Sequence[float]) -> None:
        """Show the mix of the two, weights >= 0 that are not all 0."""
        share = weights[1] / sum(weights)
        self.slider.blockSignals(True)
        self.slider.setValue(round(share * FULL))
        self.slider.blockSignals(False)
        self.shares.setText(f"{1 - share:.0%} · {share:.0%}")
