"""Sliders whose number can be typed."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from superqt import QLabeledSlider


def numbered_slider(name: str, tip: str, range_: tuple[int, int]) -> QLabeledSlider:
    """A horizontal slider with its number beside it; both say `name` to a screen reader."""
    slider = QLabeledSlider(Qt.Orientation.Horizontal)
    slider.setRange(*range_)
    slider.setToolTip(tip)
    for widget in (slider, *slider.findChildren(QLineEdit)):
        widget.setAccessibleName(name)
    return slider
