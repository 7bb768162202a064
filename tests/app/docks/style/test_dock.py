"""The style dock as a whole."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.docks.style.plane import BlendPlane
from app.project import read_project, save_project
from app.window import Window
from engine.style import PLAIN
from tests.app.docks.style.conftest import PLAIN_MODEL
from tests.app.driving import Engine, drag, drag_slider

Load = Callable[[int], Window]
TOP = 5


def play(qtbot: QtBot, window: Window) -> None:
    """A whole session with the dock, by hand: five steps."""
    dock = window.style_dock
    pad = dock.mix.pad
    drag(pad, QPointF(*pad.to_widget(pad.places)[0]), QPointF(*pad.to_widget(np.zeros(2))))
    drag_slider(dock.axes.rows[0].slider, 0.7, 0.9)
    drag_slider(dock.axes.rows[1].slider, 0.3)
    qtbot.keyClick(dock.classes.rows[TOP].source, Qt.Key.Key_End)
    qtbot.mouseClick(dock.surprise.draw_button, Qt.MouseButton.LeftButton)


def test_all_of_it_is_undone_and_redone(qtbot: QtBot, with_exemplars: Load) -> None:
    window = with_exemplars(3)
    document = window.document
    start = document.state()
    play(qtbot, window)
    end, picture = document.state(), window.style_dock.grab().toImage()
    assert document.undo_names == ["Mix exemplars", "warmth", "contrast", "Top from number 3", "Surprise me"]
    while document.can_undo:
        window.registry["undo"].trigger()
    assert document.state() == start and document.style == PLAIN
    assert window.style_dock.grab().toImage() != picture
    while document.can_redo:
        window.registry["redo"].trigger()
    assert document.state() == end
    assert window.style_dock.grab().toImage() == picture


def test_all_of_it_is_saved_and_opened_again(qtbot: QtBot, with_exemplars: Load, tmp_path: Path) -> None:
    window = with_exemplars(3)
    document, dock = window.document, window.style_dock
    play(qtbot, window)
    snapshot, picture = document.snapshot(), dock.grab().toImage()
    save_project(document, tmp_path / "styled.warpaint")
    window.registry["reset-style"].trigger()
    assert document.style == PLAIN and dock.grab().toImage() != picture
    document.load(read_project(tmp_path / "styled.warpaint"))
    assert document.snapshot().state == snapshot.state
    qtbot.waitUntil(lambda: not document.is_stale, timeout=5000)
    assert document.frame.state == snapshot.state
    assert dock.surprise.seed.value() == snapshot.board.style.sample
    assert dock.classes.rows[TOP].source.currentText() == "number 3"
    assert dock.mix.pad.point == pytest.approx(np.zeros(2), abs=1e-3)


def test_every_slider_move_reaches_the_engine(qtbot: QtBot, with_exemplars: Load) -> None:
    window = with_exemplars(2)
    rows = window.style_dock.axes.rows
    for value in (5, 10, -10):
        rows[0].slider.setValue(value)
        qtbot.waitUntil(lambda: not window.document.is_stale, timeout=5000)
        assert window.document.frame.state.style.axes == (value / 10,)


def test_resetting_gives_the_active_exemplar_alone(qtbot: QtBot, with_exemplars: Load) -> None:
    window = with_exemplars(3)
    window.document.use_exemplar(1)
    play(qtbot, window)
    window.registry["reset-style"].trigger()
    assert (window.document.weights, window.document.style) == ([0, 1, 0], PLAIN)


def test_an_empty_document_offers_nothing(with_exemplars: Load) -> None:
    window = with_exemplars(2)
    for _ in range(2):
        window.registry["remove-exemplar"].trigger()
    assert window.style_dock.hint.isVisible() and not window.style_dock.area.isVisible()
    names = ("surprise", "no-surprise", "style-map", "reset-style", "save-style")
    assert not any(window.registry[name].isEnabled() for name in names)
    assert window.registry["load-style"].isEnabled()


def test_sections_fold_and_remember_it(qtbot: QtBot, with_exemplars: Load) -> None:
    window = with_exemplars(2)
    section = window.style_dock.axes
    qtbot.mouseClick(section.title, Qt.MouseButton.LeftButton)
    assert not section.rows[0].isVisible()
    assert not type(section)(window.document).title.isChecked()


def test_another_model_is_chosen_in_the_box_and_the_menu(qtbot: QtBot, with_exemplars: Load) -> None:
    window = with_exemplars(2)
    document, box = window.document, window.model_box
    assert box.isVisible() and [box.itemText(i) for i in range(box.count())] == ["plain", "RABIT"]
    assert window.registry["model-rabit"].isChecked()
    qtbot.keyClick(box, Qt.Key.Key_Up)
    assert document.model == PLAIN_MODEL and window.registry["model-plain"].isChecked()
    qtbot.waitUntil(lambda: not document.is_stale, timeout=5000)
    assert document.frame.state.model == PLAIN_MODEL
    document.undo()
    assert box.model == "rabit" and window.registry["model-rabit"].isChecked()
    window.registry["model-plain"].trigger()
    assert (document.model, box.model) == (PLAIN_MODEL, PLAIN_MODEL)
    assert document.undo_names == ["Change model"]


def test_all_controls_say_what_they_are(with_exemplars: Load) -> None:
    window = with_exemplars(3)
    dock = window.style_dock
    kinds = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, BlendPlane)
    controls = [
        control
        for kind in kinds
        for control in dock.findChildren(kind)
        if control.isVisible() and not control.objectName().startswith("qt_")
    ]
    assert len(controls) > 15
    scroll_bars = {dock.area.verticalScrollBar(), dock.area.horizontalScrollBar()}
    assert [
        c for c in controls if c not in scroll_bars and not c.accessibleName() and not c.parent().accessibleName()
    ] == []
    assert [c for c in controls if c not in scroll_bars and not c.toolTip() and not c.parent().toolTip()] == []
    assert all(
        isinstance(c, QLabel) or c.focusPolicy() & Qt.FocusPolicy.TabFocus for c in controls if c not in scroll_bars
    )


def test_it_fits_the_smallest_place(with_exemplars: Load) -> None:
    window = with_exemplars(5)
    window.resize(1280, 800)
    area = window.style_dock.area
    assert area.widget().minimumSizeHint().width() <= area.viewport().width()


def test_nothing_flashes_up_before_the_window(qapp: QApplication, engine: Engine) -> None:
    shown: list[QWidget] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
                shown.append(watched)
            return False

    watch = Watch()
    qapp.installEventFilter(watch)
    window = Window(lambda: engine)
    qapp.removeEventFilter(watch)
    assert shown == []
    window.end()
    window.deleteLater()


def test_a_dock_among_tabs_has_its_title_on_its_tab_alone(with_exemplars: Load) -> None:
    window = with_exemplars(2)
    docks = {dock.objectName(): dock for dock in window.docks}
    assert docks["style"].titleBarWidget() is not None and docks["history"].titleBarWidget() is None
    docks["exemplars"].close()
    assert docks["style"].titleBarWidget() is None
    docks["exemplars"].show()
    assert docks["style"].titleBarWidget() is not None


def test_a_dock_behind_another_comes_to_the_front_before_it_is_closed(with_exemplars: Load, qtbot: QtBot) -> None:
    window = with_exemplars(2)
    docks = {dock.objectName(): dock for dock in window.docks}
    style, action = docks["style"], window.registry["dock-style"]

    def is_seen() -> bool:
        return style.isVisible() and not style.visibleRegion().isEmpty()

    docks["exemplars"].raise_()
    qtbot.waitUntil(lambda: not is_seen(), timeout=2000)
    for seen in (True, False, True):
        action.trigger()
        qtbot.waitUntil(lambda seen=seen: is_seen() == seen, timeout=2000)
        assert action.isChecked() == seen
    style.close()
    assert not action.isChecked()
