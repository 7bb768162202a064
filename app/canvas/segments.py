"""A row of views to choose from: only the chosen one spells its name, so that the row fits narrow windows."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction

from app.canvas.header import Header


def add_segments(header: Header, actions: Sequence[QAction]) -> None:
    """Buttons for checkable actions of one group."""
    for action in actions:
        button = header.add_button(action)

        def show(checked: bool, button=button) -> None:  # noqa: ANN001
            style = Qt.ToolButtonStyle
            button.setToolButtonStyle(style.ToolButtonTextBesideIcon if checked else style.ToolButtonIconOnly)

        action.toggled.connect(show)
        show(action.isChecked())
