"""The menu of the canvas while poses are edited."""

from functools import partial

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QMenu, QWidget

from app.actions import Actions
from app.posing import Posing
from brushes.pose.presets import PRESETS
from brushes.pose.skeleton import JOINT_NAMES, placed_joints

ENTRIES = (
    "pose-select-all",
    "pose-select-person",
    "pose-delete",
    "",
    "pose-mirror",
    "pose-remove-person",
    "",
    "pose-keeps-lengths",
    "pose-symmetric",
    "pose-carries-labels",
)


class PoseMenu(QMenu):
    """Adds missing joints and persons at a point of the picture; below, what the pose menu offers."""

    def __init__(self, posing: Posing, actions: Actions, point: QPointF, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._posing, self._point = posing, point
        if len(posing.pose):
            self.joints = self.addMenu(self.tr("Add joint here"))
            self._list_joints()
        self.persons = self.addMenu(self.tr("Add person here"))
        for name in PRESETS:
            self.persons.addAction(name.capitalize(), partial(self._add_person, name))
        self.addSeparator()
        for name in ENTRIES:
            self.addAction(actions[name]) if name else self.addSeparator()

    def _list_joints(self) -> None:
        person = self._posing.person
        there = placed_joints(self._posing.pose[person])
        for joint, name in enumerate(JOINT_NAMES):
            if not there[joint]:
                self.joints.addAction(name.capitalize(), partial(self._add_joint, person, joint))
        self.joints.setEnabled(not self.joints.isEmpty())

    def _add_joint(self, person: int, joint: int) -> None:
        self._posing.add_joint((person, joint), self._point.x(), self._point.y())

    def _add_person(self, preset: str) -> None:
        self._posing.add_person(preset, (self._point.x(), self._point.y()))
