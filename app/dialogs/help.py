"""Shortcuts sheet and about box."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.actions import Actions, plain_text, shortcut_text
from app.naming import named
from app.resources import ICONS
from app.version import app_version

COLUMNS = 2


class ShortcutsSheet(QDialog):
    """All shortcuts by menu, read from the registry, and the ones that the mouse has a part in."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Shortcuts"))
        self.resize(640, 560)
        groups: dict[str, list[tuple[str, str]]] = {}
        for entry in actions:
            if entry.action.shortcuts():
                menu = entry.menu.replace("&", "") or self.tr("Classes")
                groups.setdefault(menu, []).append((plain_text(entry.action), shortcut_text(entry.action)))
        groups[self.tr("With the mouse")] = self._mouse()
        sheet = QWidget()
        grid = QGridLayout(sheet)
        grid.setColumnStretch(0, 1)
        grid.setVerticalSpacing(4)
        for title, rows in groups.items():
            self._add_group(grid, title, rows)
        area = QScrollArea(widgetResizable=True)
        area.setWidget(sheet)
        layout = QVBoxLayout(self)
        layout.addWidget(area)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)

    def _mouse(self) -> list[tuple[str, str]]:
        return [
            (self.tr("Zoom at the pointer"), self.tr("Wheel")),
            (self.tr("Pan"), self.tr("Space or middle button, drag")),
            (self.tr("Brush size"), self.tr("Ctrl + wheel, Alt + drag")),
            (self.tr("Pick the class under the pointer"), self.tr("Alt + click")),
            (self.tr("Before and after"), self.tr("hold C")),
            (self.tr("Give up a stroke"), "Esc"),
            (self.tr("Close a polygon"), self.tr("Enter or double click")),
            (self.tr("Keep bone lengths, or let them go"), self.tr("Pose tool: Ctrl + drag a joint")),
            (self.tr("Hide a joint, remove it"), self.tr("Pose tool: right click")),
            (self.tr("Swing a limb, move a person"), self.tr("Pose tool: drag a bone")),
            (self.tr("Select a person, add one"), self.tr("Pose tool: double click")),
            (self.tr("Nudge the selected joints"), self.tr("Pose tool: arrows, Shift by 10")),
        ]

    @staticmethod
    def _add_group(grid: QGridLayout, title: str, rows: list[tuple[str, str]]) -> None:
        heading = QLabel(f"<b>{title}</b>")
        grid.addWidget(heading, grid.rowCount(), 0, 1, COLUMNS)
        for name, keys in rows:
            row = grid.rowCount()
            grid.addWidget(QLabel(name), row, 0)
            grid.addWidget(QLabel(keys), row, 1, Qt.AlignmentFlag.AlignRight)


class AboutBox(QDialog):
    """What this is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About Warpaint"))
        logo = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        logo.setPixmap(QIcon(str(ICONS / "warpaint.svg")).pixmap(72, 72))
        title = named(QLabel("Warpaint", alignment=Qt.AlignmentFlag.AlignCenter), "heading")
        text = QLabel(
            self.tr(
                "Version {}\n\nPaint a label map, pick an exemplar, and see the photograph repainted while you work."
            ).format(app_version()),
            wordWrap=True,
            alignment=Qt.AlignmentFlag.AlignCenter,
        )
        text.setMinimumWidth(340)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(28, 24, 28, 20)
        layout.setSpacing(10)
        for widget in (logo, title, text, buttons):
            layout.addWidget(widget)
