"""Two models on one document, side by side."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QToolButton
from pytestqt.qtbot import QtBot

from app import settings
from app.canvas.result_canvas import ResultView
from app.content import Board
from app.dialogs.command_palette import CommandPalette
from app.export import read_recipe
from app.window import Window
from engine.errors import InputError
from engine.images import read_photo
from engine.inference.state import EditState, Frame
from engine.style import Style
from tests.app.docks.style.conftest import PLAIN_MODEL, models, write_model
from tests.app.driving import LEFT, NONE, Engine, at, mouse, move, press, release, stroke

__all__ = ["models"]  # a fixture

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


class TwoModels(Engine):
    """The plain model paints in blue and has no warp; it refuses axes, as a model without a style space does."""

    refusal = ""

    def render(self, state: EditState, wanted: Callable[[], bool], hold: bool = False) -> Frame | None:
        if state.model != PLAIN_MODEL:
            return super().render(state, wanted, hold)
        if state.style.axes or state.style.sample is not None:
            raise InputError("There is no style space of plain.")
        if self.refusal:
            raise InputError(self.refusal)
        frame = super().render(state, wanted, hold)
        if frame is None:
            return None
        image = frame.image.copy()
        image[..., 2] = 255
        return Frame(state, image, None, None, None, None, {"total": 2.0}, "fake")


@pytest.fixture
def engine() -> TwoModels:
    return TwoModels()


@pytest.fixture
def comparing(qtbot: QtBot, window: Window) -> Window:
    """The editor with the plain model's picture beside that of the default one."""
    qtbot.keyClick(window.condition, Qt.Key.Key_F7)
    settle(qtbot, window)
    QApplication.processEvents()
    return window


def settle(qtbot: QtBot, window: Window) -> None:
    qtbot.waitUntil(lambda: window.settled() and window.comparison.is_settled, timeout=5000)


def button(window: Window, action: str) -> QToolButton:
    """The button in the second picture's header."""
    buttons = window.comparison_pane.header.findChildren(QToolButton)
    return next(b for b in buttons if b.defaultAction() is window.registry[action])


def test_a_key_shows_the_same_state_by_another_model(comparing: Window) -> None:
    pane, document = comparing.comparison_pane, comparing.document
    frame = comparing.comparison.frame
    assert pane.isVisible() and frame.state.model == PLAIN_MODEL == pane.box.model
    assert np.array_equal(frame.state.labels.array, document.labels) and document.model == "rabit"
    shown = pane.canvas.grab().toImage().pixelColor(at(pane.canvas, 20, 20).toPoint())
    assert shown.blue() == 255
    assert comparing.result.caption == "RABIT · 1 ms" and pane.canvas.caption == "plain · 2 ms"
    assert not document.can_undo


def test_the_same_key_or_the_button_ends_it(qtbot: QtBot, comparing: Window) -> None:
    sizes = comparing.splitter.sizes()
    qtbot.mouseClick(button(comparing, "compare-models"), LEFT)
    assert not comparing.comparison_pane.isVisible() and not comparing.registry["compare-models"].isChecked()
    assert comparing.result.caption == "" and comparing.comparison.frame is None
    assert not comparing.registry["swap-models"].isEnabled()
    qtbot.keyClick(comparing.condition, Qt.Key.Key_F7)
    QApplication.processEvents()
    assert comparing.comparison_pane.isVisible() and comparing.splitter.sizes() == sizes


def test_the_palette_begins_it_too(qtbot: QtBot, window: Window) -> None:
    window.show_commands()
    palette = next(w for w in QApplication.topLevelWidgets() if isinstance(w, CommandPalette))
    qtbot.keyClicks(palette.search, "compare with model")
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert window.comparison.is_on


def test_a_stroke_makes_both_pictures_anew_the_second_after_the_first(
    qtbot: QtBot, comparing: Window, engine: TwoModels
) -> None:
    window, second = comparing, comparing.comparison_pane.canvas
    engine.rendered.clear()
    window.document.active_class = 7
    press(window.condition, 10, 10)
    move(window.condition, 20, 12)
    assert window.comparison.is_stale
    assert engine.rendered == [] or engine.rendered[0].model == "rabit"
    release(window.condition, 20, 12)
    settle(qtbot, window)
    assert not second.shaded
    for frame in (window.document.frame, window.comparison.frame):
        assert np.array_equal(frame.state.labels.array, window.document.labels)
    assert [state.model for state in engine.rendered][-1] == PLAIN_MODEL


