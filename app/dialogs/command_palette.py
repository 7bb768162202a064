"""The command palette: type a few letters of any action."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.actions import Actions, plain_text, shortcut_text


def matches(needle: str, text: str) -> bool:
    """Whether the letters of `needle` occur in `text` in this order."""
    rest = iter(text.lower())
    return all(letter in rest for letter in needle.lower().replace(" ", ""))


class CommandPalette(QDialog):
    """Search over all actions; Enter runs the chosen one."""

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._actions = list(actions)
        self.setAccessibleName(self.tr("Command palette"))
        self.resize(460, 380)
        self.search = QLineEdit(placeholderText=self.tr("Type a command"))
        self.search.setAccessibleName(self.tr("Command"))
        self.search.installEventFilter(self)
        self.list = QListWidget(objectName="commands")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 10, 10, 10)
        layout.addWidget(self.search)
        layout.addWidget(self.list)
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._run)
        self.list.itemClicked.connect(self._run)
        self._filter("")
        middle = parent.rect().center()
        self.move(parent.mapToGlobal(middle) - self.rect().center())
        self.search.setFocus()

    def _filter(self, needle: str) -> None:
        self.list.clear()
        for entry in self._actions:
            title = f"{entry.menu.replace('&', '')} › {plain_text(entry.action)}" if entry.menu else plain_text(
                entry.action)
            if entry.action.isEnabled() and matches(needle, title):
                self.list.addItem(self._item(entry.action, title))
        self.list.setCurrentRow(0)

    def _item(self, action: QAction, title: str) -> QListWidgetItem:
        keys = shortcut_text(action)
        item = QListWidgetItem(action.icon(), f"{title}    {keys}" if keys else title)
        item.setData(Qt.ItemDataRole.UserRole, action)
        return item

    def _run(self) -> None:
        item = self.list.currentItem()
        self.close()
        if item is not None:
            item.data(Qt.ItemDataRole.UserRole).trigger()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in (
            Qt.Key.Key_Down, Qt.Key.Key_Up,
        ):
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            self.list.setCurrentRow(min(max(self.list.currentRow() + step, 0), self.list.count() - 1))
            return True
        return super().eventFilter(watched, event)
