"""The picture at full size, in the whole editor, by real events; and with the engine itself."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QCheckBox
from pytestqt.qtbot import QtBot

from app.content import Board, Canvas, Method, Snapshot
from app.dialogs.export import ExportDialog
from app.export import read_recipe
from app.full_size import FullSizeBar
from app.window import Window
from engine.domains import FASHION
from engine.errors import InputError
from engine.images import read_photo
from engine.inference.state import EditState, Frame, Pixels
from tests.app.driving import Engine, exemplar, frame_of, stroke

CONTROL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
SIZE = (400, 600)
TILES = 5
BLUE = 200


class Tiled(Engine):
    """Paints at full size tile by tile, each when it is let; such a picture is blue."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Semaphore(0)
        self.full_error: Exception | None = None

    def render(
        self,
        state: EditState,
        wanted: Callable[[], bool],
        hold: bool = False,
        progress: Callable[[int, int], None] = lambda done, count: None,
    ) -> Frame | None:
        if not state.full_size:
            frame = super().render(state, wanted, hold)
            return None if frame is None else replace(frame, painted_at=(256, 384))
        for done in range(1, TILES + 1):
            while not self.go.acquire(timeout=0.02):
                if not wanted():
                    return None
            if self.full_error is not None:
                raise self.full_error
            progress(done, TILES)
        frame = frame_of(state)
        frame.image[..., 2] = BLUE
        return replace(frame, painted_at=SIZE)


@pytest.fixture
def engine() -> Tiled:
    return Tiled()


@pytest.fixture
def large(qtbot: QtBot, window: Window) -> Iterator[Window]:
    """The editor with a canvas that is larger than what the live preview paints."""
    labels = np.zeros(SIZE[::-1], np.uint8)
    labels[200:500, 150:250] = 5
    board = Board().added(exemplar(120, "coat"))
    window.document.load(Snapshot(FASHION, Canvas(Pixels(labels), Pixels(labels), None), board, Method("rabit", 7)))
    qtbot.waitUntil(lambda: window.settled() and window.document.frame is not None, timeout=5000)
    yield window


def _bar(window: Window) -> FullSizeBar:
    return window.findChild(FullSizeBar)


def _start(qtbot: QtBot, window: Window) -> None:
    window.condition.setFocus()
    qtbot.keyClick(window.condition, Qt.Key.Key_Return, CONTROL_SHIFT)
    assert window.full_size.is_running


def _is_full(window: Window) -> bool:
    return bool((window.document.frame.image[..., 2] == BLUE).all())


def test_the_shortcut_paints_it_aside_with_a_bar_and_the_next_edit_brings_the_live_picture_back(
    qtbot: QtBot, large: Window, engine: Tiled
) -> None:
    assert not _bar(large).isVisible() and large.registry["full-size"].isEnabled()
    _start(qtbot, large)
    assert _bar(large).isVisible() and not large.registry["full-size"].isEnabled()
    engine.go.release(3)
    qtbot.waitUntil(lambda: (_bar(large).bar.value(), _bar(large).bar.maximum()) == (3, TILES), timeout=5000)
    assert not _is_full(large)
    engine.go.release(2)
    qtbot.waitUntil(lambda: _is_full(large), timeout=5000)
    assert not _bar(large).isVisible() and not large.document.is_stale and large.settled()
    assert f"{SIZE[0]} × {SIZE[1]}" in large.status.currentMessage()
    large.document.active_class = 7
    stroke(large.condition, (100, 100), (120, 100))
    qtbot.waitUntil(lambda: large.settled() and not _is_full(large), timeout=5000)
    assert large.document.labels[100, 110] == 7


def test_a_click_on_the_cross_gives_it_up(qtbot: QtBot, large: Window, engine: Tiled) -> None:
    before = large.document.frame
    _start(qtbot, large)
    engine.go.release(1)
    qtbot.waitUntil(lambda: _bar(large).bar.value() == 1, timeout=5000)
    qtbot.mouseClick(_bar(large).button, Qt.MouseButton.LeftButton)
    assert not large.full_size.is_running and not _bar(large).isVisible()
    engine.go.release(TILES)
    qtbot.wait(100)
    assert large.document.frame is before
    _start(qtbot, large)
    engine.go.release(2 * TILES)
    qtbot.waitUntil(lambda: _is_full(large), timeout=5000)


def test_an_edit_gives_it_up_and_the_live_picture_comes_at_once(qtbot: QtBot, large: Window) -> None:
    _start(qtbot, large)
    large.document.active_class = 7
    stroke(large.condition, (100, 100), (120, 100))
    assert not large.full_size.is_running
    qtbot.waitUntil(large.settled, timeout=5000)
    assert not large.document.frame.state.full_size
    assert large.document.frame.state.labels.array[100, 110] == 7


def test_an_error_is_told_and_the_picture_stays(qtbot: QtBot, large: Window, engine: Tiled) -> None:
    engine.full_error = InputError("The model paints at its own size alone.")
    _start(qtbot, large)
    engine.go.release(1)
    qtbot.waitUntil(lambda: not large.full_size.is_running, timeout=5000)
    assert "own size alone" in large.status.currentMessage()
    assert not _is_full(large) and large.registry["full-size"].isEnabled()


def test_a_canvas_that_the_live_preview_paints_in_full_does_not_offer_it(qtbot: QtBot, window: Window) -> None:
    assert not window.registry["full-size"].isEnabled()
    assert "live preview paints" in window.registry["full-size"].toolTip()


def test_the_export_offers_it_and_goes_on_when_it_is_there(
    qtbot: QtBot, large: Window, engine: Tiled, tmp_path: object
) -> None:
    seen = []

    def first() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ExportDialog)
        seen.append("256 × 384" in " ".join(label.text() for label in dialog.findChildren(type(large.status.zoom))))
        QTimer.singleShot(0, lambda: engine.go.release(TILES))
        qtbot.mouseClick(dialog.full_size, Qt.MouseButton.LeftButton)

    def second() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, ExportDialog):
            QTimer.singleShot(20, second)
            return
        seen.append(hasattr(dialog, "full_size"))
        dialog.folder.setText(str(tmp_path))
        assert dialog.findChild(QCheckBox).isChecked()
        dialog.accept()

    QTimer.singleShot(0, first)
    large.registry["export"].trigger()
    QTimer.singleShot(0, second)
    qtbot.waitUntil(lambda: (tmp_path / "warpaint-result.png").exists(), timeout=5000)
    assert seen == [True, False]
    assert (read_photo(tmp_path / "warpaint-result.png")[..., 2] == BLUE).all()
    assert read_recipe(tmp_path / "warpaint-result.png")["full_size"] is True


def test_closing_ends_its_thread(qtbot: QtBot, large: Window) -> None:
    _start(qtbot, large)
    large.full_size.stop()
    assert not any(job.isRunning() for job in large.full_size._ending)
