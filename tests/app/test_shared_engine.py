"""Two threads and one engine."""

import threading
from collections.abc import Callable

import numpy as np
import pytest

from app.shared_engine import SharedEngine
from engine.errors import InputError
from engine.inference.state import EditState, Frame, Pixels
from tests.app.driving import Engine, exemplar, frame_of


def state(value: int) -> EditState:
    return EditState("fashion", "rabit", Pixels(np.full((6, 4), value)), (exemplar(9, "e"),), (1.0,))


class Gated(Engine):
    """Renders when it is let, tells when it begins, and counts whom it serves at once."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go = threading.Semaphore(0), threading.Semaphore(0)
        self.at_once = threading.Semaphore(1)

    def render(self, state: EditState, wanted: Callable[[], bool], hold: bool = False) -> Frame | None:
        assert self.at_once.acquire(blocking=False), "two threads are in the engine"
        self.begun.release()
        assert self.go.acquire(timeout=5)
        self.at_once.release()
        return super().render(state, wanted, hold)


def in_thread(work: Callable[[], object]) -> tuple[threading.Thread, list]:
    answers: list = []
    thread = threading.Thread(target=lambda: answers.append(work()))
    thread.start()
    return thread, answers


def yes() -> bool:
    return True


def test_the_session_is_made_once_and_late() -> None:
    made = []

    def make() -> Engine:
        made.append(Engine())
        return made[-1]

    engine = SharedEngine(make)
    assert made == []
    frames = [engine.render(state(1), yes), engine.render_aside(state(2), yes)]
    assert [frame.state for frame in frames] == [state(1), state(2)] == made[0].rendered
    assert len(made) == 1


def test_a_live_picture_interrupts_one_made_aside_which_is_then_made_again() -> None:
    session = Gated()
    engine = SharedEngine(lambda: session)
    aside, film_answers = in_thread(lambda: engine.render_aside(state(1), yes))
    assert session.begun.acquire(timeout=5)
    live, live_answers = in_thread(lambda: engine.render(state(2), yes))
    while engine._is_free():
        pass
    session.go.release(3)
    live.join(5)
    aside.join(5)
    assert session.rendered == [state(2), state(1)]
    assert [frame.state for frame in live_answers + film_answers] == [state(2), state(1)]


def test_a_picture_aside_that_is_not_wanted_ends_while_it_waits_and_while_it_is_made() -> None:
    session = Gated()
    engine = SharedEngine(lambda: session)
    stop = threading.Event()
    live, _ = in_thread(lambda: engine.render(state(1), yes))
    assert session.begun.acquire(timeout=5)
    aside, answers = in_thread(lambda: engine.render_aside(state(2), lambda: not stop.is_set()))
    stop.set()
    aside.join(5)
    session.go.release()
    live.join(5)
    assert answers == [None]
    assert session.rendered == [state(1)]


def test_errors_come_through_and_free_the_engine() -> None:
    session = Engine()
    session.error = InputError("No weights.")
    engine = SharedEngine(lambda: session)
    for render in (engine.render, engine.render_aside):
        with pytest.raises(InputError, match="No weights"):
            render(state(1), yes)
    session.error = None
    assert engine.render_aside(state(1), yes).image.shape == frame_of(state(1)).image.shape


def test_places_of_the_style_map_go_first_too() -> None:
    class Located(Engine):
        def style_places(self, domain: str, model: str, exemplars: tuple) -> np.ndarray:
            assert not engine._is_free()
            return np.zeros((len(exemplars), 2))

    engine = SharedEngine(Located)
    assert engine.style_places("fashion", "rabit", (exemplar(9, "e"),)).shape == (1, 2)
    assert engine._is_free()


def test_a_comparison_has_a_session_of_its_own_and_goes_after_the_live_preview() -> None:
    made: list[Gated] = []

    def make() -> Gated:
        made.append(Gated())
        return made[-1]

    engine = SharedEngine(make)
    beside, pictures = in_thread(lambda: engine.render_beside(state(1), yes))
    while not made:
        beside.join(0.01)
    assert made[0].begun.acquire(timeout=5)
    live, answers = in_thread(lambda: engine.render(state(2), yes))
    while engine._going_first == 0:
        live.join(0.01)
    made[0].go.release()  # is asked whether it goes on, and does not
    while len(made) == 1:
        live.join(0.01)
    made[1].go.release()
    live.join(5)
    assert answers[0].state == state(2) and pictures == []
    made[0].go.release()
    beside.join(5)
    assert pictures[0].state == state(1)
    assert [session.rendered for session in made] == [[state(1)], [state(2)]]
