"""The pose tool: drag joints, swing limbs, turn and scale what is selected."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import Qt

from app.document import Document
from app.posing import Joint, Posing
from app.tools.base import Tool
from app.tools.pose_frame import Frame, Handle
from app.tools.settings import ToolSettings
from brushes.pose import moves
from brushes.pose.skeleton import NECK, PARENT
from brushes.stroke import Point

JOINT_REACH, BONE_REACH, HANDLE_REACH = 11.0, 7.0, 10.0
"""Screen pixels by which a press may miss."""

SLACK = 3.0
"""Screen pixels that the pointer may move before a click is a drag."""

SNAP = np.pi / 12

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
Move = Callable[[float, float], None]


class PoseTool(Tool):
    """Moves the joints of `posing`.

    A joint is dragged alone or with the selection, a limb swings about the joint that carries it, bones at the neck
    move the person; elsewhere a drag selects. Shift adds to the selection and turns in steps; Ctrl keeps lengths, or
    lets them go where they are kept.
    """

    name = "Pose"
    has_handles = True

    def __init__(self, document: Document, settings: ToolSettings) -> None:
        super().__init__(document, settings)
        self.posing = Posing(document)
        self.band: tuple[Point, Point] | None = None
        self._zoom = 1.0
        self._keys = Qt.KeyboardModifier.NoModifier
        self._start: Point | None = None
        self._move: Move | None = None
        self._has_begun = False
        self._clicked: Joint | None = None
        self.cursor = Qt.CursorShape.ArrowCursor

    def look(self, zoom: float, keys: Qt.KeyboardModifier, pressure: float = 1.0) -> None:
        self._zoom, self._keys = zoom, keys

    @property
    def is_busy(self) -> bool:
        return self._start is not None or bool(self.posing.selection)

    @property
    def frame(self) -> Frame | None:
        """The frame around the selection; none around a single joint."""
        posing = self.posing
        if len(posing.selection) < 2:
            return None
        return Frame.around(posing.places(), posing.pivot(), self._zoom)

    # What is under the pointer.

    def joint_at(self, x: float, y: float) -> Joint | None:
        return self.posing.joint_at(x, y, JOINT_REACH / self._zoom)

    def bone_at(self, x: float, y: float) -> tuple[int, int, int] | None:
        return self.posing.bone_at(x, y, BONE_REACH / self._zoom)

    def handle_at(self, x: float, y: float) -> Handle | None:
        return self.frame.handle_at(x, y, HANDLE_REACH / self._zoom) if self.frame else None

    def _cursor_at(self, x: float, y: float) -> Qt.CursorShape:
        handle = self.handle_at(x, y)
        if handle is not None:
            return Qt.CursorShape.CrossCursor if handle is Handle.TURN else Qt.CursorShape.SizeFDiagCursor
        if self.joint_at(x, y) is not None:
            return Qt.CursorShape.PointingHandCursor
        return Qt.CursorShape.ArrowCursor if self.bone_at(x, y) is None else Qt.CursorShape.OpenHandCursor

    # Events.

    def press_right(self, x: float, y: float) -> bool:
        joint = self.joint_at(x, y)
        if joint is not None:
            self.posing.cycle(joint)
        return joint is not None

    def nudge(self, dx: float, dy: float) -> bool:
        self.posing.nudge(dx, dy)
        return bool(self.posing.selection)

    def press(self, x: float, y: float) -> None:
        self._start, self._clicked = (x, y), None
        if not self.posing.options.is_shown:
            self.posing.set_option("is_shown", True)
        handle, frame = self.handle_at(x, y), self.frame
        if handle is not None and frame is not None:
            self._move = self._turning(frame) if handle is Handle.TURN else self._scaling(frame)
        elif (joint := self.joint_at(x, y)) is not None:
            self._press_joint(joint)
        elif (bone := self.bone_at(x, y)) is not None:
            self._press_bone(*bone)
        else:
            self._move = self._selecting()

    def _press_joint(self, joint: Joint) -> None:
        selection = self.posing.selection
        if self._keys & SHIFT:
            self.posing.select(selection ^ {joint}, joint[0])
        elif joint not in selection:
            self.posing.select([joint])
        elif len(selection) > 1:
            self._clicked = joint
        self._move = self._dragging(joint) if len(self.posing.selection) == 1 else self._shifting()

    def _press_bone(self, person: int, inner: int, outer: int) -> None:
        limb = [(person, joint) for joint in moves.subtree(outer) if self.posing.pose[person, joint].any()]
        if self._keys & SHIFT:
            self.posing.select(self.posing.selection | set(limb), person)
            self._move = self._shifting()
        elif {(person, inner), (person, outer)} <= self.posing.selection:
            self._move = self._shifting()
        elif inner == NECK and PARENT[outer] == NECK and outer != 0:
            self.posing.select_person(person)
            self._move = self._shifting()
        else:
            self.posing.select(limb, person)
            self._move = self._swinging(person, inner, outer)

    def move(self, x: float, y: float) -> None:
        if self._start is None or self._move is None:
            self.posing.hover(self.joint_at(x, y))
            self.cursor = self._cursor_at(x, y)
            return
        far = np.hypot(x - self._start[0], y - self._start[1]) * self._zoom > SLACK
        is_over = self._has_begun and not self.posing.is_moving  # undone midway, or another project was loaded
        if not is_over and (self._has_begun or self.band or far):
            self._clicked = None
            self._move(x, y)

    def release(self, x: float, y: float) -> None:
        if self._start is None:
            return
        self.move(x, y)
        if self._clicked is not None:
            self.posing.select([self._clicked])
        elif self.band is None and not self._has_begun and self._is_empty(x, y):
            self.posing.select(())
        self._let_go()
        self.posing.end()

    def _is_empty(self, x: float, y: float) -> bool:
        nothing = self.joint_at(x, y) is None and self.bone_at(x, y) is None and self.handle_at(x, y) is None
        return nothing and not self._keys & SHIFT

    def finish(self) -> None:
        """A double click on somebody selects all of them; elsewhere it adds a person."""
        if self._start is None:
            return
        (x, y), bone = self._start, self.bone_at(*self._start)
        joint, is_handle = self.joint_at(x, y), self.handle_at(x, y) is not None
        self._let_go()
        if joint is not None:
            self.posing.select_person(joint[0])
        elif bone is not None:
            self.posing.select_person(bone[0])
        elif not is_handle:
            self.posing.add_person(middle=(x, y))

    def abort(self) -> None:
        """What is dragged goes back; where nothing is, nothing is selected any more."""
        if self._start is not None:
            self._let_go()
            self.posing.abort()
        elif self.posing.selection:
            self.posing.select(())

    def _let_go(self) -> None:
        self._start, self._move, self.band, self._clicked = None, None, None, None
        self._has_begun = False

    # What a drag does. Each move starts from the poses at the beginning of the gesture.

    def _show(self, name: str, pose: np.ndarray, joints: frozenset[Joint]) -> None:
        """Show moved joints, and what symmetry moves on their other side."""
        posing = self.posing
        if posing.options.is_symmetric:
            for person in {owner for owner, _ in joints}:
                own = [joint for owner, joint in joints if owner == person]
                pose = moves.symmetric(posing.start, pose, person, own)
        posing.show(name, pose)

    def _begun(self) -> tuple[np.ndarray, Point]:
        """The poses at the beginning, and where the press was."""
        if not self._has_begun:
            self._has_begun = True
            self.posing.begin()
        assert self._start is not None
        return self.posing.start, self._start

    def _dragging(self, joint: Joint) -> Move:
        def drag(x: float, y: float) -> None:
            pose, (from_x, from_y) = self._begun()
            from_joint = pose[joint]
            target_x, target_y = from_joint[0] + (x - from_x), from_joint[1] + (y - from_y)
            keeps = self.posing.options.keeps_lengths != bool(self._keys & CTRL)
            self._show("Move joint", moves.dragged(pose, *joint, target_x, target_y, keeps), frozenset([joint]))

        return drag

    def _shifting(self) -> Move:
        def shift(x: float, y: float) -> None:
            pose, (from_x, from_y) = self._begun()
            joints = self.posing.selection
            self._show("Move joints", moves.moved(pose, joints, x - from_x, y - from_y), joints)

        return shift

    def _swinging(self, person: int, inner: int, outer: int) -> Move:
        x, y = self.posing.pose[person, inner, :2]
        frame = Frame((x, y, x, y), (x, y), (x, y))

        def swing(x: float, y: float) -> None:
            pose, start = self._begun()
            angle = self._snapped(frame.turn(start, (x, y)))
            turned = moves.rotated(pose, self.posing.selection, frame.pivot, angle)
            self._show("Swing limb", turned, frozenset([(person, outer)]))

        return swing

    def _turning(self, frame: Frame) -> Move:
        def turn(x: float, y: float) -> None:
            pose, start = self._begun()
            angle, joints = self._snapped(frame.turn(start, (x, y))), self.posing.selection
            self._show("Turn", moves.rotated(pose, joints, frame.pivot, angle), joints)

        return turn

    def _scaling(self, frame: Frame) -> Move:
        def scale(x: float, y: float) -> None:
            pose, start = self._begun()
            joints = self.posing.selection
            self._show("Scale", moves.scaled(pose, joints, frame.pivot, frame.factor(start, (x, y))), joints)

        return scale

    def _snapped(self, angle: float) -> float:
        return float(round(angle / SNAP) * SNAP) if self._keys & SHIFT else angle

    def _selecting(self) -> Move:
        before = self.posing.selection if self._keys & SHIFT else frozenset()

        def select(x: float, y: float) -> None:
            assert self._start is not None
            self.band = self._start, (x, y)
            pose, (from_x, from_y) = self.posing.pose, self._start
            inside = pose.any(-1)
            inside &= (min(x, from_x) <= pose[..., 0]) & (pose[..., 0] <= max(x, from_x))
            inside &= (min(y, from_y) <= pose[..., 1]) & (pose[..., 1] <= max(y, from_y))
            self.posing.select(before | {(int(person), int(joint)) for person, joint in np.argwhere(inside)})

        return select
