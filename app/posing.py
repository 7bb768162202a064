"""Poses under the hands: what is selected, how moves behave, and every change that a person can make to them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from app.document import Document
from brushes.pose import moves
from brushes.pose.carry import Puppet
from brushes.pose.presets import PRESETS, placed
from brushes.pose.skeleton import BONES, JOINTS, Visibility, nearest_joint, placed_joints, visibility
from engine.inference.state import Keypoints

Joint = tuple[int, int]
"""The number of a person, and of one of its keypoints."""

STANDING = "standing"
BESIDE = 1.2
"""How far from another a new person stands, in widths."""

NEXT_VISIBILITY = {
    Visibility.VISIBLE: Visibility.HIDDEN,
    Visibility.HIDDEN: Visibility.MISSING,
    Visibility.MISSING: Visibility.VISIBLE,
}


@dataclass(frozen=True)
class PoseOptions:
    """How poses are moved and shown."""

    keeps_lengths: bool = False
    is_symmetric: bool = False
    carries_labels: bool = True
    is_shown: bool = True


@dataclass(eq=False)
class _Gesture:
    """What there was when a gesture began: poses, labels if they go along, the history's position then and now."""

    pose: np.ndarray
    labels: np.ndarray | None
    locked: set[int]
    began: int
    position: int

    @cached_property
    def puppet(self) -> Puppet | None:
        """What carries the labels; made for the first move, since many a gesture is a click."""
        return None if self.labels is None else Puppet(self.labels, self.pose, background=0, keep=self.locked)


