"""The pose dock: persons, how moves behave, presets, and what is known of each joint."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.actions import Actions
from app.docks.pose_miniature import JointButton, PresetButton
from app.docks.style.section import Section
from app.drops import DropTarget
from app.naming import named
from app.posing import Posing
from brushes.pose.presets import PRESETS
from brushes.pose.skeleton import JOINT_NAMES, OTHER_SIDE, Visibility, visibility

BUTTONS = ("pose-add", "pose-remove-person", "pose-mirror", "pose-find", "pose-from-photo", "open-pose")
TOGGLES = ("pose-keeps-lengths", "pose-symmetric", "pose-carries-labels", "pose-shown")
REPAINT = ("repaint-pose", "repaint-labels")
PRESET_COLUMNS = 4
SCROLL_BAR = 10
LIST_ROW = 27
LONGEST_LIST = 4


class PoseDock(DropTarget):
    """Shows and changes what `posing` edits; takes photos and pose files that are dropped on it."""

    def __init__(self, posing: Posing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._posing = posing
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(2)
        self._toggles = QVBoxLayout()
        self._toggles.setContentsMargins(4, 2, 0, 4)
        self._toggles.setSpacing(5)
        self.hint = named(QLabel(wordWrap=True), "hint")
        self.hint.setText(self.tr("No pose yet: double click on the canvas, take a preset, or find it in the photo."))
        self.persons = named(QListWidget(), "history")
        self.persons.setAccessibleName(self.tr("Persons"))
        self.persons.currentRowChanged.connect(self._choose_person)
        self.presets = self._make_presets()
        self.joints: dict[int, JointButton] = {}
        self._joint_section = self._make_joints()
        self._lay_out()
        posing.changed.connect(self.refresh)
        posing.document.pose_changed.connect(self.refresh)
        self.refresh()

    def _make_presets(self) -> Section:
        section = Section("pose_presets")
        section.set_title(self.tr("Presets"))
        grid = QGridLayout()
        grid.setSpacing(4)
        for number, (name, person) in enumerate(PRESETS.items()):
            button = PresetButton(person, self.tr("Preset {}").format(name))
            button.setToolTip(self.tr("{}: gives the chosen person this pose").format(name.capitalize()))
            button.clicked.connect(lambda _, name=name: self._posing.take_preset(name))
            grid.addWidget(button, number // PRESET_COLUMNS, number % PRESET_COLUMNS)
        section.set_content(grid)
        return section

    def _make_joints(self) -> Section:
        section = Section("pose_joints")
        section.set_title(self.tr("Joints"))
        grid = QGridLayout()
        grid.setSpacing(0)
        for column, side in enumerate((self.tr("Right"), self.tr("Left"))):
            grid.addWidget(named(QLabel(side), "hint"), 1, column)
        rows: dict[int, int] = {}  # by the number of the right one
        for joint, name in enumerate(JOINT_NAMES):
            button = JointButton(joint, name.removeprefix("right ").removeprefix("left ").capitalize())
            button.setToolTip(self.tr("Click: visible, hidden, missing"))
            button.clicked.connect(lambda _, joint=joint: self._cycle(joint))
            button.pointed.connect(lambda on, joint=joint: self._point_at(joint if on else None))
            self.joints[joint] = button
            other = OTHER_SIDE[joint]
            if other == joint:
                grid.addWidget(button, 0, joint)
            else:
                grid.addWidget(button, rows.setdefault(min(joint, other), 2 + len(rows)), int(other < joint))
        section.set_content(grid)
        return section

    def _lay_out(self) -> None:
        self._content = content = named(QWidget(), "cardList")
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 4, 0)
        column.setSpacing(4)
        column.addWidget(self.hint)
        column.addWidget(self.persons)
        column.addLayout(self._toggles)
        column.addWidget(self.presets)
        column.addWidget(self._joint_section)
        column.addStretch(1)
        self._area = area = named(QScrollArea(widgetResizable=True), "cards")
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 0, 6, 6)
        layout.setSpacing(6)
        layout.addLayout(self._buttons)
        layout.addWidget(area, 1)

    def set_actions(self, actions: Actions) -> None:
        """Give buttons and check boxes their actions."""
        for name in BUTTONS:
            button = named(QToolButton(), "flat")
            button.setDefaultAction(actions[name])
            button.setIconSize(QSize(20, 20))
            button.setAccessibleName(actions[name].text().replace("&", ""))
            self._buttons.addWidget(button)
        self._buttons.addStretch(1)
        for name in TOGGLES:
            self._toggles.addWidget(_check_box(actions[name]))
        for name in REPAINT:
            self._toggles.addWidget(_wide_button(actions[name]))
        self._area.setMinimumWidth(self._content.minimumSizeHint().width() + SCROLL_BAR)

    # The document.

    def refresh(self) -> None:
        """Show the persons, and the joints of the one in hand."""
        posing = self._posing
        count = len(posing.pose)
        self.hint.setVisible(not count)
        self.persons.setVisible(bool(count))
        self._joint_section.setVisible(bool(count))
        if self.persons.count() != count:
            self._list_persons(count)
        self.persons.blockSignals(True)
        self.persons.setCurrentRow(posing.person if count else -1)
        self.persons.blockSignals(False)
        if count:
            self._show_joints()

    def _list_persons(self, count: int) -> None:
        self.persons.blockSignals(True)
        self.persons.clear()
        self.persons.addItems([self.tr("Person {}").format(number + 1) for number in range(count)])
        self.persons.blockSignals(False)
        self.persons.setFixedHeight(min(count, LONGEST_LIST) * LIST_ROW + 12)

    def _show_joints(self) -> None:
        person = self._posing.person
        states = {
            Visibility.VISIBLE: self.tr("visible"),
            Visibility.HIDDEN: self.tr("hidden"),
            Visibility.MISSING: self.tr("missing"),
        }
        for joint, button in self.joints.items():
            state = visibility(self._posing.pose[person], joint)
            selected = (person, joint) in self._posing.selection
            button.show_state(state, selected, f"{JOINT_NAMES[joint]}, {states[state]}")

    def _choose_person(self, row: int) -> None:
        if row >= 0:
            self._posing.select_person(row)

    def _point_at(self, joint: int | None) -> None:
        """Mark the joint on the canvas as if the pointer were there."""
        self._posing.hover(None if joint is None else (self._posing.person, joint))

    def _cycle(self, joint: int) -> None:
        self._posing.cycle((self._posing.person, joint))


def _wide_button(action: QAction) -> QToolButton:
    """A button that is the action, with its name; it is seen where the action is."""
    button = named(QToolButton(), "wide")
    button.setDefaultAction(action)
    button.setAccessibleName(button.text())
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    button.setVisible(action.isVisible())
    action.visibleChanged.connect(lambda: button.setVisible(action.isVisible()))
    return button


def _check_box(action: QAction) -> QCheckBox:
    """A check box that is the action."""
    box = QCheckBox(action.text().replace("&", ""))
    box.setToolTip(action.toolTip())
    box.setChecked(action.isChecked())
    box.setEnabled(action.isEnabled())
    box.clicked.connect(action.trigger)
    action.toggled.connect(box.setChecked)
    action.enabledChanged.connect(box.setEnabled)
    return box
