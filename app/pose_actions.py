"""The actions of the pose menu."""

from math import radians
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from app.actions import Actions
from app.repainting import domain_of
from app.tools import PoseTool
from brushes.pose.presets import PRESETS

if TYPE_CHECKING:
    from app.window import Window

NOT_PAINTING = ("tool-picker", "tool-pose", "class-search", "class-hide")
TURN = radians(5)
GROWTH = 1.05


def register_pose(window: "Window", actions: Actions) -> None:
    """Everything that is done to poses, also in the palette dock and on the canvas."""
    _persons(window, actions)
    _other_domain(window, actions)
    _options(window, actions)
    _selection(window, actions)
    posing = window.posing
    for name in PRESETS:
        actions.add(
            f"pose-preset-{name.replace(' ', '-')}",
            "",
            window.tr("Pose: {}").format(name),
            lambda name=name: posing.take_preset(name),
        )


def follow_document(window: "Window", actions: Actions) -> None:
    """Offer the actions of all menus that poses have a say in, now and from now on."""
    posing = window.posing
    offered: list[tuple] = []

    def offer() -> None:
        """Offer what is possible, when that is something else than before."""
        document = posing.document
        possible = len(posing.pose) > 0, len(posing.selection) > 0, document.is_posed, document.photo is not None
        if offered != [(document.domain.name, *possible)]:
            offered[:] = [(document.domain.name, *possible)]
            _offer(window, actions, *possible)

    for signal in (posing.changed, posing.document.pose_changed, posing.document.reset):
        signal.connect(offer)
    offer()


def _persons(window: "Window", actions: Actions) -> None:
    tr, posing, menu = window.tr, window.posing, window.tr("&Pose")
    actions.add(
        "open-pose",
        menu,
        tr("&Open pose…"),
        window.files.open_pose,
        keys="Ctrl+Shift+O",
        icon_name="open",
        tip=tr("Take the pose from OpenPose JSON, or from a _candidate.txt and _subset.txt pair"),
    )
    actions.add(
        "pose-from-photo",
        menu,
        tr("Take pose from p&hoto…"),
        window.files.take_pose,
        icon_name="photo",
        tip=tr("Give the canvas the pose of a person in another photo; or drop the photo on this panel"),
    )
    actions.add(
        "pose-find",
        menu,
        tr("&Find the pose in the photo"),
        window.find_pose,
        keys="Ctrl+Shift+F",
        icon_name="search",
        tip=tr("Look for the persons in the photo under the label map"),
    )
    actions.add(
        "pose-add",
        menu,
        tr("&Add person"),
        lambda: posing.add_person(),
        keys="Shift+P",
        icon_name="person-add",
        tip=tr("Add a person who stands upright"),
    )
    actions.add(
        "pose-remove-person",
        menu,
        tr("&Remove person"),
        posing.remove_person,
        icon_name="person-remove",
        tip=tr("Remove the chosen person"),
    )
    actions.add(
        "pose-mirror",
        menu,
        tr("&Mirror"),
        lambda: _mirror(window),
        keys="H",
        icon_name="mirror",
        tip=tr("Mirror the poses, left and right exchanged; or the selected persons alone, in their place"),
    )


def _mirror(window: "Window") -> None:
    """Mirror, and say what does not follow."""
    window.posing.mirror()
    if window.document.photo is not None:
        window.status.say(window.tr("Mirrored; the photo underneath stays as it is"))


def _other_domain(window: "Window", actions: Actions) -> None:
    """Ways between the label map and the pose as what is painted; hidden where no model paints by pose."""
    tr, menu = window.tr, window.tr("&Pose")
    actions.add(
        "repaint-pose",
        menu,
        tr("Repaint by &pose"),
        lambda: window.repaint_by("pose"),
        icon_name="pose",
        tip=tr("Let the picture follow the pose alone; clothes come from the exemplar as they are"),
    )
    actions.add(
        "repaint-labels",
        menu,
        tr("Repaint by label &map"),
        lambda: window.repaint_by("labels"),
        icon_name="labels",
        tip=tr("Let the picture follow a label map again, found in the photos"),
    )