def test_zoom_pan_and_cursor_are_linked(comparing: Window) -> None:
    window, second = comparing, comparing.comparison_pane.canvas
    zoom = window.view.zoom
    place = at(second, 20, 30)
    QApplication.sendEvent(
        second,
        QWheelEvent(
            place,
            QPointF(second.mapToGlobal(place.toPoint())),
            QPointF(0, 0).toPoint(),
            QPointF(0, 120).toPoint(),
            NONE,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        ),
    )
    assert window.view.zoom > zoom
    assert at(window.result, 20, 30) - at(window.result, 0, 0) == at(second, 20, 30) - at(second, 0, 0)
    mouse(second, QEvent.Type.MouseMove, at(second, 20, 30), NONE)
    assert window.condition.marker is not None and window.result.marker.toPoint() == QPointF(20, 30).toPoint()
    mouse(window.result, QEvent.Type.MouseMove, at(window.result, 10, 10), NONE)
    assert second.marker.toPoint() == QPointF(10, 10).toPoint()


def test_both_pictures_are_equally_large_and_forgotten_by_the_view_at_the_end(qtbot: QtBot, window: Window) -> None:
    QApplication.processEvents()
    before = window.view.zoom
    window.registry["compare-models"].trigger()
    QApplication.processEvents()
    assert abs(window.result.width() - window.comparison_pane.canvas.width()) < 40
    assert window.view.zoom < before
    window.registry["compare-models"].trigger()
    QApplication.processEvents()
    assert window.view.zoom == before


def test_style_edits_that_the_second_model_cannot_do_are_left_out_with_a_remark(
    qtbot: QtBot, comparing: Window
) -> None:
    comparing.document.set_style(Style.of({5: (0.0, 1.0)}, (1.5,)))
    settle(qtbot, comparing)
    frame = comparing.comparison.frame
    assert frame.state.style == Style.of({5: (0.0, 1.0)}) and comparing.comparison.problem == ""
    assert comparing.comparison_pane.canvas.remark == "without style edits"
    comparing.document.undo()
    settle(qtbot, comparing)
    assert comparing.comparison_pane.canvas.remark == ""


def test_the_models_are_swapped_in_a_step_that_can_be_undone(qtbot: QtBot, comparing: Window) -> None:
    document, labels = comparing.document, comparing.document.labels.copy()
    qtbot.keyClick(comparing.condition, Qt.Key.Key_F7, SHIFT)
    assert (document.model, comparing.comparison.model) == (PLAIN_MODEL, "rabit")
    settle(qtbot, comparing)
    assert comparing.comparison.frame.state.model == "rabit" and document.frame.state.model == PLAIN_MODEL
    qtbot.mouseClick(button(comparing, "swap-models"), LEFT)
    qtbot.keyClick(comparing.condition, Qt.Key.Key_Z, CONTROL)
    assert (document.model, comparing.comparison.model) == (PLAIN_MODEL, "rabit")
    qtbot.keyClick(comparing.condition, Qt.Key.Key_Z, CONTROL)
    assert (document.model, comparing.comparison.model) == ("rabit", PLAIN_MODEL)
    settle(qtbot, comparing)
    assert np.array_equal(document.labels, labels) and not document.can_undo


def test_views_that_one_model_has_are_offered_and_the_other_says_that_it_has_none(
    qtbot: QtBot, comparing: Window
) -> None:
    second = comparing.comparison_pane.canvas
    qtbot.keyClick(comparing.condition, Qt.Key.Key_F3)
    assert comparing.result.shown is second.shown is ResultView.WARP
    qtbot.keyClick(comparing.condition, Qt.Key.Key_F7, SHIFT)
    settle(qtbot, comparing)
    assert comparing.registry["view-warp"].isEnabled() and comparing.result.shown is ResultView.WARP
    comparing.registry["compare-models"].trigger()
    assert not comparing.registry["view-warp"].isEnabled() and comparing.result.shown is ResultView.RESULT


def test_the_divider_of_the_wipe_is_one(comparing: Window) -> None:
    comparing.registry["view-compare"].trigger()
    stroke(comparing.comparison_pane.canvas, (20, 30), (10, 30))
    assert comparing.result.divider == comparing.comparison_pane.canvas.divider == pytest.approx(0.25, abs=0.02)
    stroke(comparing.result, (10, 30), (30, 30))
    assert comparing.comparison_pane.canvas.divider == pytest.approx(0.75, abs=0.02)


