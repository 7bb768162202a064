"""Photos and pose files that are dropped on the pose panel, or opened for it, by mouse and keys."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.content import Board, Canvas, Method, Snapshot
from app.dialogs.fit import FitDialog, Slot
from app.fitting import pose_on_canvas
from app.window import Window
from brushes.pose.carry import carried
from engine.analysis.fit import Box
from engine.conditions.body import body_segments
from engine.domains import FASHION_POSE
from engine.images import write_image
from engine.inference.state import Keypoints, Pixels
from tests.app.analysing import DRESS, TOP, Analysis, person
from tests.app.driving import Engine, drag, sample_document
from tests.app.posing import standing

SIZE = (600, 400)
# Their crops are 6 and 3 times the size of the canvas, 40 x 60 pixels.
LARGE = replace(
    person((60, 40, 120, 330), (30, 20, 240, 360), SIZE, TOP), pose=standing(scale=5).array[0] + (20, 30, 0)
)
SMALL = replace(
    person((400, 150, 80, 180), (400, 150, 120, 180), SIZE, DRESS), pose=standing(scale=2).array[0] + (420, 160, 0)
)


@pytest.fixture
def analysis() -> Analysis:
    return Analysis(LARGE, SMALL)


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, analysis: Analysis) -> Iterator[Window]:
    """The whole editor with a small document and its picture, a fake engine and a fake analysis."""
    engine = Engine()
    window = Window(lambda: engine, lambda domain: analysis)
    sample_document(window.document)
    window.resize(1280, 800)
    window.show()
    qtbot.waitUntil(window.settled, timeout=5000)
    window.registry["tool-pose"].trigger()
    yield window
    analysis.gate.set()
    window.end()
    window.hide()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr(QMessageBox, "warning", lambda parent, title, text: said.append(text))
    return said


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    write_image(tmp_path / "street.png", np.full((*SIZE[::-1], 3), 90, np.uint8))
    return tmp_path / "street.png"


def drop(widget: QWidget, *paths: Path) -> None:
    """Drag files over a widget and let them go, as Qt tells it to whatever takes them."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), copy, data, left, keys)
    QApplication.sendEvent(widget, enter)
    assert enter.isAccepted()
    while not widget.acceptDrops():
        widget = widget.parentWidget()
    QApplication.sendEvent(widget, QDropEvent(QPointF(5, 5), copy, data, left, keys))


def found(qtbot: QtBot, window: Window) -> FitDialog:
    """The dialog, once the persons are in it."""
    dialog = window.files.fit_dialog
    assert dialog is not None and dialog.isVisible() and dialog.slot is Slot.POSE
    qtbot.waitUntil(lambda: not dialog.is_busy, timeout=5000)
    return dialog


def close_to(pose: np.ndarray, person: np.ndarray, crop: Box) -> bool:
    """Whether the pose is that of the person in the photo, from this crop to a canvas of 40 x 60 pixels."""
    expected = person.copy()
    expected[:, :2] = (person[:, :2] - (crop.left, crop.top)) * (60 / crop.height)
    return pose.shape == (1, 18, 3) and bool(np.allclose(pose[0], expected, atol=0.05))


def test_a_photo_dropped_on_the_pose_panel_gives_its_pose_in_one_step(
    qtbot: QtBot, window: Window, photo: Path
) -> None:
    document = window.document
    before = document.snapshot()
    drop(window.pose_dock.presets, photo)
    dialog = found(qtbot, window)
    assert dialog.take.text() == "Use pose" and dialog.persons.count() == 2
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert close_to(document.keypoints.array, LARGE.pose, LARGE.crop)
    assert document.undo_names == ["Take pose from photo"]
    assert (document.labels == before.canvas.labels.array).all() and document.canvas.photo == before.canvas.photo
    window.registry["undo"].trigger()
    assert document.snapshot() == before


def test_labels_follow_the_person_in_hand_and_only_the_chosen_person_stays(
    qtbot: QtBot, window: Window, photo: Path
) -> None:
    document = window.document
    document.set_pose("Open pose", standing(2))
    window.posing.select_person(1)
    labels = document.labels.copy()
    drop(window.pose_dock, photo)
    dialog = found(qtbot, window)
    qtbot.keyClick(dialog.persons, Qt.Key.Key_Down)
    qtbot.keyClick(dialog.persons, Qt.Key.Key_Return)
    pose = document.keypoints.array
    assert close_to(pose, SMALL.pose, SMALL.crop) and window.posing.person == 0
    before = standing(2).array
    assert (document.labels == carried(labels, before, np.stack([before[0], pose[0]]), 0)).all()
    assert (document.labels != labels).any()
    document.undo()
    window.registry["pose-carries-labels"].trigger()
    drop(window.pose_dock, photo)
    qtbot.keyClick(found(qtbot, window), Qt.Key.Key_Return)
    assert (document.labels == labels).all()