def _options(window: "Window", actions: Actions) -> None:
    tr, posing, menu = window.tr, window.posing, window.tr("&Pose")
    texts = {
        "keeps_lengths": (
            tr("Keep bone &lengths"),
            "Shift+K",
            tr("Dragged hands and feet take elbows and knees along; Ctrl while dragging does the other"),
        ),
        "is_symmetric": (
            tr("S&ymmetric"),
            "Shift+Y",
            tr("What is done to one side of the body is done to the other, mirrored"),
        ),
        "carries_labels": (
            tr("Limbs carry la&bels"),
            "Shift+L",
            tr("A moved limb takes its pixels of the label map along, and so the picture follows"),
        ),
        "is_shown": (tr("Show s&keletons"), "Shift+J", tr("Show the poses over the label map")),
    }
    for option, (text, keys, tip) in texts.items():
        name = f"pose-{option.removeprefix('is_').replace('_', '-')}"
        action = actions.add(
            name,
            menu,
            text,
            lambda on, option=option: posing.set_option(option, on),
            keys=keys,
            tip=tip,
            checkable=True,
        )
        action.setChecked(getattr(posing.options, option))
        posing.changed.connect(lambda a=action, option=option: a.setChecked(getattr(posing.options, option)))


def _selection(window: "Window", actions: Actions) -> None:
    tr, posing, menu = window.tr, window.posing, window.tr("&Pose")
    actions.add("pose-select-all", menu, tr("Select all &joints"), posing.select_all, keys="Ctrl+A")
    actions.add(
        "pose-select-person",
        menu,
        tr("Select the whole &person"),
        lambda: posing.select_person(posing.person),
        keys="Shift+A",
    )
    actions.add("pose-next-person", menu, tr("&Next person"), window.step_person, keys="Shift+N")
    actions.add("pose-turn-left", menu, tr("Turn selection lef&t"), lambda: posing.turn(-TURN), keys=",")
    actions.add("pose-turn-right", menu, tr("Turn selection ri&ght"), lambda: posing.turn(TURN), keys=".")
    actions.add("pose-smaller", menu, tr("S&hrink selection"), lambda: posing.scale(1 / GROWTH), keys="Ctrl+,")
    actions.add("pose-larger", menu, tr("Grow sele&ction"), lambda: posing.scale(GROWTH), keys="Ctrl+.")
    action = actions.add(
        "pose-delete",
        menu,
        tr("&Delete selected joints"),
        posing.remove_joints,
        keys="Delete",
        icon_name="trash",
        tip=tr("Selected joints are missing from then on; a whole person goes"),
    )
    # Elsewhere, Delete belongs to whatever has the focus.
    action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    window.condition.addAction(action)


def _offer_painting(window: "Window", actions: Actions, is_posed: bool) -> None:
    """Offer what paints where there is something to paint on."""
    can_be_posed = domain_of("pose") is not None
    shows_people = window.document.domain.ships  # which imported domains with label maps need not
    actions["repaint-pose"].setVisible(can_be_posed and shows_people and not is_posed)
    actions["repaint-labels"].setVisible(is_posed)
    actions["new-from-pose"].setVisible(can_be_posed)
    for entry in actions:
        name = entry.action.objectName()
        if name.startswith(("tool-", "class-")) and name not in NOT_PAINTING or name == "replace":
            actions.offer(name, not is_posed, window.tr("Here the label map is drawn from the pose: change the pose"))
    if is_posed and not isinstance(window.condition.tool, PoseTool):
        actions["tool-pose"].trigger()


def _offer(
    window: "Window", actions: Actions, has_persons: bool, has_selection: bool, is_posed: bool, has_photo: bool
) -> None:
    tr = window.tr
    nobody, nothing = tr("There is no person yet"), tr("Select joints with the pose tool first")
    _offer_painting(window, actions, is_posed)
    for name in ("remove-person", "mirror", "select-all", "select-person", "next-person"):
        actions.offer(f"pose-{name}", has_persons, nobody)
    for name in ("turn-left", "turn-right", "smaller", "larger", "delete"):
        actions.offer(f"pose-{name}", has_selection, nothing)
    actions.offer("pose-carries-labels", not is_posed, tr("Here the label map is drawn from the pose"))
    actions.offer("pose-find", has_photo, tr("Open a photo first"))
