"""The history dock: every step by name; a click goes there."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.document import Document
from app.naming import named
from app.theme import THEME


class HistoryDock(QWidget):
    """Steps of the document, oldest first; the undone ones are greyed."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.list = named(QListWidget(), "history")
        self.list.setAccessibleName(self.tr("History"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 0, 6, 6)
        layout.addWidget(self.list)
        self.list.itemClicked.connect(self._jump)
        self.list.itemActivated.connect(self._jump)
        document.history_changed.connect(self.refresh)
        document.reset.connect(self.refresh)
        THEME.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """List the steps anew."""
        done, undone = list(self._document.undo_names), list(reversed(self._document.history.redo_names))
        self.list.clear()
        self.list.addItems([self.tr("Start"), *done, *undone])
        for row in range(len(done) + 1, self.list.count()):
            self.list.item(row).setForeground(QColor(THEME.colors.disabled))
        self.list.setCurrentRow(len(done))

    def _jump(self, item: QListWidgetItem) -> None:
        target = self.list.row(item)
        while len(self._document.undo_names) > target and self._document.can_undo:
            self._document.undo()
        while len(self._document.undo_names) < target and self._document.can_redo:
            self._document.redo()
