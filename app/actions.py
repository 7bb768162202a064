"""The one registry of actions: menus, tool bar, shortcuts, tooltips and the command palette are fed from here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QIcon, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from app.theme import THEME, icon


@dataclass(frozen=True)
class Entry:
    """An action with what Qt does not keep: its menu, the name of its icon, and what its tooltip says."""

    action: QAction
    menu: str
    icon: str
    tip: str = ""


class Actions(QObject):
    """All actions by name, in the order of the menus."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._entries: dict[str, Entry] = {}
        self._groups: dict[str, QActionGroup] = {}
        THEME.changed.connect(self._fetch_icons)

    def add(
        self,
        name: str,
        menu: str,
        text: str,
        run: Callable[..., object],
        *,
        keys: str = "",
        icon_name: str = "",
        tip: str = "",
        checkable: bool = False,
        group: str = "",
    ) -> QAction:
        """Register an action.

        `menu` is the title of its menu, or empty for one that only the palette shows. `keys` are shortcuts
        separated by blanks. Checkable actions call `run(checked)`, of a `group` only one is checked.
        """
        action = QAction(text, self._window)
        action.setObjectName(name)
        action.setShortcuts([QKeySequence(key) for key in keys.split()])
        action.setCheckable(checkable or bool(group))
        action.setStatusTip(tip)
        if group:
            self._group(group).addAction(action)
        if action.isCheckable():
            action.triggered.connect(run)
        else:
            action.triggered.connect(lambda: run())
        self._window.addAction(action)
        self._entries[name] = Entry(action, menu, icon_name, tip or text)
        self._set_icon(self._entries[name])
        self.offer(name, True)
        return action

    def offer(self, name: str, possible: bool, reason: str = "") -> None:
        """Enable or disable an action; the tooltip of a disabled one gives the reason."""
        entry = self._entries[name]
        entry.action.setEnabled(possible)
        tip = _tooltip(entry.tip, entry.action)
        entry.action.setToolTip(tip if possible or not reason else f"{tip}\n{reason}")

    def rename(self, name: str, text: str) -> None:
        """Give an action another text, which its tooltip says."""
        entry = self._entries[name]
        entry.action.setText(text)
        self._entries[name] = replace(entry, tip=text)
        self.offer(name, entry.action.isEnabled())

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def __getitem__(self, name: str) -> QAction:
        return self._entries[name].action

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def menus(self) -> list[str]:
        """Menu titles in the order of registration."""
        return list(dict.fromkeys(entry.menu for entry in self if entry.menu))

    def fill_menu_bar(self, bar: QMenuBar) -> dict[str, QMenu]:
        """One menu a title; the menus by title, for what is no action (recent files)."""
        menus = {title: bar.addMenu(title) for title in self.menus()}
        for entry in self:
            if entry.menu:
                menus[entry.menu].addAction(entry.action)
        return menus

    def _group(self, name: str) -> QActionGroup:
        if name not in self._groups:
            self._groups[name] = QActionGroup(self)
        return self._groups[name]

    def _set_icon(self, entry: Entry) -> None:
        entry.action.setIcon(icon(entry.icon) if entry.icon else QIcon())

    def _fetch_icons(self) -> None:
        for entry in self:
            self._set_icon(entry)


def shortcut_text(action: QAction) -> str:
    """The shortcuts of an action as people read them."""
    native = QKeySequence.SequenceFormat.NativeText
    return ", ".join(key.toString(native) for key in action.shortcuts())


def plain_text(action: QAction) -> str:
    """The text of an action without its mnemonic and dots."""
    return action.text().replace("&", "").rstrip("…")


def _tooltip(text: str, action: QAction) -> str:
    keys = shortcut_text(action)
    text = text.replace("&", "").rstrip("…")
    return f"{text} ({keys})" if keys else text
