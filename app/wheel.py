"""Controls in a place that scrolls: the wheel scrolls it, and changes only the control that has the focus."""

from typing import TypeVar

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QWidget

AnyWidget = TypeVar("AnyWidget", bound=QWidget)


class _WheelGuard(QObject):
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False


def guarded(widget: AnyWidget) -> AnyWidget:
    """The control, which the wheel changes only while it has the focus."""
    parts: list[QWidget] = [widget, *widget.findChildren(QWidget)]
    for part in parts:
        if part.focusPolicy() == Qt.FocusPolicy.WheelFocus:
            part.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        part.installEventFilter(_WheelGuard(part))
    return widget
