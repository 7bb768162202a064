"""The command palette: type a few letters of any action."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QAction, QColor, QIcon, QKeyEvent, QPixmap
from PySide6.QtWidgets import QDialog, QHeaderView, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from app.actions import Actions, plain_text, shortcut_text
from app.naming import named
from app.theme import THEME


def matches(needle: str, text: str) -> bool:
    """Whether the letters of `needle` occur in `text` in this order."""
    rest = iter(text.lower())
    return all(letter in rest for letter in needle.lower().replace(" ", ""))


class CommandPalette(QDialog):
    """Search over all actions; Enter runs the chosen one."""

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._actions = list(actions)
        blank = QPixmap(17, 17)
        blank.fill(Qt.GlobalColor.transparent)
        self._no_icon = QIcon(blank)
        self.setAccessibleName(self.tr("Command palette"))
        self.resize(460, 380)
        self.search = QLineEdit(placeholderText=self.tr("Type a command"))
        self.search.setAccessibleName(self.tr("Command"))
        self.search.installEventFilter(self)
        self.list = named(QTreeWidget(columnCount=2), "commands")
        self.list.setRootIsDecorated(False)
        self.list.setHeaderHidden(True)
        self.list.setIconSize(QSize(17, 17))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
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
            title = plain_text(entry.action)
            if entry.menu:
                title = f"{entry.menu.replace('&', '')} › {title}"
            if entry.action.isEnabled() and matches(needle, title):
                self.list.addTopLevelItem(self._item(entry.action, title))
        self._choose(0)

    def _item(self, action: QAction, title: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem([title, shortcut_text(action)])
        item.setIcon(0, action.icon() if not action.icon().isNull() else self._no_icon)
        item.setForeground(1, QColor(THEME.colors.muted))
        item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        item.setData(0, Qt.ItemDataRole.UserRole, action)
        return item

    def _choose(self, row: int) -> None:
        item = self.list.topLevelItem(min(max(row, 0), self.list.topLevelItemCount() - 1))
        if item is not None:
            self.list.setCurrentItem(item)

    def _run(self) -> None:
        item = self.list.currentItem()
        self.close()
        if item is not None:
            item.data(0, Qt.ItemDataRole.UserRole).trigger()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key()
            in (
                Qt.Key.Key_Down,
                Qt.Key.Key_Up,
            )
        ):
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            self._choose(self.list.currentIndex().row() + step)
            return True
        return super().eventFilter(watched, event)