def test_what_keeps_the_second_picture_from_being_made_is_said_in_its_canvas(
    qtbot: QtBot, window: Window, engine: TwoModels
) -> None:
    engine.refusal = "The weights are damaged."
    window.registry["compare-models"].trigger()
    qtbot.waitUntil(lambda: window.comparison_pane.canvas.notice == "The weights are damaged.", timeout=5000)
    assert window.settled() and window.result.notice == ""
    engine.refusal = ""
    stroke(window.condition, (10, 10), (20, 12))
    settle(qtbot, window)
    assert window.comparison_pane.canvas.notice == "" and window.comparison.frame.state.model == PLAIN_MODEL


def test_the_chosen_model_is_remembered(
    qtbot: QtBot, comparing: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    comparing.registry["compare-models"].trigger()
    monkeypatch.setattr("app.models.TRANSLATORS", ("rabit", PLAIN_MODEL, "another"))
    write_model(tmp_path / "weights", "another", {})
    qtbot.keyClick(comparing.condition, Qt.Key.Key_F7)
    box = comparing.comparison_pane.box
    assert (box.model, box.count()) == ("another", 2)
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert comparing.comparison.model == PLAIN_MODEL == settings.compared_model()
    comparing.registry["compare-models"].trigger()
    comparing.registry["compare-models"].trigger()
    assert comparing.comparison.model == PLAIN_MODEL


def test_without_another_model_it_is_not_offered(comparing: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.models.TRANSLATORS", ("rabit",))
    comparing.document.load(comparing.document.snapshot())
    assert not comparing.comparison.is_on and not comparing.comparison_pane.isVisible()
    assert not comparing.registry["compare-models"].isEnabled()


def test_a_narrow_window_stacks_the_pictures(comparing: Window) -> None:
    assert comparing.pair.orientation() == Qt.Orientation.Horizontal
    comparing.resize(900, 600)
    QApplication.processEvents()
    assert comparing.pair.orientation() == Qt.Orientation.Vertical
    assert comparing.comparison_pane.canvas.width() == comparing.result.width()
    comparing.resize(1440, 900)
    QApplication.processEvents()
    assert comparing.pair.orientation() == Qt.Orientation.Horizontal


def test_another_document_shows_nothing_of_the_last_one(qtbot: QtBot, comparing: Window) -> None:
    document, second = comparing.document, comparing.comparison_pane.canvas
    snapshot = document.snapshot()
    document.load(replace(snapshot, board=Board()))
    assert comparing.comparison.frame is None and second.notice == comparing.result.notice != ""
    document.load(snapshot)
    settle(qtbot, comparing)
    assert comparing.comparison.frame.state.model == PLAIN_MODEL and second.notice == ""


def test_both_pictures_are_exported_side_by_side(
    comparing: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "both.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path.with_suffix("")), ""))
    comparing.registry["export-comparison"].trigger()
    sheet, document = read_photo(path), comparing.document
    assert sheet.shape == (24 + 60 + 2 * 16, 16 + 5 * (40 + 16), 3), "labels, exemplar, warp and two pictures"
    assert np.array_equal(sheet[40:100, -56:-16], comparing.comparison.frame.image)
    assert np.array_equal(sheet[40:100, -112:-72], document.frame.image)
    assert read_recipe(path)["model"] == "rabit" and "both.png" in comparing.status.currentMessage()
    path.unlink()
    document.set_seed(5)
    comparing.registry["export-comparison"].trigger()
    assert not path.exists() and "still being made" in comparing.status.currentMessage()


def test_a_switch_says_that_style_edits_went_and_undo_brings_them_back(qtbot: QtBot, comparing: Window) -> None:
    document, style = comparing.document, Style.of({5: (0.0, 1.0)}, (1.5,))
    document.set_style(style)
    document.end_drag()
    qtbot.keyClick(comparing.model_box, Qt.Key.Key_Up)
    assert document.model == PLAIN_MODEL and document.style == Style.of({5: (0.0, 1.0)})
    assert "Ctrl+Z" in comparing.status.currentMessage()
    document.undo()
    assert (document.model, document.style) == ("rabit", style)


def test_tooltips_tell_what_the_cards_say(comparing: Window) -> None:
    for box in (comparing.model_box, comparing.comparison_pane.box):
        assert "0 steps at 256×384" in box.toolTip() and box.accessibleName()
        assert all("0 steps" in box.itemData(row, Qt.ItemDataRole.ToolTipRole) for row in range(box.count()))
