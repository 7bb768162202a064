"""What a film is besides its keys: seconds, easing, loop."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QHBoxLayout, QLabel, QWidget

from app.naming import spoken
from engine.film import EASINGS, LONGEST, SHORTEST, Film

STEP = 0.5


class FilmSettings(QWidget):
    """Shows a film's settings and tells which are asked for."""

    seconds_asked = Signal(float)
    seconds_ended = Signal()
    easing_asked = Signal(str)
    loop_asked = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.seconds = spoken(QDoubleSpinBox(), self.tr("Seconds from key to key"))
        self.seconds.setRange(SHORTEST, LONGEST)
        self.seconds.setDecimals(1)
        self.seconds.setSingleStep(STEP)
        self.seconds.setSuffix(self.tr(" s"))
        self.seconds.setToolTip(self.tr("Seconds from one key frame to the next"))
        self.easing = spoken(QComboBox(), self.tr("Easing"))
        texts = {"linear": self.tr("Even"), "smooth": self.tr("Smooth")}
        for name in EASINGS:
            self.easing.addItem(texts[name], name)
        self.easing.setToolTip(self.tr("Even keeps its pace, smooth rests for a moment at each key frame"))
        self.loop = QCheckBox(self.tr("Loop"))
        self.loop.setToolTip(self.tr("Go on from the last key frame to the first"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addSpacing(4)
        row.addWidget(QLabel(self.tr("Step")))
        for widget in (self.seconds, self.easing, self.loop):
            row.addWidget(widget)
        self.seconds.valueChanged.connect(self.seconds_asked)
        self.seconds.editingFinished.connect(self.seconds_ended)
        self.easing.activated.connect(lambda: self.easing_asked.emit(self.easing.currentData()))
        self.loop.clicked.connect(self.loop_asked)

    def show_film(self, film: Film) -> None:
        """Show the settings of the document's film; asks for nothing."""
        self.seconds.blockSignals(True)
        self.seconds.setValue(film.seconds)
        self.seconds.blockSignals(False)
        self.easing.setCurrentIndex(self.easing.findData(film.easing))
        self.loop.setChecked(film.loops)
