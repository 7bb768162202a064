"""What speed is measured with; that the right things are measured, not how long they take."""

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from engine.evaluation import speed_of_alignment, speed_of_renders
from engine.evaluation.speed import Laps, Line, convolution_rate, operations, timed
from engine.inference.state import EditState

TELLS_MEMORY = pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="the system keeps no peak memory")


@pytest.mark.parametrize(
    ("line", "met"),
    [
        (Line("a render", "ms", 399.0, 500.0, target=400.0), True),
        (Line("a dab", "ms", 99.0, 101.0, target=100.0, judged="tail"), False),
        (Line("a ratio", "times", 39.0, target=40.0), False),
        (Line("a ratio", "times", 41.0, target=40.0), True),
        (Line("not run", "ms", None, target=40.0), None),
        (Line("no target", "MB", 7.0), None),
    ],
)
def test_a_target_bounds_times_from_above_and_ratios_from_below(line: Line, met: bool | None) -> None:
    assert line.met is met


def test_a_line_tells_median_and_tail() -> None:
    line = timed("something", [float(x) for x in range(101)], floor=3.0)
    assert (line.value, line.tail, line.floor) == (50.0, 95.0, 3.0)


def test_laps_are_kept_by_name() -> None:
    laps = Laps()
    assert laps.run("one", lambda: 1) == 1 and laps.run("two", lambda: 2) == 2 and laps.run("one", lambda: 3) == 3
    assert {name: len(times) for name, times in laps.times.items()} == {"one": 2, "two": 1}
    assert all(ms >= 0 for times in laps.times.values() for ms in times)


@torch.inference_mode()
def test_operations_are_counted() -> None:
    x, weight = torch.randn(1, 3, 10, 12), torch.randn(5, 3, 3, 3)
    assert operations(lambda: F.conv2d(x, weight, padding=1)) == 2 * 10 * 12 * 5 * 3 * 9
    assert operations(lambda: torch.randn(4, 6) @ torch.randn(6, 7)) == 2 * 4 * 6 * 7


def test_the_machine_has_a_rate() -> None:
    assert convolution_rate() > 0


def test_operations_of_an_alignment_are_those_that_are_run() -> None:
    inputs = speed_of_alignment.make_inputs(64)
    counted = operations(lambda: speed_of_alignment.METHODS["ras"](*inputs))
    assert speed_of_alignment._operations("ras", 64) == pytest.approx(counted, rel=0.02)
    dense = operations(lambda: speed_of_alignment.METHODS["dense"](*inputs))
    assert speed_of_alignment._operations("dense", 64) == pytest.approx(dense)


def test_methods_give_the_same_where_all_blocks_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed_of_alignment, "KEPT", 4)
    inputs = speed_of_alignment.make_inputs(16)
    ras, dense, whole = (method(*inputs) for method in speed_of_alignment.METHODS.values())
    assert torch.allclose(ras, dense, atol=1e-5)
    assert torch.allclose(whole.mT.view_as(dense), dense, atol=1e-5)


@TELLS_MEMORY
def test_alignment_is_measured_in_turns_and_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed_of_alignment, "SIDES", (64,))
    monkeypatch.setattr(speed_of_alignment, "JUDGED", 64)
    lines = {line.name: line for line in speed_of_alignment.measure(1e8, rounds=1)}
    whole = lines["memory of dense attention, all weights at once, 64²"].value
    assert 120 < whole < 200  # 64 MB of similarities, and as many weights
    smaller = lines["RAS is smaller, 64² positions"]
    assert smaller.value == pytest.approx(whole / lines["memory of RAS, 64²"].value)
    assert smaller.value > 4 and smaller.target == 15.0
    assert all(line.floor > 0 for line in lines.values() if line.unit == "ms")


def test_every_measured_render_is_one_that_nothing_is_kept_of(monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: list[EditState] = []
    held: list[bool] = []

    class Recorder:
        def __init__(self, device: str, compile: bool) -> None:
            self.device = torch.device(device)

        def render(self, state: EditState, hold: bool = False) -> None:
            rendered.append(state)
            held.append(hold)

    monkeypatch.setattr(speed_of_renders, "Session", Recorder)
    monkeypatch.setattr(speed_of_renders, "SIZES", ((64, 96),))
    lines = {line.name: line for line in speed_of_renders.measure(1e6, rounds=3)}
    assert lines["full render, 64×96"].target == 400.0 and lines["30-pixel dab, 64×96"].judged == "tail"
    timed, held = rendered[16:], held[16:]  # after the round in which operations are counted
    befores, afters = timed[::2], timed[1::2]
    assert held == [False, False, False, True, False, False, False, False] * 3
    assert len(afters) == 12 and len(set(afters)) == 12 and not set(afters) & set(rendered[:16])
    for before, full in zip(befores[::4], afters[::4], strict=True):
        assert (before.labels.array != full.labels.array).mean() > 0.1
    for before, dab in zip(befores[1::4], afters[1::4], strict=True):
        changed = before.labels.array != dab.labels.array
        assert 0 < changed.sum() <= 31**2 and np.ptp(np.nonzero(changed), axis=1).max() <= 30
    for before, moved in zip(befores[2::4], afters[2::4], strict=True):
        assert before.weights != moved.weights and before.labels == moved.labels
    for before, swapped in zip(befores[3::4], afters[3::4], strict=True):
        assert before.exemplars != swapped.exemplars and before.labels == swapped.labels
    assert len({state.exemplars for state in afters[3::4]}) == 3