def test_where_the_pose_is_painted_the_labels_are_drawn_from_it(
    qtbot: QtBot, window: Window, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = Pixels(np.zeros((60, 40), np.uint8))
    window.document.load(Snapshot(FASHION_POSE, Canvas(labels, labels), Board(), Method("rabit")))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(photo), ""))
    window.registry["pose-from-photo"].trigger()
    dialog = found(qtbot, window)
    drag(dialog.view, *(dialog.view.transform().map(QPointF(x, 100)) for x in (100, 90, 60)))
    crop = dialog.crop
    assert crop != LARGE.crop
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    document = window.document
    assert close_to(document.keypoints.array, LARGE.pose, crop)
    assert (document.labels == body_segments(document.keypoints.array, (60, 40))).all() and document.labels.any()


def test_the_whole_photo_keeps_its_shape_in_the_middle_of_the_canvas(qtbot: QtBot, window: Window, photo: Path) -> None:
    drop(window.pose_dock, photo)
    dialog = found(qtbot, window)
    qtbot.mouseClick(dialog.as_whole, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    pose, scale = window.document.keypoints.array[0], 40 / SIZE[0]
    expected = LARGE.pose[:, :2] * scale + (0, (60 - SIZE[1] * scale) / 2)
    assert np.allclose(pose[:, :2], expected)


def test_missing_joints_stay_missing_on_the_canvas() -> None:
    pose = standing().array.copy()
    pose[0, 4] = 0
    placed = pose_on_canvas(pose, (40, 60), (400, 300))
    assert not placed[0, 4].any() and np.allclose(placed[0, 0], (200, 50, 1))


def test_nobody_found_and_a_crop_beside_the_person_are_one_sentence(
    qtbot: QtBot, window: Window, photo: Path, analysis: Analysis
) -> None:
    before = window.document.snapshot()
    drop(window.pose_dock, photo)
    dialog = found(qtbot, window)
    for _ in range(30):
        qtbot.keyClick(dialog.view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.isVisible() and dialog.note.text() == "Nothing of the person lies in the crop; drag it over them."
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    analysis.persons = []
    drop(window.pose_dock, photo)
    dialog = found(qtbot, window)
    assert dialog.note.text() == "No person was found in the photo street.png; choose another."
    assert not dialog.take.isEnabled()
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.isVisible()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert window.document.snapshot() == before and not window.document.can_undo


def test_pose_files_dropped_on_the_panel_are_opened(window: Window, tmp_path: Path, told: list[str]) -> None:
    wanted = standing(2)
    people = [{"pose_keypoints_2d": pose.ravel().tolist()} for pose in wanted.array]
    (tmp_path / "pose.json").write_text(json.dumps({"people": people}))
    drop(window.pose_dock, tmp_path / "pose.json")
    assert window.document.keypoints == Keypoints(wanted.array) and window.files.fit_dialog is None
    for name in ("broken.json", "broken_candidate.txt", "broken.jpg"):
        (tmp_path / name).write_bytes(b"{")
        drop(window.pose_dock, tmp_path / name)
        assert "broken" in told.pop() and not told
    assert window.document.undo_names == ["Open pose"]


def test_the_button_of_the_panel_repaints_by_pose_and_back(qtbot: QtBot, window: Window, analysis: Analysis) -> None:
    document = window.document
    analysis.persons = [person((0, 0, 40, 60), (0, 0, 40, 60), (40, 60), TOP)]
    for name, condition in (("repaint-pose", "pose"), ("repaint-labels", "labels")):
        if not window.registry[name].isVisible():
            pytest.skip("no weights that paint by pose are shipped")
        (button,) = (
            b for b in window.pose_dock.findChildren(QToolButton) if b.defaultAction() is window.registry[name]
        )
        assert button.isVisible() and button.text() in button.defaultAction().text().replace("&", "")
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda wanted=condition: document.domain.condition == wanted, timeout=5000)
        assert not button.isVisible()
    assert document.undo_names == ["Repaint by pose", "Repaint by label map"]


@pytest.mark.parametrize("width", [900, 1000, 1440])
def test_nothing_in_the_header_overlaps(qtbot: QtBot, window: Window, width: int) -> None:
    window.resize(width, 600)
    QApplication.processEvents()
    header = window.condition_header
    shown = [widget for widget in header.findChildren(QWidget) if widget.isVisible() and not widget.children()]
    boxes = [QRect(widget.mapTo(header, QPoint()), widget.size()) for widget in shown]
    for number, box in enumerate(boxes):
        assert header.rect().contains(box)
        assert not any(box.intersects(other) for other in boxes[number + 1 :])
    assert window.size_slider.isVisible() and window.opacity_slider.isVisible()


def test_mirroring_over_a_photo_says_what_stays(qtbot: QtBot, window: Window) -> None:
    document = window.document
    document.set_pose("Open pose", standing())
    document.set_labels(np.where(np.arange(40) < 15, TOP, 0).astype(np.uint8) * np.ones((60, 1), np.uint8))
    photo, labels = document.photo.copy(), document.labels.copy()
    qtbot.keyClick(window.condition, Qt.Key.Key_H)
    assert (document.labels == labels[:, ::-1]).all() and (document.photo == photo).all()
    assert window.status.currentMessage() == "Mirrored; the photo underneath stays as it is"
