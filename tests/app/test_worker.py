"""The engine thread: the newest state wins, and nothing ends it."""

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.worker import PATIENCE, MapRequest, Worker
from engine.errors import InputError
from engine.inference.state import EditState, Frame, Pixels
from tests.app.driving import Engine, exemplar, frame_of


def state(value: int) -> EditState:
    return EditState("fashion", "rabit", Pixels(np.full((6, 4), value)), (exemplar(9, "e"),), (1.0,))


class Gated:
    """An engine that renders when it is let, and tells when it begins."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Semaphore(0), threading.Semaphore(0)
        self.dropped = 0

    def render(self, state: EditState, wanted: Callable[[], bool], hold: bool = False) -> Frame | None:
        self.begun.release()
        self.go.acquire(timeout=5)
        if not wanted():
            self.dropped += 1
            return None
        return frame_of(state)


@pytest.fixture
def start(qapp: object) -> Iterator[Callable[[object], tuple[Worker, list[int]]]]:
    workers: list[Worker] = []

    def make(engine: object) -> tuple[Worker, list[int]]:
        worker = Worker(lambda: engine)
        revisions: list[int] = []
        worker.frame_ready.connect(lambda frame, revision: revisions.append(revision))
        worker.start()
        workers.append(worker)
        return worker, revisions

    yield make
    for worker in workers:
        worker.stop()
        assert worker.isFinished()


def test_the_latest_state_wins_and_stale_ones_are_dropped(qtbot: QtBot, start: Callable) -> None:
    engine = Gated()
    worker, revisions = start(engine)
    worker.submit(state(1), 1)
    assert engine.begun.acquire(timeout=5)
    for revision in (2, 3, 4):
        worker.submit(state(revision), revision)
    engine.go.release(2)
    qtbot.waitUntil(lambda: revisions == [4], timeout=5000)
    assert engine.dropped == 1


def test_a_quick_preview_is_shown_although_a_newer_state_waits(qtbot: QtBot, start: Callable) -> None:
    engine = Gated()
    worker, revisions = start(engine)
    worker.submit(state(1), 1, hold=True)
    assert engine.begun.acquire(timeout=5)
    worker.submit(state(2), 2, hold=True)
    engine.go.release(2)
    qtbot.waitUntil(lambda: revisions == [1, 2], timeout=5000)
    assert engine.dropped == 0


def test_a_long_stroke_shows_something(qtbot: QtBot, start: Callable) -> None:
    engine = Gated()
    worker, revisions = start(engine)
    worker.submit(state(1), 1)
    assert engine.begun.acquire(timeout=5)
    worker.submit(state(2), 2)
    time.sleep(PATIENCE + 0.05)
    engine.go.release(2)
    qtbot.waitUntil(lambda: revisions == [1, 2], timeout=5000)


def test_cancel_drops_what_runs_and_what_waits(qtbot: QtBot, start: Callable) -> None:
    engine = Gated()
    worker, revisions = start(engine)
    worker.submit(state(1), 1)
    assert engine.begun.acquire(timeout=5)
    worker.submit(state(2), 2)
    with qtbot.waitSignal(worker.busy_changed, check_params_cb=lambda busy: not busy, timeout=5000):
        worker.cancel()
        engine.go.release()
    assert revisions == []


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (InputError("Weights are missing; install them."), "Weights are missing; install them."),
        (RuntimeError("shapes differ.\nat line 7"), "The picture could not be made: shapes differ."),
        (ValueError(), "The picture could not be made: ValueError."),
    ],
)
def test_an_error_is_one_sentence_and_the_thread_goes_on(
    qtbot: QtBot, start: Callable, error: Exception, sentence: str
) -> None:
    engine = Engine()
    engine.error = error
    worker, revisions = start(engine)
    with qtbot.waitSignal(worker.failed, timeout=5000) as failed:
        worker.submit(state(1), 1)
    assert failed.args == [sentence, 1]
    engine.error = None
    worker.submit(state(2), 2)
    qtbot.waitUntil(lambda: revisions == [2], timeout=5000)


def request(*values: int) -> MapRequest:
    return MapRequest("fashion", "rabit", tuple(exemplar(value, str(value)) for value in values))


def test_the_places_of_a_style_map_come_in_the_order_of_the_exemplars(qtbot: QtBot, start: Callable) -> None:
    worker, _ = start(Engine())
    with qtbot.waitSignal(worker.map_ready, timeout=5000) as ready:
        worker.ask_map(request(64, 192, 128))
    asked, places = ready.args
    assert asked == request(64, 192, 128)
    assert places.tolist() == [[-1, 0.25], [1, 0.25], [0, 0]]


def test_the_newest_style_map_comes_after_the_picture(qtbot: QtBot, start: Callable) -> None:
    engine = Gated()
    told: list[object] = []
    engine.style_places = Engine().style_places
    worker, revisions = start(engine)
    worker.frame_ready.connect(lambda frame, revision: told.append(revision))
    worker.map_ready.connect(lambda asked, places: told.append(asked))
    worker.submit(state(1), 1)
    assert engine.begun.acquire(timeout=5)
    worker.ask_map(request(1))
    worker.ask_map(request(2))
    engine.go.release()
    qtbot.waitUntil(lambda: len(told) == 2, timeout=5000)
    assert told == [1, request(2)]


def test_a_style_map_lets_pictures_pass(qtbot: QtBot, start: Callable) -> None:
    begun, go, told = threading.Semaphore(0), threading.Semaphore(0), []

    class Slow(Engine):
        def style_places(self, domain: str, model: str, exemplars: tuple) -> np.ndarray:
            begun.release()
            go.acquire(timeout=5)
            return super().style_places(domain, model, exemplars)

    worker, _ = start(Slow())
    worker.frame_ready.connect(lambda frame, revision: told.append(revision))
    worker.map_ready.connect(lambda asked, places: told.append(len(places)))
    worker.ask_map(request(1, 2, 3))
    assert begun.acquire(timeout=5)
    worker.submit(state(1), 7)
    go.release(10)
    qtbot.waitUntil(lambda: told == [7, 3], timeout=5000)


@pytest.mark.parametrize("error", [InputError("No style space."), RuntimeError("odd")])
def test_a_style_map_that_cannot_be_made_is_one_sentence(qtbot: QtBot, start: Callable, error: Exception) -> None:
    engine = Engine()
    engine.error = error
    worker, _ = start(engine)
    with qtbot.waitSignal(worker.map_failed, timeout=5000) as failed:
        worker.ask_map(request(1))
    assert failed.args[1] in ("No style space.", "The style map could not be made: odd.")


def test_an_engine_that_cannot_be_made_is_tried_again(qtbot: QtBot, qapp: object) -> None:
    tries = []

    def make() -> Engine:
        tries.append(1)
        if len(tries) == 1:
            raise InputError("No weights.")
        return Engine()

    worker = Worker(make)
    worker.start()
    with qtbot.waitSignal(worker.failed, timeout=5000):
        worker.submit(state(1), 1)
    with qtbot.waitSignal(worker.frame_ready, timeout=5000):
        worker.submit(state(1), 1)
    worker.stop()
