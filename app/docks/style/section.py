"""A part of a dock that folds away under its title."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLayout, QToolButton, QVBoxLayout, QWidget

from app import settings
from app.naming import named


class Section(QWidget):
    """A title to click, and what it opens; whether it is open is remembered."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("section")
        self._setting = f"fold_{name}"
        self.title = named(QToolButton(), "sectionTitle")
        self.title.setCheckable(True)
        self.title.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.title.toggled.connect(self._open)
        self.body = QWidget()
        self.top = QHBoxLayout()
        self.top.setContentsMargins(0, 0, 0, 0)
        self.top.setSpacing(2)
        self.top.addWidget(self.title)
        self.top.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(self.top)
        layout.addWidget(self.body)
        is_open = settings.number(self._setting, 1) != 0
        self.title.setChecked(is_open)
        self._show(is_open)

    def set_title(self, title: str) -> None:
        """What the title says."""
        self.title.setText(title)
        self.title.setAccessibleName(title)
        self.title.setToolTip(self.tr("Fold or unfold {}").format(title))

    def set_content(self, layout: QLayout) -> None:
        """Put this under the title."""
        layout.setContentsMargins(2, 0, 2, 6)
        self.body.setLayout(layout)

    def _open(self, is_open: bool) -> None:
        settings.set_number(self._setting, int(is_open))
        self._show(is_open)

    def _show(self, is_open: bool) -> None:
        self.title.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self.body.setVisible(is_open)