class Posing(QObject):
    """The document's poses as they are edited.

    `selection` holds joints of any person, `person` is the number of the one that lists and buttons are about.
    """

    changed = Signal()  # selection, pointer or options; the poses themselves are the document's

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.selection: frozenset[Joint] = frozenset()
        self.person = 0
        self.hovered: Joint | None = None
        self._options = PoseOptions()
        self._gesture: _Gesture | None = None
        self._wanted: tuple[str, np.ndarray] | None = None
        # Labels are carried between the pointer's events, so that none of them waits for it.
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._catch_up)
        document.pose_changed.connect(self._keep_what_is_there)

    # What there is.

    @property
    def options(self) -> PoseOptions:
        return self._options

    def set_option(self, name: str, on: bool) -> None:
        """Change one of the options by its name."""
        self._options = replace(self._options, **{name: on})
        self.changed.emit()

    @property
    def pose(self) -> np.ndarray:
        """All poses, float64 (persons, 18, 3), read-only; none of a document without."""
        keypoints = self.document.keypoints
        return np.zeros((0, JOINTS, 3)) if keypoints is None else keypoints.array

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the canvas."""
        height, width = self.document.labels.shape
        return width, height

    def joints_of(self, person: int) -> list[Joint]:
        """The joints of a person that have a place."""
        pose = self.pose
        return [(person, int(joint)) for joint in np.flatnonzero(placed_joints(pose[person]))]

    def joint_at(self, x: float, y: float, reach: float) -> Joint | None:
        """The joint nearest to a point, no further than `reach`; those of the person in hand first."""
        pose = self.pose
        if self.person < len(pose) and (own := nearest_joint(pose[[self.person]], x, y, reach)) is not None:
            return self.person, own[1]
        return nearest_joint(pose, x, y, reach)

    def bone_at(self, x: float, y: float, reach: float) -> tuple[int, int, int] | None:
        """Person and the two joints of the bone nearest to a point, no further than `reach`."""
        pose, point = self.pose, np.array([x, y])
        best: tuple[float, int, int, int] | None = None
        for person in range(len(pose)):
            for first, second in BONES:
                if pose[person, first].any() and pose[person, second].any():
                    distance = _distance(point, pose[person, first, :2], pose[person, second, :2])
                    distance += 0 if person == self.person else reach / 4
                    if distance <= reach and (best is None or distance < best[0]):
                        best = distance, person, first, second
        return best and best[1:]

    # Selection.

    def select(self, joints: Iterable[Joint], person: int | None = None) -> None:
        """Select exactly these; the person in hand becomes theirs, or the one that is named."""
        self.selection = frozenset(joints)
        persons = {owner for owner, _ in self.selection}
        if person is not None:
            self.person = person
        elif persons and self.person not in persons:
            self.person = min(persons)
        self.document.end_drag()
        self.changed.emit()

    def select_person(self, person: int) -> None:
        self.select(self.joints_of(person) if person < len(self.pose) else (), person)

    def select_all(self) -> None:
        self.select(joint for person in range(len(self.pose)) for joint in self.joints_of(person))

    def hover(self, joint: Joint | None) -> None:
        if joint != self.hovered:
            self.hovered = joint
            self.changed.emit()

    def _keep_what_is_there(self) -> None:
        """Joints that are gone are selected no more."""
        pose = self.pose
        there = {joint for joint in self.selection if joint[0] < len(pose) and pose[joint].any()}
        self.hovered = self.hovered if self.hovered and self.hovered[0] < len(pose) else None
        self.person = min(self.person, max(0, len(pose) - 1))
        self.selection = frozenset(there)
        self.changed.emit()

    def places(self) -> np.ndarray:
        """Where the selected joints are, float (n, 2)."""
        pose = self.pose
        return np.array([pose[joint][:2] for joint in sorted(self.selection)]).reshape(-1, 2)

    def pivot(self) -> tuple[float, float]:
        """What the selection turns about: the joint that it hangs on, or else the middle of its box."""
        pose = self.pose
        held = {
            (person, inner)
            for person, joint in self.selection
            for bone in BONES
            for inner, outer in (bone, bone[::-1])
            if outer == joint and (person, inner) not in self.selection and pose[person, inner].any()
        }
        if len(held) == 1:
            x, y = pose[held.pop()][:2]
        else:
            places = self.places()
            x, y = (places.min(0) + places.max(0)) / 2
        return float(x), float(y)

    # Gestures: what they show is always made from the poses and labels of their beginning.

    @property
    def is_moving(self) -> bool:
        """Whether a gesture is under way. One that was undone meanwhile, or whose document went, is not."""
        return self._gesture is not None and self._gesture.position == self.document.history.position

    @property
    def start(self) -> np.ndarray:
        """The poses at the beginning of the gesture."""
        assert self._gesture is not None
        return self._gesture.pose

    def begin(self) -> None:
        """Begin a gesture: all that `show` shows until `end` is one step."""
        self.document.commit_stroke()
        self.document.end_drag()
        self._gesture = self._now()

    def _now(self) -> _Gesture:
        position = self.document.history.position
        carries = self.options.carries_labels and not self.document.is_posed
        labels = self.document.labels.copy() if carries else None
        return _Gesture(self.pose, labels, self.document.locked, position, position)

    def show(self, name: str, pose: np.ndarray) -> None:
        """Let the gesture have led to these poses; the document has them soon, or when the gesture ends."""
        self._wanted = name, pose
        self._soon.start()

    def _catch_up(self) -> None:
        wanted, self._wanted = self._wanted, None
        if wanted is not None and self._gesture is not None and self.is_moving:
            self._set(*wanted, self._gesture, is_drag=True)
            self._gesture.position = self.document.history.position

    def end(self) -> None:
        """The hand lets go; a gesture that came back to its beginning leaves no step."""
        self._catch_up()
        gesture = self._gesture
        if gesture is not None and np.array_equal(self.pose, gesture.pose):
            self.abort()
        self._gesture = None
        self.document.end_drag()

    def abort(self) -> None:
        """Take the gesture back."""
        self._wanted = None
        gesture = self._gesture
        if gesture is not None and self.is_moving and gesture.position != gesture.began:
            self.document.abort_drag()
        self._gesture = None
        self.document.end_drag()

    def change(self, name: str, pose: np.ndarray, *, merges: bool = False) -> None:
        """Change the poses at once; what merges is one step with its like before."""
        self.document.commit_stroke()
        self._set(name, pose, self._now(), is_drag=merges)

    def _set(self, name: str, pose: np.ndarray, gesture: _Gesture, *, is_drag: bool) -> None:
        """Change the poses, and the labels that the limbs have carried along."""
        labels = gesture.puppet.posed(pose) if gesture.puppet is not None else None
        self.document.set_pose(name, Keypoints(pose), labels, is_drag=is_drag)

    def _unlocked(self, before: np.ndarray, after: np.ndarray) -> np.ndarray:
        """`after`, with locked classes as they were: none of their pixels goes, and none comes."""
        is_locked = np.zeros(256, bool)
        is_locked[list(self.document.locked)] = True
        return np.where(is_locked[before] | is_locked[after], before, after)

    # Changes of one step.

    def nudge(self, dx: float, dy: float) -> None:
        """Move the selection by some pixels; repeated nudges are one step until the selection changes."""
        if self.selection:
            self.change("Nudge", moves.moved(self.pose, self.selection, dx, dy), merges=True)

    def turn(self, angle: float) -> None:
        """Turn the selection about its pivot by radians, clockwise on the screen."""
        if self.selection:
            self.change("Turn", moves.rotated(self.pose, self.selection, self.pivot(), angle), merges=True)

    def scale(self, factor: float) -> None:
        """Scale the selection about its pivot."""
        if self.selection:
            self.change("Scale", moves.scaled(self.pose, self.selection, self.pivot(), factor), merges=True)

    def mirror(self) -> None:
        """Mirror everything with its labels, or where some of several persons are selected, those in their place."""
        pose, (width, _) = self.pose, self.size
        persons = {person for person, _ in self.selection}
        if not len(pose):
            return
        if 0 < len(persons) < len(pose):
            mirrored = pose.copy()
            for person in persons:
                places = pose[person, pose[person].any(1), 0]
                mirrored[person] = moves.mirrored(pose[[person]], places.min() + places.max())[0]
            self.change("Mirror", mirrored)
            return
        labels = self.document.labels[:, ::-1] if self.options.carries_labels else None
        if labels is not None:
            labels = self._unlocked(self.document.labels, labels)
        self.document.set_pose("Mirror", Keypoints(moves.mirrored(pose, width)), labels)

    def show_visibility(self, joint: Joint, wanted: Visibility) -> None:
        """Make a joint visible, hidden or missing; one that was missing comes where it probably is."""
        names = {Visibility.VISIBLE: "Show joint", Visibility.HIDDEN: "Hide joint", Visibility.MISSING: "Remove joint"}
        if wanted is not Visibility.MISSING and not self.joints_of(joint[0]):
            x, y = (side / 2 for side in self.size)
            self._put("Add joint", moves.added(self.pose, *joint, x, y))
        else:
            self._put(names[wanted], moves.with_visibility(self.pose, *joint, wanted))

    def cycle(self, joint: Joint) -> None:
        """Visible, hidden, missing, and visible again."""
        person, number = joint
        self.show_visibility(joint, NEXT_VISIBILITY[visibility(self.pose[person], number)])

    def add_joint(self, joint: Joint, x: float, y: float) -> None:
        """Give a missing joint a place."""
        self._put("Add joint", moves.added(self.pose, *joint, x, y))
        self.select([joint])

    def remove_joints(self) -> None:
        """Remove the selected joints; a person of whom all is selected goes altogether."""
        pose = self.pose
        whole = [person for person in range(len(pose)) if set(self.joints_of(person)) <= self.selection]
        for person, joint in self.selection:
            if person not in whole:
                pose = moves.with_visibility(pose, person, joint, Visibility.MISSING)
        for person in sorted(whole, reverse=True):
            pose = moves.without_person(pose, person)
        if self.selection:
            self._put("Remove person" if whole else "Remove joint", pose)

    def add_person(self, preset: str = STANDING, middle: tuple[float, float] | None = None) -> None:
        """One more in the pose of a preset, with the middle at a point; or else beside the person in hand, as tall."""
        pose, (width, height) = self.pose, self.size
        like = pose[self.person] if len(pose) else None
        person = placed(PRESETS[preset], like, width, height)
        across = np.ptp(person[:, 0])
        if middle is not None:
            person[:, :2] += np.array(middle) - (person[:, :2].min(0) + person[:, :2].max(0)) / 2
        elif like is not None:
            person[:, 0] += BESIDE * across * (1 if person[:, 0].max() + BESIDE * across <= width else -1)
        self._put("Add person", moves.with_person(pose, person))
        self.select((), len(pose))

    def remove_person(self) -> None:
        """The person in hand goes."""
        if self.person < len(self.pose):
            self._put("Remove person", moves.without_person(self.pose, self.person))

    def take_preset(self, preset: str) -> None:
        """Give the person in hand the pose of a preset, where they stand and as tall; without one, add somebody."""
        if not len(self.pose):
            self.add_person(preset)
            return
        pose, (width, height) = self.pose.copy(), self.size
        pose[self.person] = placed(PRESETS[preset], pose[self.person], width, height)
        self.change("Take pose", pose)

    def replace_all(self, name: str, pose: np.ndarray) -> None:
        """The first of these poses becomes that of the person in hand, whose labels go along, and nobody else stays."""
        self.document.commit_stroke()
        gesture, labels = self._now(), None
        if gesture.puppet is not None and len(gesture.pose):
            among = gesture.pose.copy()
            among[self.person] = pose[0]
            labels = gesture.puppet.posed(among)
        self.document.set_pose(name, Keypoints(pose), labels)
        self.select((), 0)

    def _put(self, name: str, pose: np.ndarray) -> None:
        """A step in which no labels are carried, since joints come or go."""
        self.document.commit_stroke()
        self.document.set_pose(name, Keypoints(pose))


def _distance(point: np.ndarray, start: np.ndarray, end: np.ndarray) -> float:
    """From a point to a line between two others."""
    along = end - start
    share = np.clip((point - start) @ along / max(along @ along, 1e-9), 0, 1)
    return float(np.hypot(*(point - start - share * along)))
