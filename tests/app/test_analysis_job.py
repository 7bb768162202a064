"""The thread that looks for persons."""

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.analysis_job import LONGEST_LOOK, Analyser
from engine.domains import FASHION, FASHION_POSE, Domain
from engine.errors import InputError
from tests.app.analysing import TOP, Analysis, person
from tests.app.factories import Calls

SIZE = (60, 40)
PHOTO = np.zeros((40, 60, 3), np.uint8)


@pytest.fixture
def analysis() -> Analysis:
    return Analysis(person((10, 5, 10, 30), (5, 0, 26, 40), SIZE, TOP))


@pytest.fixture
def analyser(qapp: object, analysis: Analysis) -> Iterator[Analyser]:
    analyser = Analyser(lambda domain: analysis)
    yield analyser
    analysis.gate.set()
    analyser.stop()


def test_the_network_is_made_once_for_a_domain_and_not_in_the_callers_thread(qtbot: QtBot, analysis: Analysis) -> None:
    made: list[tuple[str, threading.Thread]] = []

    def make(domain: Domain) -> Analysis:
        made.append((domain.name, threading.current_thread()))
        return analysis

    analyser = Analyser(make)
    assert not made
    for domain in (FASHION, FASHION, FASHION_POSE):
        with qtbot.waitSignal(analyser.found, timeout=5000) as found:
            ticket = analyser.ask(PHOTO, "a.jpg", domain)
        assert found.args == [ticket, analysis.persons]
    analyser.stop()
    ((name, thread),) = made
    assert name == "fashion" and thread is not threading.current_thread() and not thread.is_alive()


def test_a_large_photo_is_looked_at_reduced_and_found_in_its_own_pixels(
    qtbot: QtBot, analyser: Analyser, analysis: Analysis
) -> None:
    with qtbot.waitSignal(analyser.found, timeout=5000) as found:
        analyser.ask(np.zeros((2 * LONGEST_LOOK, 3000, 3), np.uint8), "large.jpg", FASHION)
    assert analysis.looked == [(LONGEST_LOOK, 1500, 3)]
    (large,), (small,) = found.args[1], analysis.persons
    assert (large.crop.left, large.crop.width) == (2 * small.crop.left, 2 * small.crop.width)
    assert (large.pose == small.pose * (2, 2, 1)).all() and large.labels is small.labels


def test_what_is_not_wanted_any_more_stays_unheard(qtbot: QtBot, analyser: Analyser, analysis: Analysis) -> None:
    heard = Calls(analyser.found)
    analysis.gate.clear()
    analyser.ask(PHOTO, "a.jpg", FASHION)
    qtbot.waitUntil(lambda: len(analysis.looked) == 1, timeout=5000)
    analyser.forget()
    analyser.ask(PHOTO, "b.jpg", FASHION)
    last = analyser.ask(PHOTO, "c.jpg", FASHION)
    analysis.gate.set()
    qtbot.waitUntil(lambda: len(heard) == 1, timeout=5000)
    qtbot.wait(50)
    assert [ticket for ticket, _ in heard.arguments] == [last]
    assert len(analysis.looked) == 2, "b.jpg was given up before it was looked at"


@pytest.mark.parametrize(
    ("error", "said"),
    [(InputError("No person was found."), "No person was found."), (RuntimeError("out of memory"), "out of memory")],
)
def test_a_failure_is_a_sentence_and_not_the_end(
    qtbot: QtBot, analyser: Analyser, analysis: Analysis, error: Exception, said: str
) -> None:
    analysis.error = error
    with qtbot.waitSignal(analyser.failed, timeout=5000) as failed:
        analyser.ask(PHOTO, "a.jpg", FASHION)
    assert said in failed.args[1] and failed.args[1].endswith(".")
    analysis.error = None
    with qtbot.waitSignal(analyser.found, timeout=5000):
        analyser.ask(PHOTO, "a.jpg", FASHION)


def test_closing_waits_no_longer_than_its_patience(
    qtbot: QtBot, analyser: Analyser, analysis: Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.analysis_job.END_PATIENCE", 0.1)
    heard = Calls(analyser.found)
    analysis.gate.clear()
    analyser.ask(PHOTO, "a.jpg", FASHION)
    qtbot.waitUntil(lambda: len(analysis.looked) == 1, timeout=5000)
    start = time.monotonic()
    analyser.stop()
    assert time.monotonic() - start < 1
    analysis.gate.set()
    qtbot.wait(50)
    assert not len(heard)
