"""Names on widgets: one for the style sheet, one for screen readers."""

from typing import TypeVar

from PySide6.QtWidgets import QAbstractSpinBox, QWidget

AnyWidget = TypeVar("AnyWidget", bound=QWidget)


def named(widget: AnyWidget, name: str) -> AnyWidget:
    """The widget, with the name that the style sheet knows it by."""
    widget.setObjectName(name)
    return widget


def spoken(widget: AnyWidget, text: str) -> AnyWidget:
    """The widget, with the name that a screen reader says; a number's field has it too."""
    widget.setAccessibleName(text)
    if isinstance(widget, QAbstractSpinBox):
        widget.lineEdit().setAccessibleName(text)
    return widget
