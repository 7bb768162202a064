"""Photos without a label map, from the drop to the edit, by mouse and keys."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Timer

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from app.content import Board, Canvas, Method, Snapshot
from app.dialogs.export import ExportDialog
from app.dialogs.fit import FitDialog, Slot
from app.dialogs.fit_view import FitView
from app.project import read_project
from app.window import Window
from engine.analysis.fit import FILL, Box
from engine.conditions.body import body_segments
from engine.domains import FASHION_POSE
from engine.images import read_photo, write_image
from engine.inference.state import Pixels
from tests.app.analysing import DRESS, TOP, Analysis, person
from tests.app.driving import Engine, drag, exemplar
from tests.app.posing import standing

SIZE = (600, 400)
LARGE = person((60, 40, 120, 330), (0, 0, 260, 390), SIZE, TOP)
SMALL = person((400, 150, 80, 180), (380, 110, 140, 210), SIZE, DRESS)


@pytest.fixture
def analysis() -> Analysis:
    return Analysis(LARGE, SMALL)


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, analysis: Analysis) -> Iterator[Window]:
    """The whole editor, empty, with a fake engine and a fake analysis."""
    engine = Engine()
    window = Window(lambda: engine, lambda domain: analysis)
    window.resize(1280, 800)
    window.show()
    yield window
    analysis.gate.set()
    window.end()
    window.hide()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    rows, columns = np.mgrid[: SIZE[1], : SIZE[0]]
    write_image(tmp_path / "street.png", np.stack([columns % 251, rows % 241, rows // 2], axis=2).astype(np.uint8))
    return tmp_path / "street.png"


def drop(widget: QWidget, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    event = QDropEvent(
        QPointF(20, 20), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    widget.dropEvent(event)


def dialog_of(window: Window) -> FitDialog:
    assert window.files.fit_dialog is not None and window.files.fit_dialog.isVisible()
    return window.files.fit_dialog


def found(qtbot: QtBot, window: Window) -> FitDialog:
    """The dialog, once the persons are in it."""
    dialog = dialog_of(window)
    qtbot.waitUntil(lambda: not dialog.is_busy, timeout=5000)
    return dialog


def place(view: FitView, x: float, y: float) -> QPointF:
    """The place in the widget of a point of the photo."""
    return view.transform().map(QPointF(x, y))


def test_a_drop_and_enter_take_the_largest_person(qtbot: QtBot, window: Window, photo: Path) -> None:
    drop(window.condition, photo)
    dialog = found(qtbot, window)
    assert dialog.crop == LARGE.crop and dialog.persons.count() == 2
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    document, pixels = window.document, read_photo(photo)
    assert not dialog.isVisible() and window.files.fit_dialog is None
    assert (document.photo == pixels[:390, :260]).all() and (document.labels == LARGE.labels[:390, :260]).all()
    assert document.keypoints.array.shape == (1, 18, 3)
    assert (document.surround.photo.array == pixels).all()
    (own,) = document.exemplars
    assert own.name == "street" and own.photo.array is not None and own.keypoints == document.keypoints
    assert document.undo_names == ["Open photo"]
    window.registry["undo"].trigger()
    assert document.photo is None and document.surround is None and not document.exemplars
    window.registry["redo"].trigger()
    assert document.photo is not None and document.exemplars == [own]


def test_the_photo_is_there_before_the_persons_and_the_window_stays_at_hand(
    qtbot: QtBot, window: Window, photo: Path, analysis: Analysis
) -> None:
    analysis.gate.clear()
    start = time.monotonic()
    drop(window.condition, photo)
    dialog = dialog_of(window)
    assert time.monotonic() - start < 2 and dialog.is_busy and not dialog.take.isEnabled()
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.isVisible(), "nothing is to be taken yet"
    picture = dialog.view.grab().toImage()
    middle = picture.pixelColor(place(dialog.view, 100, 100).toPoint() * picture.devicePixelRatio())
    assert abs(middle.red() - 100) < 4 and abs(middle.green() - 100) < 4
    analysis.gate.set()
    found(qtbot, window)
    assert dialog.take.isEnabled() and len(analysis.looked) == 1


def test_the_second_person_is_chosen_in_the_photo_or_the_list(
    qtbot: QtBot, window: Window, photo: Path, analysis: Analysis
) -> None:
    drop(window.condition, photo)
    dialog = found(qtbot, window)
    spot = place(dialog.view, 440, 200).toPoint()
    qtbot.mouseClick(dialog.view, Qt.MouseButton.LeftButton, pos=spot)
    assert dialog.persons.currentRow() == 1 and dialog.crop == SMALL.crop
    qtbot.keyClick(dialog.persons, Qt.Key.Key_Up)
    assert dialog.crop == LARGE.crop
    qtbot.keyClick(dialog.persons, Qt.Key.Key_Down)
    qtbot.keyClick(dialog.persons, Qt.Key.Key_Return)
    assert not dialog.isVisible() and set(np.unique(window.document.labels)) == {0, DRESS}
    assert len(analysis.looked) == 1, "the photo is analysed once"


def test_the_crop_is_dragged_beyond_the_photo(qtbot: QtBot, window: Window, photo: Path) -> None:
    drop(window.condition, photo)
    dialog = found(qtbot, window)
    drag(dialog.view, place(dialog.view, 100, 100), place(dialog.view, 80, 100), place(dialog.view, 60, 40))
    assert abs(dialog.crop.left + 40) <= 2 and abs(dialog.crop.top + 60) <= 2
    assert (dialog.crop.width, dialog.crop.height) == (260, 390)
    assert "beyond the photo" in dialog.measure.text()
    padding = dialog.view.grab().toImage().pixelColor(place(dialog.view, -20, -30).toPoint())
    assert padding.red() == padding.green() == padding.blue() and padding.red() <= FILL
    left, top = -dialog.crop.left, -dialog.crop.top
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    document = window.document
    assert (document.photo[:top] == FILL).all() and (document.photo[:, :left] == FILL).all()
    assert (document.photo[top:, left:] == read_photo(photo)[: 390 - top, : 260 - left]).all()


def test_a_corner_resizes_the_crop_in_its_shape(qtbot: QtBot, window: Window, photo: Path) -> None:
    drop(window.condition, photo)
    dialog = found(qtbot, window)
    drag(dialog.view, place(dialog.view, 260, 390), place(dialog.view, 200, 300), place(dialog.view, 130, 170))
    crop = dialog.crop
    assert (crop.left, crop.top) == (0, 0) and abs(crop.width - 130) <= 2 and abs(crop.height - 195) <= 3
    drag(dialog.view, place(dialog.view, 0, 0), place(dialog.view, 65, 100))
    assert abs(dialog.crop.right - crop.right) <= 1 and abs(dialog.crop.bottom - crop.bottom) <= 1
    assert abs(dialog.crop.width - 65) <= 2
    drag(dialog.view, place(dialog.view, dialog.crop.left, dialog.crop.top), place(dialog.view, 129, 194))
    assert dialog.crop.width == 32, "it stays large enough to be seen"


def test_keys_move_and_size_the_crop(qtbot: QtBot, window: Window, photo: Path) -> None:
    drop(window.condition, photo)
    dialog = found(qtbot, window)
    assert dialog.view.hasFocus()
    qtbot.keyClick(dialog.view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(dialog.view, Qt.Key.Key_Down)
    assert (dialog.crop.left, dialog.crop.top) == (26, 3)
    qtbot.keyClick(dialog.view, Qt.Key.Key_Minus, Qt.KeyboardModifier.ShiftModifier)
    assert dialog.crop.width == round(260 / 1.1)
    for _ in range(40):
        qtbot.keyClick(dialog.view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert abs(dialog.crop.left + dialog.crop.width / 2) <= 1, "its middle stays in the photo"


def test_who_does_not_wait_keeps_the_crop(qtbot: QtBot, window: Window, photo: Path, analysis: Analysis) -> None:
    analysis.gate.clear()
    drop(window.condition, photo)
    dialog = dialog_of(window)
    assert dialog.crop == Box(0, 0, *SIZE)
    qtbot.mouseClick(dialog.as_crop, Qt.MouseButton.LeftButton, pos=QPointF(8, 8).toPoint())
    assert dialog.crop.height * 2 == dialog.crop.width * 3
    qtbot.keyClick(dialog.view, Qt.Key.Key_Minus, Qt.KeyboardModifier.ShiftModifier)
    own = dialog.crop
    analysis.gate.set()
    assert found(qtbot, window).crop == own and dialog.as_crop.isChecked()
    qtbot.keyClick(dialog.persons, Qt.Key.Key_Down)
    assert dialog.crop == SMALL.crop


def test_where_the_pose_is_painted_labels_are_segments_of_the_body(
    qtbot: QtBot, window: Window, photo: Path, analysis: Analysis
) -> None:
    pose = standing(scale=6).array[0]
    analysis.persons = [replace(LARGE, pose=pose)]
    labels = Pixels(np.zeros((384, 256), np.uint8))
    window.document.load(Snapshot(FASHION_POSE, Canvas(labels, labels), Board(), Method("rabit")))
    drop(window.condition, photo)
    qtbot.keyClick(found(qtbot, window), Qt.Key.Key_Return)
    document = window.document
    assert (document.keypoints.array[0] == pose).all()
    assert (document.labels == body_segments(pose[None], (390, 260))).all() and len(np.unique(document.labels)) > 8
    assert (document.exemplars[0].labels.array == document.labels).all()


def test_the_whole_photo_has_the_labels_of_all(qtbot: QtBot, window: Window, photo: Path) -> None:
    drop(window.condition, photo)
    dialog = found(qtbot, window)
    qtbot.mouseClick(dialog.as_whole, Qt.MouseButton.LeftButton, pos=QPointF(8, 8).toPoint())
    assert dialog.crop == Box(0, 0, *SIZE)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    document = window.document
    assert document.labels.shape == (400, 600) and document.surround is None
    assert set(np.unique(document.labels)) == {0, TOP, DRESS} and len(document.keypoints.array) == 2


def test_an_exemplar_is_the_chosen_person_alone(qtbot: QtBot, window: Window, photo: Path) -> None:
    window.document.add_exemplar(exemplar(60, "first"))
    drop(window.exemplar_dock, photo)
    dialog = found(qtbot, window)
    qtbot.mouseClick(dialog.as_whole, Qt.MouseButton.LeftButton, pos=QPointF(8, 8).toPoint())
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    added = window.document.exemplars[1]
    assert window.document.active_exemplar == 1 and window.document.weights == [0, 1]
    assert set(np.unique(added.labels.array)) == {0, TOP} and len(added.keypoints.array) == 1
    assert window.document.undo_names == ["Add exemplar", "Add exemplar"] and window.document.photo is None


def test_several_exemplars_are_asked_for_one_after_the_other(
    qtbot: QtBot, window: Window, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(QMessageBox, "warning", lambda parent, title, text: said.append(text))
    other = tmp_path / "other.png"
    other.write_bytes(photo.read_bytes())
    (tmp_path / "broken.jpg").write_bytes(b"nothing")
    drop(window.exemplar_dock, photo, tmp_path / "broken.jpg", other)
    for name in ("street", "other"):
        dialog = found(qtbot, window)
        assert dialog.path.stem == name
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert window.files.fit_dialog is None and [e.name for e in window.document.exemplars] == ["street", "other"]
    assert len(said) == 1 and "broken.jpg" in said[0]


def test_escape_leaves_everything_as_it_was(qtbot: QtBot, window: Window, photo: Path, analysis: Analysis) -> None:
    analysis.gate.clear()
    before = window.document.snapshot()
    drop(window.condition, photo)
    dialog = dialog_of(window)
    qtbot.waitUntil(lambda: len(analysis.looked) == 1, timeout=5000)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert window.files.fit_dialog is None and not dialog.isVisible()
    analysis.gate.set()
    qtbot.wait(50)
    assert window.document.snapshot() == before and not window.document.can_undo
    drop(window.condition, photo)
    qtbot.keyClick(found(qtbot, window), Qt.Key.Key_Return)
    assert window.document.photo is not None


def test_a_stopped_search_leaves_the_photo_to_be_painted(
    qtbot: QtBot, window: Window, photo: Path, analysis: Analysis
) -> None:
    analysis.gate.clear()
    drop(window.condition, photo)
    dialog = dialog_of(window)
    qtbot.mouseClick(dialog.halt, Qt.MouseButton.LeftButton)
    assert not dialog.is_busy and "stopped" in dialog.note.text() and "empty" in dialog.take.text()
    analysis.gate.set()
    qtbot.wait(50)
    assert dialog.persons.count() == 0
    qtbot.mouseClick(dialog.take, Qt.MouseButton.LeftButton)
    assert window.document.labels.shape == (400, 600) and not window.document.labels.any()


def test_nobody_is_found(
    qtbot: QtBot, window: Window, photo: Path, analysis: Analysis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    analysis.persons = []
    drop(window.condition, photo)
    dialog = found(qtbot, window)
    assert "No person was found in the photo street.png" in dialog.note.text()
    qtbot.mouseClick(dialog.take, Qt.MouseButton.LeftButton)
    document = window.document
    assert document.photo.shape == (400, 600, 3) and not document.labels.any() and not document.exemplars
    (tmp_path / "maps").mkdir()
    write_image(tmp_path / "maps" / "narrow.png", np.full((40, 30), TOP, np.uint8))
    write_image(tmp_path / "maps" / "good.png", np.full((200, 300), TOP, np.uint8))
    drop(window.exemplar_dock, photo)
    dialog = found(qtbot, window)
    assert not dialog.take.isEnabled(), "an exemplar needs labels"
    for name in ("narrow.png", "good.png"):
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, n=name: (str(tmp_path / "maps" / n), ""))
        qtbot.mouseClick(dialog.choose, Qt.MouseButton.LeftButton)
        assert name in dialog.note.text()
        assert dialog.take.isEnabled() == (name == "good.png")
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert (document.exemplars[0].labels.array == TOP).all() and document.exemplars[0].keypoints is None


def test_a_fabric_is_a_texture_of_the_class_that_is_painted_with(
    qtbot: QtBot, window: Window, photo: Path, analysis: Analysis
) -> None:
    analysis.persons = []
    window.document.active_class = DRESS
    drop(window.exemplar_dock, photo)
    dialog = found(qtbot, window)
    assert dialog.texture.isVisible() and dialog.texture.text() == "Texture of dress" and not dialog.take.isEnabled()
    qtbot.mouseClick(dialog.texture, Qt.MouseButton.LeftButton)
    assert dialog.note.text() == "All of it is dress." and dialog.crop == Box(0, 0, *SIZE)
    qtbot.mouseClick(dialog.take, Qt.MouseButton.LeftButton)
    (fabric,) = window.document.exemplars
    assert (fabric.labels.array == DRESS).all() and (fabric.photo.array == read_photo(photo)).all()


def test_nothing_is_a_texture_of_the_background_nor_a_content_of_any(qtbot: QtBot, window: Window, photo: Path) -> None:
    for active, widget in ((0, window.exemplar_dock), (DRESS, window.condition)):
        window.document.active_class = active
        drop(widget, photo)
        assert not dialog_of(window).texture.isVisible()
        dialog_of(window).reject()


def test_a_photo_opened_as_a_label_map_gives_its_labels(
    qtbot: QtBot, window: Window, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(photo), ""))
    window.registry["open-labels"].trigger()
    dialog = found(qtbot, window)
    assert dialog.slot is Slot.LABELS
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert window.document.photo is None and (window.document.labels == LARGE.labels[:390, :260]).all()


@pytest.mark.parametrize("name", ["broken.jpg", "broken.png", "missing.webp"])
def test_a_broken_photo_is_one_sentence(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    said: list[str] = []
    monkeypatch.setattr(QMessageBox, "warning", lambda parent, title, text: said.append(text))
    if "broken" in name:
        (tmp_path / name).write_bytes(b"no such thing")
    for widget in (window.condition, window.exemplar_dock):
        drop(widget, tmp_path / name)
    assert len(said) == 2 and all(name in sentence for sentence in said) and window.files.fit_dialog is None


def test_a_photo_that_lies_on_its_side_is_turned(
    qtbot: QtBot, window: Window, tmp_path: Path, analysis: Analysis
) -> None:
    analysis.persons = []
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (400, 300), (200, 10, 10)).save(tmp_path / "turned.jpg", exif=exif)
    drop(window.condition, tmp_path / "turned.jpg")
    assert analysis.looked == [] or analysis.looked == [(400, 300, 3)]
    qtbot.keyClick(found(qtbot, window), Qt.Key.Key_Return)
    assert window.document.photo.shape == (400, 300, 3)


def test_closing_during_the_analysis_is_clean(qtbot: QtBot, window: Window, photo: Path, analysis: Analysis) -> None:
    analysis.gate.clear()
    drop(window.condition, photo)
    dialog = dialog_of(window)
    qtbot.waitUntil(lambda: len(analysis.looked) == 1, timeout=5000)
    Timer(0.2, analysis.gate.set).start()
    start = time.monotonic()
    assert window.close()
    assert time.monotonic() - start < 4 and not dialog.isVisible() and window.document.photo is None


def test_the_labels_over_the_photo_are_as_strong_as_wanted(qtbot: QtBot, window: Window, photo: Path) -> None:
    drop(window.condition, photo)
    dialog = found(qtbot, window)
    spot = place(dialog.view, 120, 200).toPoint()
    colors = []
    for percent in (0, 100):
        dialog.opacity.setValue(percent)
        colors.append(dialog.view.grab().toImage().pixelColor(spot).toTuple()[:3])
    assert abs(colors[0][0] - 120) < 4 and colors[1] == window.document.domain.classes[TOP].color


def test_the_result_is_exported_into_the_whole_photo(qtbot: QtBot, window: Window, photo: Path, tmp_path: Path) -> None:
    drop(window.condition, photo)
    qtbot.keyClick(found(qtbot, window), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.document.frame is not None and window.settled(), timeout=5000)
    dialog = ExportDialog(window.document, window)
    dialog.folder.setText(str(tmp_path / "out"))
    for key, (_, box, _) in dialog.boxes.items():
        box.setChecked(key == "whole")
    (path,) = dialog.write()
    expected = read_photo(photo)
    expected[:390, :260] = window.document.frame.image
    assert (read_photo(path) == expected).all()
    window.document.path = tmp_path / "kept.warpaint"
    assert window.files.save()
    assert read_project(tmp_path / "kept.warpaint") == window.document.snapshot()
    window.document.undo()
    assert "whole" not in ExportDialog(window.document, window).boxes
