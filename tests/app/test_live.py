"""Previews while something is edited, the exact picture when it has come to rest."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from app.live import IDLE
from app.window import Window
from engine.inference.state import EditState, Frame
from tests.app.driving import Engine, move, press, release, sample_document


class Previewing(Engine):
    """Gives previews where it may, and remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.holds: list[bool] = []

    def render(self, state: EditState, wanted: Callable[[], bool], hold: bool = False) -> Frame | None:
        frame = super().render(state, wanted, hold)
        self.holds.append(hold)
        return frame and replace(frame, exact=not hold)


@pytest.fixture
def engine() -> Previewing:
    return Previewing()


@pytest.fixture
def window(qtbot: QtBot, engine: Previewing) -> Iterator[Window]:
    shown = Window(lambda: engine)
    shown.resize(1200, 800)
    shown.show()
    sample_document(shown.document)
    qtbot.waitUntil(shown.settled)
    yield shown
    shown.end()
    shown.hide()


def test_a_stroke_is_answered_by_previews_and_its_end_by_the_exact_picture(
    qtbot: QtBot, window: Window, engine: Previewing
) -> None:
    engine.holds.clear()
    document = window.document
    document.active_class = 7
    press(window.condition, 20, 30)
    for x in (22, 24, 26):
        move(window.condition, x, 30)
        qtbot.waitUntil(lambda: not document.is_stale)
    qtbot.wait(2 * IDLE)
    assert engine.holds and all(engine.holds)
    assert window.status.time.text().endswith("preview")
    assert document.snapshot().result is None and not window.settled()
    release(window.condition, 26, 30)
    qtbot.waitUntil(window.settled)
    assert engine.holds[-1] is False and engine.holds.count(False) == 1
    assert document.frame.exact and window.status.time.text().endswith("exact")
    assert document.snapshot().result is not None


def test_an_edit_at_once_is_previewed_and_then_exact(qtbot: QtBot, window: Window, engine: Previewing) -> None:
    engine.holds.clear()
    window.document.replace_class(0, 3)
    qtbot.waitUntil(window.settled)
    assert engine.holds == [True, False]


def test_edits_that_follow_one_another_put_the_exact_picture_off(
    qtbot: QtBot, window: Window, engine: Previewing
) -> None:
    engine.holds.clear()
    for new, old in ((3, 0), (4, 3), (6, 4)):
        window.document.replace_class(old, new)
        qtbot.waitUntil(lambda: not window.document.is_stale)
        qtbot.wait(IDLE // 5)
    qtbot.waitUntil(window.settled)
    assert engine.holds == [True, True, True, False]


def test_nothing_is_settled_once_the_engine_was_told_to_stop(qtbot: QtBot, window: Window, engine: Previewing) -> None:
    window.document.replace_class(0, 3)
    qtbot.waitUntil(lambda: not window.document.is_stale)
    engine.holds.clear()
    window.live.cancel()
    qtbot.wait(2 * IDLE)
    assert engine.holds == []
