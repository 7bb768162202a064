"""Sliders along the principal axes of the style codes, named by what they visibly change."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from app.docks.style.section import Section
from app.document import Document
from app.models import axes_of_model
from app.naming import named, spoken
from app.wheel import guarded
from engine.models.style_axes import Axis
from engine.style import AXIS_LIMIT, Style

STEPS = 10
"""Steps of a slider in a standard deviation."""

LIMIT = round(AXIS_LIMIT * STEPS)


class AxisName(QLabel):
    """A name that resets its slider when it is clicked twice."""

    double_clicked = Signal()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.double_clicked.emit()


class AxisRow(QWidget):
    """One axis: its name and the words for its ends, above a slider in standard deviations."""

    changed = Signal(float)
    drag_ended = Signal()

    def __init__(self, axis: Axis, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.axis = axis
        self.name = AxisName(axis.name)
        self.name.setToolTip(self.tr("Double click to reset"))
        self.name.double_clicked.connect(self._reset)
        self.slider = self._make_slider()
        self.number = self._make_number()
        top = QHBoxLayout()
        top.addWidget(self.name, 1)
        top.addWidget(self.number)
        controls = QHBoxLayout()
        controls.addWidget(named(QLabel(axis.low), "hint"))
        controls.addWidget(self.slider, 1)
        controls.addWidget(named(QLabel(axis.high), "hint"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addLayout(controls)

    def _make_slider(self) -> QSlider:
        slider = spoken(named(QSlider(Qt.Orientation.Horizontal), "bipolar"), self.axis.name)
        slider.setRange(-LIMIT, LIMIT)
        slider.setPageStep(STEPS // 2)
        tip = self.tr("{}: from {} to {}, in standard deviations")
        slider.setToolTip(tip.format(self.axis.name, self.axis.low, self.axis.high))
        slider.valueChanged.connect(lambda value: self.changed.emit(value / STEPS))
        slider.sliderReleased.connect(self.drag_ended)
        return guarded(slider)

    def _make_number(self) -> QDoubleSpinBox:
        number = spoken(named(QDoubleSpinBox(decimals=1, singleStep=1 / STEPS), "number"), self.axis.name)
        number.setRange(-AXIS_LIMIT, AXIS_LIMIT)
        number.setAlignment(Qt.AlignmentFlag.AlignCenter)
        number.setKeyboardTracking(False)
        number.setToolTip(self.tr("{} in standard deviations").format(self.axis.name))
        number.valueChanged.connect(lambda value: self.changed.emit(round(value, 1)))
        return guarded(number)

    def show_amount(self, amount: float) -> None:
        """Show the document's amount."""
        for control in (self.slider, self.number):
            control.blockSignals(True)
        self.slider.setValue(round(amount * STEPS))
        self.number.setValue(amount)
        for control in (self.slider, self.number):
            control.blockSignals(False)

    def _reset(self) -> None:
        """A step of its own."""
        self.drag_ended.emit()
        self.changed.emit(0.0)
        self.drag_ended.emit()


class AxisSection(Section):
    """A row an axis; hidden where the model has no named axes."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__("axes", parent)
        self.set_title(self.tr("Look"))
        self._document = document
        self.rows: list[AxisRow] = []
        self._rows = QVBoxLayout()
        self._rows.setSpacing(4)
        self.set_content(self._rows)
        document.model_changed.connect(self.rebuild)
        document.reset.connect(self.rebuild)
        document.mix_changed.connect(self.refresh)
        self.rebuild()

    def rebuild(self) -> None:
        """Show the axes of the document's model."""
        axes = axes_of_model(self._document.domain.name, self._document.model)
        if [row.axis for row in self.rows] != list(axes):
            for row in self.rows:
                self._rows.removeWidget(row)
                row.hide()
                row.deleteLater()
            self.rows = [self._make_row(index, axis) for index, axis in enumerate(axes)]
        self.setVisible(bool(self.rows))
        self.refresh()

    def _make_row(self, index: int, axis: Axis) -> AxisRow:
        row = AxisRow(axis)
        row.changed.connect(lambda amount: self._move(index, amount))
        row.drag_ended.connect(self._document.end_drag)
        self._rows.addWidget(row)
        return row

    def refresh(self) -> None:
        """Show the amounts."""
        amounts = self._document.style.axes
        for index, row in enumerate(self.rows):
            row.show_amount(amounts[index] if index < len(amounts) else 0.0)

    def _move(self, index: int, amount: float) -> None:
        style = self._document.style
        amounts = [*style.axes, *[0.0] * (index + 1 - len(style.axes))]
        amounts[index] = amount
        moved = Style.of(style.weights_of_class, amounts, style.sample, style.surprise)
        self._document.set_style(moved, self.rows[index].axis.name)
