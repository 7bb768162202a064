"""The whole editor on the shipped sample and the shipped weights: paint, swap, undo, redo, save, reopen."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.docks.exemplars import ExemplarCard
from app.project import open_project, save_project
from app.resources import SAMPLES
from app.start import make_window, open_sample
from app.window import Window
from engine.conditions.label_map import read_label_map
from engine.images import read_photo, resize_labels, resize_photo, write_image
from engine.inference.state import EditState, Pixels
from engine.weights.registry import find_weights, weights_root
from tests.app.driving import stroke

pytestmark = pytest.mark.skipif(
    not (weights_root() / "fashion" / "rabit" / "card.json").exists(), reason="no weights are shipped yet"
)
needs_analyst = pytest.mark.skipif(
    not (weights_root() / "fashion" / "analyst" / "card.json").exists(), reason="no analyst is shipped yet"
)
PATIENCE = 60_000
SHOES = 12


@pytest.fixture
def sample(qtbot: QtBot, qapp: QApplication) -> Iterator[Window]:
    """The editor as `main.py` starts it, with the picture of the first sample settled."""
    window = make_window("cpu")
    window.resize(1280, 720)
    window.show()
    open_sample(window)
    _settle(qtbot, window)
    yield window
    window.end()
    window.hide()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _settle(qtbot: QtBot, window: Window) -> None:
    document = window.document
    qtbot.waitUntil(lambda: window.settled() and document.frame_revision == document.revision, timeout=PATIENCE)


def _content(window: Window) -> EditState:
    state = window.document.state()
    assert state is not None
    return state


def _click_exemplar(window: Window, index: int) -> None:
    cards = window.exemplar_dock.findChildren(ExemplarCard)
    QTest.mouseClick(cards[index].thumbnail, Qt.MouseButton.LeftButton)


def test_the_first_start_shows_a_picture_that_looks_like_the_exemplar(qtbot: QtBot, sample: Window) -> None:
    frame, state = sample.document.frame, _content(sample)
    worn = state.exemplars[np.bincount(frame.source.ravel()).argmax()]
    for name in ("outerwear", "pants"):
        class_id = sample.document.domain.class_named(name).id
        here = frame.image[state.labels.array == class_id].mean(0)
        there = worn.photo.array[worn.labels.array == class_id].mean(0)
        assert np.abs(here - there).max() < 30
    assert frame.confidence.std() > 0.01
    assert sample.document.weights_hash == find_weights("fashion", "rabit").card.weights_hash


def test_a_session_comes_back_as_it_was(qtbot: QtBot, sample: Window, tmp_path: Path) -> None:
    document = sample.document
    first, first_image = _content(sample), document.frame.image
    document.active_class = SHOES
    sample.tool_settings.brush_size = 24
    stroke(sample.condition, (100, 300), (120, 330), (140, 330))
    _settle(qtbot, sample)
    painted = document.frame
    inside = document.labels != first.labels.array
    change = np.abs(painted.image.astype(int) - first_image).mean(2)
    assert change[inside].mean() > 3 * change[:100].mean() + 5
    _click_exemplar(sample, 1)
    _settle(qtbot, sample)
    assert _content(sample).exemplars[0] == document.exemplars[1]
    last, last_image = _content(sample), document.frame.image
    for _ in range(2):
        qtbot.keyClick(sample.condition, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert _content(sample) == first
    _settle(qtbot, sample)
    assert np.array_equal(document.frame.image, first_image)
    for _ in range(2):
        qtbot.keyClick(sample.condition, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert _content(sample) == last
    save_project(document, tmp_path / "kept.warpaint")
    open_sample(sample)
    assert _content(sample) != last
    open_project(document, tmp_path / "kept.warpaint")
    assert _content(sample) == last
    assert document.state().labels == Pixels(document.labels)
    _settle(qtbot, sample)
    assert np.array_equal(document.frame.image, last_image)


@needs_analyst
def test_a_photo_of_two_is_found_cropped_and_repainted(qtbot: QtBot, sample: Window, tmp_path: Path) -> None:
    rows, columns = 800, 1300
    photo, truth = np.full((rows, columns, 3), 150, np.uint8), np.zeros((rows, columns), np.uint8)
    for name, left, scale in (("tweed-blazer", 650, 1.0), ("camel-coat", 80, 0.8)):
        size = round(512 * scale), round(768 * scale)
        here = slice(rows - size[1], rows), slice(left, left + size[0])
        photo[here] = resize_photo(read_photo(SAMPLES / "exemplars" / f"{name}.webp"), size)
        labels = read_label_map(SAMPLES / "exemplars" / f"{name}-labels.png", sample.document.domain)
        truth[here] = resize_labels(labels, size)
    write_image(tmp_path / "two.jpg", photo)
    sample.files.drop_on_canvas([tmp_path / "two.jpg"])
    dialog = sample.files.fit_dialog
    qtbot.waitUntil(lambda: not dialog.is_busy, timeout=PATIENCE)
    assert dialog.persons.count() == 2
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    document = sample.document
    left, top = document.surround.left, document.surround.top
    height, width = document.labels.shape
    assert left > 500, "the larger one stands on the right"
    seen = read_photo(tmp_path / "two.jpg")
    assert (document.photo == seen[top : top + height, left : left + width]).all()
    assert (document.labels == truth[top : top + height, left : left + width]).mean() > 0.9
    x, y, confidence = document.keypoints.array[0].T
    on_person = document.labels[y[confidence > 0].astype(int), x[confidence > 0].astype(int)] > 0
    assert on_person.sum() >= 10 and on_person.mean() > 0.8
    _settle(qtbot, sample)
    assert document.frame.image.shape == document.photo.shape
    document.undo()
    assert document.surround is None
