"""The pose editor driven as a person drives it: real mouse and key events on the canvas of the whole window."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from app.canvas.pose_layer import COLORS
from app.dialogs.export import ExportDialog
from app.pose_menu import PoseMenu
from app.project import open_project, save_project
from app.window import Window
from brushes.pose.moves import subtree
from brushes.pose.skeleton import (
    BONES,
    LEFT_ELBOW,
    LEFT_HIP,
    LEFT_SHOULDER,
    LEFT_WRIST,
    NECK,
    OTHER_SIDE,
    RIGHT_ELBOW,
    RIGHT_SHOULDER,
    RIGHT_WRIST,
)
from engine.conditions.pose import read_pose, write_pose
from tests.app.driving import at, mouse, move, press, release, stroke
from tests.app.posing import STANDING, standing

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
PLAIN = Qt.KeyboardModifier.NoModifier
ARMS = 3  # the class of arms


@pytest.fixture
def posed(window: Window) -> Window:
    """The pose tool in use on a person, and nothing to undo."""
    window.document.set_pose("Add person", standing())
    window.document.load(window.document.snapshot())
    window.registry["tool-pose"].trigger()
    return window


def pose_of(window: Window) -> np.ndarray:
    return window.document.keypoints.array


def lengths(person: np.ndarray) -> np.ndarray:
    return np.array([np.hypot(*(person[a, :2] - person[b, :2])) for a, b in BONES])


def key(qtbot: QtBot, window: Window, name: Qt.Key, keys: Qt.KeyboardModifier = PLAIN) -> None:
    window.condition.setFocus()
    qtbot.keyClick(window.condition, name, keys)


def drag_to(window: Window, x: float, y: float) -> None:
    """Move with the button down, and let the window catch up."""
    move(window.condition, x, y)
    QApplication.processEvents()


def send(window: Window, kind: QEvent.Type, place: QPointF, button: Qt.MouseButton) -> None:
    event = QMouseEvent(kind, place, QPointF(window.condition.mapToGlobal(place.toPoint())), button, button, PLAIN)
    QApplication.sendEvent(window.condition, event)


def right_click(window: Window, x: float, y: float) -> None:
    place = at(window.condition, x, y)
    for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
        send(window, kind, place, Qt.MouseButton.RightButton)


def double_click(window: Window, x: float, y: float) -> None:
    press(window.condition, x, y)
    release(window.condition, x, y)
    send(window, QEvent.Type.MouseButtonDblClick, at(window.condition, x, y), Qt.MouseButton.LeftButton)
    release(window.condition, x, y)


def click(window: Window, x: float, y: float, keys: Qt.KeyboardModifier = PLAIN) -> None:
    press(window.condition, x, y, keys)
    release(window.condition, x, y, keys)


def drop(window: Window, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, PLAIN)
    window.condition.dropEvent(event)


# Dragging.


def test_a_dragged_joint_goes_where_the_pointer_goes_as_one_step(posed: Window) -> None:
    before = pose_of(posed).copy()
    stroke(posed.condition, STANDING[LEFT_WRIST], (32, 30), (35, 25))
    after = pose_of(posed)
    assert np.allclose(after[0, LEFT_WRIST, :2], (35, 25), atol=0.2)
    others = [joint for joint in range(18) if joint != LEFT_WRIST]
    assert (after[0, others] == before[0, others]).all()
    assert posed.document.undo_names == ["Move joint"]
    posed.registry["undo"].trigger()
    assert (pose_of(posed) == before).all()
    posed.registry["redo"].trigger()
    assert (pose_of(posed) == after).all()


def test_a_joint_that_is_pressed_beside_its_middle_does_not_jump(posed: Window) -> None:
    x, y = STANDING[LEFT_WRIST]
    stroke(posed.condition, (x + 0.5, y + 0.5), (x + 5.5, y + 0.5))
    assert np.allclose(pose_of(posed)[0, LEFT_WRIST, :2], (x + 5, y), atol=0.2)


def test_a_click_moves_nothing_and_selects(posed: Window) -> None:
    press(posed.condition, *STANDING[LEFT_WRIST])
    move(posed.condition, STANDING[LEFT_WRIST][0] + 1 / posed.view.zoom, STANDING[LEFT_WRIST][1])
    release(posed.condition, *STANDING[LEFT_WRIST])
    assert not posed.document.can_undo
    assert posed.posing.selection == {(0, LEFT_WRIST)}
    click(posed, 2, 50)
    assert not posed.posing.selection


@pytest.mark.parametrize("by_key", [False, True])
def test_with_lengths_kept_a_wrist_takes_the_elbow_along(posed: Window, by_key: bool) -> None:
    before = pose_of(posed)[0].copy()
    keys = CTRL if by_key else PLAIN
    if not by_key:
        posed.registry["pose-keeps-lengths"].trigger()
    press(posed.condition, *STANDING[LEFT_WRIST], keys)
    move(posed.condition, 31, 24, keys)
    release(posed.condition, 31, 24, keys)
    after = pose_of(posed)[0]
    assert np.allclose(after[LEFT_WRIST, :2], (31, 24), atol=0.2)
    assert not np.allclose(after[LEFT_ELBOW], before[LEFT_ELBOW], atol=0.5)
    assert np.allclose(lengths(after), lengths(before))


def test_out_of_reach_the_arm_points_straight_at_the_pointer(posed: Window) -> None:
    posed.registry["pose-keeps-lengths"].trigger()
    before = lengths(pose_of(posed)[0])
    stroke(posed.condition, STANDING[LEFT_WRIST], (39, 30))
    shoulder, elbow, wrist = pose_of(posed)[0, [LEFT_SHOULDER, LEFT_ELBOW, LEFT_WRIST], :2]
    assert np.allclose(lengths(pose_of(posed)[0]), before)
    assert np.allclose([elbow - elbow[::-1], wrist - wrist[::-1]], shoulder - shoulder[::-1], atol=0.3)
    assert 39 > wrist[0] > elbow[0] > shoulder[0]


def test_escape_takes_a_drag_back_without_a_trace(qtbot: QtBot, posed: Window) -> None:
    before = pose_of(posed).copy()
    press(posed.condition, *STANDING[LEFT_WRIST])
    drag_to(posed, 35, 25)
    assert (pose_of(posed) != before).any()
    key(qtbot, posed, Qt.Key.Key_Escape)
    move(posed.condition, 30, 20)
    release(posed.condition, 30, 20)
    assert (pose_of(posed) == before).all() and not posed.document.can_undo and not posed.document.can_redo


def test_undo_amid_a_drag_ends_it(qtbot: QtBot, posed: Window) -> None:
    before = pose_of(posed).copy()
    press(posed.condition, *STANDING[LEFT_WRIST])
    drag_to(posed, 35, 25)
    key(qtbot, posed, Qt.Key.Key_Z, CTRL)
    assert (pose_of(posed) == before).all()
    move(posed.condition, 30, 20)
    release(posed.condition, 30, 20)
    assert (pose_of(posed) == before).all() and not posed.document.can_undo


def test_a_drag_that_comes_back_is_no_step(posed: Window) -> None:
    x, y = STANDING[LEFT_WRIST]
    stroke(posed.condition, (x, y), (35, 25), (x, y))
    assert not posed.document.can_undo


def test_a_limb_swings_about_the_joint_that_carries_it(posed: Window) -> None:
    before = pose_of(posed)[0].copy()
    upper = (np.array(STANDING[LEFT_SHOULDER]) + STANDING[LEFT_ELBOW]) / 2
    stroke(posed.condition, upper, (31, 17), (33, 14))
    after = pose_of(posed)[0]
    still = [joint for joint in range(18) if joint not in subtree(LEFT_ELBOW)]
    assert (after[still] == before[still]).all()
    assert np.allclose(lengths(after), lengths(before))
    assert after[LEFT_WRIST, 1] < after[LEFT_SHOULDER, 1] + 3, "the arm is up"
    assert posed.document.undo_names == ["Swing limb"]


def test_a_bone_at_the_neck_moves_the_whole_person(posed: Window) -> None:
    before = pose_of(posed).copy()
    middle = (np.array(STANDING[NECK]) + STANDING[LEFT_HIP]) / 2
    stroke(posed.condition, middle, middle + (3, 2))
    assert np.allclose(pose_of(posed)[0, :, :2] - before[0, :, :2], (3, 2), atol=0.2)


def test_both_sides_move_alike(posed: Window) -> None:
    posed.registry["pose-symmetric"].trigger()
    stroke(posed.condition, STANDING[LEFT_WRIST], (35, 25))
    after = pose_of(posed)[0]
    assert np.allclose(after[RIGHT_WRIST, :2], (40 - 35, 25), atol=0.2)


def test_both_arms_swing_alike_and_their_bones_keep_their_length(posed: Window) -> None:
    posed.registry["pose-symmetric"].trigger()
    before = pose_of(posed)[0].copy()
    upper = (np.array(STANDING[LEFT_SHOULDER]) + STANDING[LEFT_ELBOW]) / 2
    stroke(posed.condition, upper, (32, 15))
    after = pose_of(posed)[0]
    assert np.allclose(after[RIGHT_ELBOW, :2], (40 - after[LEFT_ELBOW, 0], after[LEFT_ELBOW, 1]), atol=1e-6)
    assert np.allclose(lengths(after), lengths(before))


# Selection.


def test_a_rubber_band_selects_what_it_encloses_and_a_drag_moves_that(posed: Window) -> None:
    before = pose_of(posed).copy()
    stroke(posed.condition, (34, 20), (30, 28), (26.5, 36))
    assert posed.posing.selection == {(0, LEFT_ELBOW), (0, LEFT_WRIST)}
    assert not posed.document.can_undo
    stroke(posed.condition, STANDING[LEFT_WRIST], (32, 34))
    moved = pose_of(posed)[0] - before[0]
    assert np.allclose(moved[[LEFT_ELBOW, LEFT_WRIST], :2], (3, 2), atol=0.2)
    assert (np.delete(moved, [LEFT_ELBOW, LEFT_WRIST], axis=0) == 0).all()


def test_shift_adds_and_takes_away(posed: Window) -> None:
    click(posed, *STANDING[LEFT_WRIST])
    click(posed, *STANDING[RIGHT_WRIST], SHIFT)
    assert posed.posing.selection == {(0, LEFT_WRIST), (0, RIGHT_WRIST)}
    click(posed, *STANDING[LEFT_WRIST], SHIFT)
    assert posed.posing.selection == {(0, RIGHT_WRIST)}
    click(posed, *STANDING[LEFT_WRIST], SHIFT)
    click(posed, *STANDING[LEFT_WRIST])
    assert posed.posing.selection == {(0, LEFT_WRIST)}, "a plain click leaves that one alone"


def test_a_double_click_selects_the_person(posed: Window) -> None:
    double_click(posed, *STANDING[LEFT_WRIST])
    assert len(posed.posing.selection) == 18 and not posed.document.can_undo


def test_the_knob_turns_and_the_corner_scales_what_is_selected(posed: Window) -> None:
    posed.posing.select([(0, LEFT_ELBOW), (0, LEFT_WRIST)])
    before = pose_of(posed)[0].copy()
    frame = posed.pose_tool.frame
    assert frame.pivot == tuple(before[LEFT_SHOULDER, :2]), "a limb turns about what it hangs on"
    pivot = np.array(frame.pivot)
    angle = np.pi / 5
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    stroke(posed.condition, frame.knob, turn @ (np.array(frame.knob) - pivot) + pivot)
    after = pose_of(posed)[0]
    assert np.allclose(after[LEFT_WRIST, :2], turn @ (before[LEFT_WRIST, :2] - pivot) + pivot, atol=0.3)
    frame = posed.pose_tool.frame
    corner = np.array(frame.corners[2])
    stroke(posed.condition, corner, pivot + (corner - pivot) * 1.25)
    assert np.allclose(pose_of(posed)[0, LEFT_WRIST, :2] - pivot, (after[LEFT_WRIST, :2] - pivot) * 1.25, atol=0.3)
    assert posed.document.undo_names == ["Turn", "Scale"]


def test_shift_turns_in_steps(posed: Window) -> None:
    posed.posing.select([(0, LEFT_ELBOW), (0, LEFT_WRIST)])
    before, frame = pose_of(posed)[0].copy(), posed.pose_tool.frame
    pivot, knob = np.array(frame.pivot), np.array(frame.knob)
    angle = np.radians(40)
    target = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ (knob - pivot) + pivot
    press(posed.condition, *knob, SHIFT)
    move(posed.condition, *target, SHIFT)
    release(posed.condition, *target, SHIFT)
    arms = [person[LEFT_WRIST, :2] - person[LEFT_SHOULDER, :2] for person in (before, pose_of(posed)[0])]
    turned = np.degrees(np.arctan2(*arms[1][::-1]) - np.arctan2(*arms[0][::-1]))
    assert turned == pytest.approx(45)


def test_arrows_nudge_as_one_step(qtbot: QtBot, posed: Window) -> None:
    click(posed, *STANDING[LEFT_WRIST])
    for name in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Up):
        key(qtbot, posed, name)
    key(qtbot, posed, Qt.Key.Key_Down, SHIFT)
    assert np.allclose(pose_of(posed)[0, LEFT_WRIST, :2], np.array(STANDING[LEFT_WRIST]) + (2, 9))
    assert posed.document.undo_names == ["Nudge"]


# Visibility, adding and removing.


def test_right_clicks_hide_a_joint_and_then_remove_it(posed: Window) -> None:
    x, y = STANDING[LEFT_WRIST]
    right_click(posed, x, y)
    assert tuple(pose_of(posed)[0, LEFT_WRIST]) == (x, y, 0)
    right_click(posed, x, y)
    assert tuple(pose_of(posed)[0, LEFT_WRIST]) == (0, 0, 0)
    assert posed.document.undo_names == ["Hide joint", "Remove joint"]
    posed.registry["undo"].trigger()
    posed.registry["undo"].trigger()
    assert tuple(pose_of(posed)[0, LEFT_WRIST]) == (x, y, 1)


def test_a_missing_joint_is_added_where_the_menu_was_opened(posed: Window) -> None:
    for _ in range(2):
        right_click(posed, *STANDING[LEFT_WRIST])
    right_click(posed, 34, 40)
    menu = next(widget for widget in QApplication.topLevelWidgets() if isinstance(widget, PoseMenu))
    actions = menu.joints.actions()
    assert [action.text() for action in actions] == ["Left wrist"]
    actions[0].trigger()
    menu.close()
    assert np.allclose(pose_of(posed)[0, LEFT_WRIST], (34, 40, 1), atol=0.2)
    assert posed.posing.selection == {(0, LEFT_WRIST)}


def test_a_joint_of_the_dock_goes_through_its_three_states(qtbot: QtBot, posed: Window) -> None:
    button = posed.pose_dock.joints[LEFT_WRIST]
    states = []
    for _ in range(3):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        states.append((pose_of(posed)[0, LEFT_WRIST, 2], button.accessibleName()))
    assert states == [(0, "left wrist, hidden"), (0, "left wrist, missing"), (1, "left wrist, visible")]


def test_delete_removes_joints_and_whole_persons(qtbot: QtBot, posed: Window) -> None:
    click(posed, *STANDING[LEFT_WRIST])
    key(qtbot, posed, Qt.Key.Key_Delete)
    assert not pose_of(posed)[0, LEFT_WRIST].any() and len(pose_of(posed)) == 1
    key(qtbot, posed, Qt.Key.Key_A, CTRL)
    key(qtbot, posed, Qt.Key.Key_Delete)
    assert len(pose_of(posed)) == 0
    posed.registry["undo"].trigger()
    assert len(pose_of(posed)) == 1


def test_a_double_click_on_an_empty_place_adds_a_person_there(posed: Window) -> None:
    double_click(posed, 35, 50)
    assert len(pose_of(posed)) == 2 and posed.posing.person == 1
    places = pose_of(posed)[1, :, :2]
    assert np.allclose((places.min(0) + places.max(0)) / 2, (35, 50), atol=0.2)
    assert posed.document.undo_names == ["Add person"]


def test_a_double_click_on_a_handle_adds_nobody(posed: Window) -> None:
    posed.posing.select([(0, LEFT_ELBOW), (0, LEFT_WRIST)])
    double_click(posed, *posed.pose_tool.frame.knob)
    assert len(pose_of(posed)) == 1


def test_a_preset_poses_the_person_where_they_stand(qtbot: QtBot, posed: Window) -> None:
    neck = pose_of(posed)[0, NECK].copy()
    posed.registry["pose-preset-arms-spread"].trigger()
    after = pose_of(posed)[0]
    assert np.allclose(after[NECK], neck)
    assert abs(after[LEFT_WRIST, 1] - after[LEFT_SHOULDER, 1]) < 2, "arms are spread"
    posed.registry["undo"].trigger()
    assert (pose_of(posed) == standing().array).all()


def test_an_empty_picture_gets_a_person_by_a_preset(window: Window) -> None:
    assert not window.registry["pose-mirror"].isEnabled()
    window.registry["pose-preset-waving"].trigger()
    assert len(pose_of(window)) == 1 and window.registry["pose-mirror"].isEnabled()


# Mirror.


def test_mirroring_twice_is_the_identity_with_left_and_right_exchanged(qtbot: QtBot, posed: Window) -> None:
    stroke(posed.condition, STANDING[LEFT_WRIST], (35.3, 25.7))
    before, labels = pose_of(posed).copy(), posed.document.labels.copy()
    key(qtbot, posed, Qt.Key.Key_Escape)
    key(qtbot, posed, Qt.Key.Key_H)
    once = pose_of(posed).copy()
    assert np.allclose(once[0, RIGHT_WRIST, 0], 40 - before[0, LEFT_WRIST, 0])
    assert (posed.document.labels == labels[:, ::-1]).all()
    key(qtbot, posed, Qt.Key.Key_H)
    assert np.allclose(pose_of(posed), before, atol=1e-9)
    assert (posed.document.labels == labels).all()
    posed.registry["undo"].trigger()
    assert (pose_of(posed) == once).all()


def test_one_of_two_persons_is_mirrored_in_place(posed: Window) -> None:
    posed.document.set_pose("Add person", standing(2))
    posed.posing.select_person(1)
    before = pose_of(posed).copy()
    posed.registry["pose-mirror"].trigger()
    after = pose_of(posed)
    assert (after[0] == before[0]).all()
    assert np.allclose(np.sort(after[1, :, 0]), np.sort(before[1, :, 0])), "upright and even: the same places"
    assert np.allclose(after[1], before[1, list(OTHER_SIDE)] * (-1, 1, 1) + (2 * before[1, NECK, 0], 0, 0))


# Labels that go along.


def with_arm(window: Window) -> np.ndarray:
    """Paint the left arm of the person who stands; returns the label map."""
    labels = np.zeros((60, 40), np.uint8)
    labels[14:36, 13:28] = 5
    for start, end in ((LEFT_SHOULDER, LEFT_ELBOW), (LEFT_ELBOW, LEFT_WRIST)):
        for share in np.linspace(0, 1, 40):
            x, y = np.array(STANDING[start]) * (1 - share) + np.array(STANDING[end]) * share
            labels[round(y) - 1 : round(y) + 2, round(x) - 1 : round(x) + 2] = ARMS
    window.document.set_labels(labels)
    window.document.load(window.document.snapshot())
    return labels


def test_a_moved_arm_carries_its_labels_while_it_is_dragged(posed: Window) -> None:
    before = with_arm(posed)
    press(posed.condition, *STANDING[LEFT_WRIST])
    drag_to(posed, 36, 28)
    amid = posed.document.labels.copy()
    assert amid[28, 35] == ARMS and before[28, 35] == 0
    drag_to(posed, 37, 22)
    release(posed.condition, 37, 22)
    after = posed.document.labels.copy()
    assert after[22, 36] == ARMS and after[32, 29] == 0, "from the beginning of the gesture, not from what was amid"
    assert posed.document.undo_names == ["Move joint"]
    posed.registry["undo"].trigger()
    assert (posed.document.labels == before).all()
    posed.registry["redo"].trigger()
    assert (posed.document.labels == after).all()


def test_labels_stay_where_limbs_are_not_to_carry_them(qtbot: QtBot, posed: Window) -> None:
    before = with_arm(posed)
    box = next(box for box in posed.pose_dock.findChildren(QCheckBox) if "carry" in box.text())
    assert box.isChecked()
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    stroke(posed.condition, STANDING[LEFT_WRIST], (37, 22))
    assert (posed.document.labels == before).all()
    assert (pose_of(posed)[0, LEFT_WRIST, :2] != STANDING[LEFT_WRIST]).any()


def test_locked_classes_stay_as_they_are(posed: Window) -> None:
    before = with_arm(posed)
    posed.document.locked = {ARMS}
    stroke(posed.condition, STANDING[LEFT_WRIST], (37, 22))
    assert ((posed.document.labels == ARMS) == (before == ARMS)).all()


# Files.


@pytest.mark.parametrize("name", ["warpaint-pose.json", "warpaint-pose_candidate.txt"])
def test_a_pose_goes_out_and_comes_back(
    qtbot: QtBot, posed: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    right_click(posed, *STANDING[LEFT_WRIST])
    for _ in range(2):
        right_click(posed, *STANDING[RIGHT_ELBOW])
    stroke(posed.condition, STANDING[NECK], (-6.5, 3.2))
    before = pose_of(posed).copy()
    assert before[0, LEFT_WRIST, 2] == 0 and not before[0, RIGHT_ELBOW].any() and before[0, NECK, 0] < 0

    def export(dialog: ExportDialog) -> int:
        for key, (_, box, suffix) in dialog.boxes.items():
            box.setChecked(key == "pose")
            if key == "pose":
                suffix.setCurrentIndex(int(name.endswith("txt")))
        dialog.folder.setText(str(tmp_path))
        return 1

    monkeypatch.setattr(ExportDialog, "exec", export)
    posed.registry["export"].trigger()
    assert (read_pose(tmp_path / name) == before).all()
    posed.registry["pose-remove-person"].trigger()
    assert len(pose_of(posed)) == 0
    drop(posed, tmp_path / name)
    assert (pose_of(posed) == before).all() and posed.document.undo_names[-1] == "Open pose"
    if name.endswith("txt"):
        drop(posed, tmp_path / "warpaint-pose_subset.txt")
        assert (pose_of(posed) == before).all()


def test_a_pose_is_opened_from_the_menu(posed: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_pose(tmp_path / "two.json", standing(2).array)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "two.json"), ""))
    posed.registry["open-pose"].trigger()
    assert posed.document.keypoints == standing(2)
    assert posed.pose_dock.persons.count() == 2


def test_what_is_no_pose_is_refused_in_one_sentence(
    posed: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(QMessageBox, "warning", lambda *arguments: told.append(arguments[2]))
    (tmp_path / "palette.json").write_text('{"domain": "fashion"}')
    drop(posed, tmp_path / "palette.json")
    assert len(told) == 1 and "palette.json" in told[0] and posed.document.keypoints == standing()


def test_the_export_offers_no_pose_where_there_is_none(window: Window) -> None:
    assert not ExportDialog(window.document, window).boxes["pose"][1].isEnabled()


def test_a_project_brings_the_pose_back(posed: Window, tmp_path: Path) -> None:
    stroke(posed.condition, STANDING[LEFT_WRIST], (35, 25))
    before = posed.document.keypoints
    save_project(posed.document, tmp_path / "p.warpaint")
    posed.registry["pose-remove-person"].trigger()
    open_project(posed.document, tmp_path / "p.warpaint")
    assert posed.document.keypoints == before


# What is seen.


def test_skeletons_are_drawn_in_the_colours_of_openpose(posed: Window) -> None:
    picture = posed.condition.grab().toImage()
    for joint in (LEFT_WRIST, RIGHT_SHOULDER):
        color = picture.pixelColor(at(posed.condition, *STANDING[joint]).toPoint())
        assert (color.red(), color.green(), color.blue()) == COLORS[joint]
    posed.registry["pose-shown"].trigger()
    color = posed.condition.grab().toImage().pixelColor(at(posed.condition, *STANDING[LEFT_WRIST]).toPoint())
    assert (color.red(), color.green(), color.blue()) != COLORS[LEFT_WRIST]


def test_the_status_bar_says_what_is_under_the_pointer(posed: Window) -> None:
    mouse(posed.condition, QEvent.Type.MouseMove, at(posed.condition, *STANDING[LEFT_WRIST]), Qt.MouseButton.NoButton)
    assert posed.status.currentMessage().startswith("Left wrist:")
    assert posed.condition.cursor().shape() == Qt.CursorShape.PointingHandCursor
