"""From label map to pose as what is painted, and back, in the whole window with a fake analysis."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from app.document import segment_map
from app.project import open_project, save_project
from app.repainting import domain_of, new_from_pose
from app.tools import PoseTool
from app.window import Window
from brushes.pose.skeleton import LEFT_WRIST, NECK
from engine.analysis.analyse import Person
from engine.analysis.fit import Box
from engine.conditions.label_map import write_label_map
from engine.conditions.pose import write_pose
from engine.domains import FASHION, FASHION_POSE
from engine.errors import InputError
from engine.inference.state import Exemplar, Keypoints, Pixels
from tests.app.analysing import DRESS, Analysis
from tests.app.driving import Engine, sample_document, stroke
from tests.app.posing import STANDING, standing


def found(keypoints: Keypoints) -> Person:
    """Somebody in a photo of 40 x 60 pixels whose body is a dress."""
    body = segment_map(keypoints, (60, 40))
    return Person(Box(0, 0, 40, 60), Box(0, 0, 40, 60), (body > 0).astype(np.uint8) * DRESS, keypoints.array[0], 0.9)


@pytest.fixture
def analysis() -> Analysis:
    return Analysis(found(standing()))


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, analysis: Analysis, monkeypatch: pytest.MonkeyPatch) -> Iterator[Window]:
    """The editor with a painted document and two exemplars; a model paints by pose, though its weights are not here."""
    monkeypatch.setattr("app.repainting.models_of", lambda domain: ("rabit",))
    window = Window(lambda: Engine(), lambda domain: analysis)
    window.resize(1280, 720)
    window.show()
    sample_document(window.document)
    qtbot.waitUntil(window.settled, timeout=5000)
    yield window
    window.end()
    window.hide()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    sentences: list[str] = []
    monkeypatch.setattr(QMessageBox, "warning", lambda *arguments: sentences.append(arguments[2]))
    return sentences


def repaint(qtbot: QtBot, window: Window, name: str, domain: str) -> None:
    window.registry[name].trigger()
    qtbot.waitUntil(lambda: window.document.domain.name == domain, timeout=5000)


def test_the_pose_is_found_in_the_photo(qtbot: QtBot, window: Window, analysis: Analysis) -> None:
    analysis.persons.append(found(Keypoints(standing(2).array[1:])))
    before = window.document.state()
    window.registry["pose-find"].trigger()
    qtbot.waitUntil(lambda: window.document.keypoints is not None, timeout=5000)
    assert window.document.keypoints == standing(2) and window.document.undo_names == ["Find pose"]
    assert window.status.currentMessage() == "Found 2 persons" and window.document.state() == before


def test_a_photo_without_persons_gives_no_pose(
    qtbot: QtBot, window: Window, analysis: Analysis, told: list[str]
) -> None:
    analysis.persons = []
    window.registry["pose-find"].trigger()
    qtbot.waitUntil(lambda: bool(told), timeout=5000)
    assert "No person was found" in told[0] and not window.document.can_undo


def test_what_is_found_in_a_photo_that_is_gone_is_not_taken(qtbot: QtBot, window: Window, analysis: Analysis) -> None:
    analysis.gate.clear()
    window.registry["pose-find"].trigger()
    window.document.set_photo_and_labels(np.zeros((60, 40, 3), np.uint8), np.zeros((60, 40), np.uint8))
    with qtbot.waitSignal(window.pose_finder._analyser.found, timeout=5000):
        analysis.gate.set()
    assert window.document.keypoints is None


def test_a_document_is_repainted_by_pose(qtbot: QtBot, window: Window, analysis: Analysis) -> None:
    before = window.document.state()
    repaint(qtbot, window, "repaint-pose", "fashion-pose")
    document = window.document
    assert len(analysis.looked) == 3, "the canvas and two exemplars"
    assert document.keypoints == standing() and document.is_posed
    assert (document.labels == segment_map(standing(), (60, 40))).all()
    state = document.state()
    assert (state.domain, state.keypoints) == ("fashion-pose", standing())
    for exemplar in document.exemplars:
        assert exemplar.keypoints == standing()
        assert (exemplar.labels.array == document.labels).all()
    assert document.undo_names == ["Repaint by pose"] and document.weights == [1.0, 0.0]
    window.registry["undo"].trigger()
    assert document.state() == before and document.domain is FASHION
    window.registry["redo"].trigger()
    assert document.state() == state


def test_what_has_poses_is_not_looked_at_again(qtbot: QtBot, window: Window, analysis: Analysis) -> None:
    document = window.document
    document.set_pose("Add person", standing())
    document.remove_exemplar(1)
    document.add_exemplar(replace(document.exemplars[0], keypoints=standing()))
    document.remove_exemplar(0)
    repaint(qtbot, window, "repaint-pose", "fashion-pose")
    assert analysis.looked == []


def test_a_moved_arm_moves_the_label_map_and_the_picture(qtbot: QtBot, window: Window) -> None:
    repaint(qtbot, window, "repaint-pose", "fashion-pose")
    assert window.condition.tool is window.pose_tool, "no other tool changes a pose"
    before = window.document.labels.copy()
    stroke(window.condition, STANDING[LEFT_WRIST], (36, 24))
    document = window.document
    assert (document.labels == segment_map(document.keypoints, (60, 40))).all()
    assert (document.labels != before).any()
    qtbot.waitUntil(lambda: window.settled() and document.frame.state.keypoints == document.keypoints, timeout=5000)
    window.registry["undo"].trigger()
    assert (document.labels == before).all() and document.keypoints == standing()


def test_painting_is_not_offered_where_the_pose_is_painted(qtbot: QtBot, window: Window) -> None:
    names = ("tool-brush", "tool-fill", "replace", "class-3")
    assert all(window.registry[name].isEnabled() for name in names)
    repaint(qtbot, window, "repaint-pose", "fashion-pose")
    for name in names:
        assert not window.registry[name].isEnabled()
        assert "drawn from the pose" in window.registry[name].toolTip()
    assert not window.registry["repaint-pose"].isVisible() and window.registry["repaint-labels"].isVisible()
    assert window.condition_header.title.text() == "Pose"
    window.registry["undo"].trigger()
    assert all(window.registry[name].isEnabled() for name in names)
    assert window.registry["repaint-pose"].isVisible() and not window.registry["repaint-labels"].isVisible()


def test_back_to_the_label_map_it_is_as_it_was_painted(qtbot: QtBot, window: Window, analysis: Analysis) -> None:
    document = window.document
    document.replace_class(5, 7)
    painted, original, board = document.labels.copy(), document.original_labels.copy(), document.exemplars
    repaint(qtbot, window, "repaint-pose", "fashion-pose")
    looked = len(analysis.looked)
    repaint(qtbot, window, "repaint-labels", "fashion")
    assert (document.labels == painted).all() and (document.original_labels == original).all()
    assert [e.labels for e in document.exemplars] == [e.labels for e in board]
    assert len(analysis.looked) == looked, "nothing is looked for again"


def test_back_to_the_label_map_it_takes_on_the_pose(qtbot: QtBot, window: Window) -> None:
    document = window.document
    document.set_labels(segment_map(standing(), (60, 40)).astype(bool).astype(np.uint8) * DRESS)
    repaint(qtbot, window, "repaint-pose", "fashion-pose")
    stroke(window.condition, STANDING[LEFT_WRIST], (38, 28))
    moved = document.keypoints
    repaint(qtbot, window, "repaint-labels", "fashion")
    assert document.keypoints == moved and set(np.unique(document.labels)) == {0, DRESS}
    assert document.labels[28, 36] == DRESS, "the arm is where it was moved to"
    assert document.undo_names[-3:] == ["Repaint by pose", "Move joint", "Repaint by label map"]
    assert document.state().keypoints is None


def test_what_was_not_seen_as_a_label_map_is_looked_at(qtbot: QtBot, window: Window, analysis: Analysis) -> None:
    repaint(qtbot, window, "repaint-pose", "fashion-pose")
    document, photo = window.document, np.full((60, 40, 3), 99, np.uint8)
    labels = segment_map(standing(), (60, 40))
    document.add_exemplar(Exemplar(Pixels(photo), Pixels(labels), "new", standing()))
    repaint(qtbot, window, "repaint-labels", "fashion")
    assert (document.exemplars[-1].labels.array == analysis.persons[0].labels).all()


def test_a_photo_without_persons_is_named_and_nothing_changes(
    qtbot: QtBot, window: Window, analysis: Analysis, told: list[str]
) -> None:
    window.document.set_pose("Add person", standing())
    analysis.persons = []
    before = window.document.snapshot()
    window.registry["repaint-pose"].trigger()
    qtbot.waitUntil(lambda: bool(told), timeout=5000)
    assert "first" in told[0] and window.document.snapshot() == before


def test_a_canvas_without_photo_and_pose_is_refused(window: Window, told: list[str]) -> None:
    window.document.set_photo_and_labels(None, np.zeros((60, 40), np.uint8))
    window.registry["repaint-pose"].trigger()
    assert len(told) == 1 and "no photo to find a pose in" in told[0]
    assert window.document.domain is FASHION


def test_a_document_that_was_changed_meanwhile_is_left_alone(qtbot: QtBot, window: Window, analysis: Analysis) -> None:
    analysis.gate.clear()
    window.registry["repaint-pose"].trigger()
    window.document.replace_class(5, 7)
    analysis.gate.set()
    qtbot.waitUntil(lambda: "changed meanwhile" in window.status.currentMessage(), timeout=5000)
    assert window.document.domain is FASHION and window.document.undo_names == ["Replace top by dress"]


def test_a_label_map_is_not_opened_over_a_pose(qtbot: QtBot, window: Window, tmp_path: Path, told: list[str]) -> None:
    repaint(qtbot, window, "repaint-pose", "fashion-pose")
    before = window.document.snapshot()
    write_label_map(tmp_path / "labels.png", np.ones((60, 40), np.uint8), FASHION_POSE)
    window.files.drop_on_canvas([tmp_path / "labels.png"])
    assert len(told) == 1 and "follows its pose" in told[0] and window.document.snapshot() == before


def test_a_project_of_the_pose_domain_comes_back(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    repaint(qtbot, window, "repaint-pose", "fashion-pose")
    state = window.document.state()
    save_project(window.document, tmp_path / "p.warpaint")
    sample_document(window.document)
    open_project(window.document, tmp_path / "p.warpaint")
    assert window.document.state() == state and window.document.is_posed


def test_a_document_starts_from_a_pose_file(window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_pose(tmp_path / "p.json", standing(scale=6).array)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "p.json"), ""))
    window.registry["new-from-pose"].trigger()
    document = window.document
    assert document.domain is FASHION_POSE and document.keypoints == standing(scale=6)
    assert document.labels.shape == (384, 256) and document.labels.any()
    assert document.is_modified and not document.exemplars
    assert isinstance(window.condition.tool, PoseTool)


@pytest.mark.parametrize("scale", [1, 10, 100])
def test_the_canvas_of_a_new_pose_holds_it_all(scale: float) -> None:
    snapshot = new_from_pose(FASHION_POSE, standing(scale=scale).array)
    height, width = snapshot.canvas.labels.array.shape
    places = snapshot.canvas.keypoints.array[0, :, :2]
    assert (places.max(0) <= (width, height)).all() and max(width, height) <= 1024
    assert width / height == pytest.approx(2 / 3, abs=0.01)
    if scale < 15:
        assert snapshot.canvas.keypoints == standing(scale=scale)
    else:
        assert places[NECK, 1] / places[:, 1].max() == pytest.approx(STANDING[NECK][1] / 56)


def test_without_weights_nothing_of_it_is_shown(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.repainting.models_of", lambda domain: ())
    window.document.set_pose("Add person", standing())
    assert domain_of("pose") is None
    assert not window.registry["repaint-pose"].isVisible() and not window.registry["new-from-pose"].isVisible()
    with pytest.raises(InputError, match="No model"):
        window.repainter.repaint("pose")
