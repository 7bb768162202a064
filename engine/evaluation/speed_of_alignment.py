"""Time and peak memory of bi-level alignment against dense attention of the same features.

As a program, `python -m engine.evaluation.speed_of_alignment METHOD SIDE RUNS`, it measures one method in a fresh
process and prints {"ms": [...], "mb": peak beside the inputs, or null where the system does not tell}.
"""

import json
import statistics
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch import Tensor

from engine.correspondence.bilevel import attend
from engine.correspondence.dense import match_densely
from engine.correspondence.ranking import GROUP, GROUPS_FROM, SHORTLIST, block_means, rank_blocks
from engine.evaluation.speed import Laps, Line, start_python, timed

FEATURES, VALUES, BLOCK, KEPT = 256, 3, 8, 3
SIDES = (64, 128, 256, 512, 1024)
JUDGED = 128  # the side that the targets are set for
FASTER, SMALLER = 40.0, 15.0
LARGEST_MB = 2048.0  # at the largest side

IN_TURNS = 128  # methods take turns in one process up to this side; larger ones have a process of their own
LARGEST = {"ras": 1024, "dense": 256, "whole": 128}  # sides; beyond it takes many minutes, or all memory there is
LARGE_RUNS = 3

_STATUS, _FORGET_PEAK = Path("/proc/self/status"), Path("/proc/self/clear_refs")

Inputs = tuple[Tensor, Tensor, Tensor]


def _ras(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    ranking = rank_blocks(block_means(queries, BLOCK), block_means(keys, BLOCK), KEPT)
    return attend(queries, keys, values, ranking, BLOCK).warped


def _dense(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return match_densely(queries, keys, values, 1.0).warp


def _whole(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    """As methods with dense attention are published: all weights at once."""
    return (queries.flatten(2).mT @ keys.flatten(2)).softmax(2) @ values.flatten(2).mT


METHODS: dict[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = {"ras": _ras, "dense": _dense, "whole": _whole}
TITLES = {"ras": "RAS", "dense": "dense attention in chunks", "whole": "dense attention, all weights at once"}


def measure(rate: float, rounds: int) -> Iterator[Line]:
    """Measure at all sides; `rate` is the machine's, in operations a millisecond."""
    for side in SIDES:
        methods = [name for name, largest in LARGEST.items() if side <= largest]
        apart = {name: _apart(name, side, LARGE_RUNS if name == "ras" else 1) for name in methods}
        times = {name: found["ms"] for name, found in apart.items()}
        if side <= IN_TURNS:
            times = _in_turns(methods, side, rounds)
        for name in methods:
            yield timed(f"{TITLES[name]}, {side}² positions", times[name], floor=_operations(name, side) / rate)
        if "dense" not in methods:
            floor = _operations("dense", side) / rate
            yield Line(f"dense attention, {side}² positions", "ms", None, floor=floor, note="not run")
        yield from _ratios(side, times)
        yield from _memory(side, {name: found["mb"] for name, found in apart.items()})


def _ratios(side: int, times: dict[str, list[float]]) -> Iterator[Line]:
    dense = [name for name in times if name != "ras"]
    if dense:
        quicker = min(dense, key=lambda name: statistics.median(times[name]))
        ratio = statistics.median(d / r for d, r in zip(times[quicker], times["ras"], strict=False))
        target = FASTER if side == JUDGED else None
        yield Line(f"RAS is faster, {side}² positions", "times", ratio, target=target, note=f"than {TITLES[quicker]}")


def _memory(side: int, megabytes: dict[str, float | None]) -> Iterator[Line]:
    for name, peak in megabytes.items():
        target = LARGEST_MB if (name, side) == ("ras", max(SIDES)) else None
        note = "" if peak is not None else "this system does not tell"
        yield Line(f"memory of {TITLES[name]}, {side}²", "MB", peak, target=target, note=note)
    if megabytes["ras"] and megabytes.get("whole"):
        target = SMALLER if side == JUDGED else None
        ratio = megabytes["whole"] / megabytes["ras"]
        yield Line(f"RAS is smaller, {side}² positions", "times", ratio, target=target, note=f"than {TITLES['whole']}")


def _operations(name: str, side: int) -> float:
    """Multiplications and additions of scores and averages, and of the ranking where there is one."""
    positions = side**2
    if name != "ras":
        return 2.0 * positions**2 * (FEATURES + VALUES)
    blocks = positions // BLOCK**2
    compared = blocks if blocks < GROUPS_FROM else blocks // GROUP**2 + SHORTLIST * KEPT * GROUP**2
    return 2.0 * positions * KEPT * BLOCK**2 * (FEATURES + VALUES) + 2.0 * blocks * compared * FEATURES


def make_inputs(side: int) -> Inputs:
    """Queries and keys (1, FEATURES, side, side), values (1, VALUES, side, side), channels together, random."""
    generator = torch.Generator().manual_seed(0)

    def drawn(channels: int) -> Tensor:
        return torch.randn(1, side, side, channels, generator=generator).permute(0, 3, 1, 2)

    return drawn(FEATURES).mul_(FEATURES**-0.5), drawn(FEATURES), drawn(VALUES)


@torch.inference_mode()
def _in_turns(methods: list[str], side: int, rounds: int) -> dict[str, list[float]]:
    inputs, laps = make_inputs(side), Laps()
    for name in methods:
        METHODS[name](*inputs)
    for _ in range(rounds):
        for name in methods:
            laps.run(name, lambda name=name: METHODS[name](*inputs))
    return laps.times


def _apart(name: str, side: int, runs: int) -> dict:
    """What this module, as a program, prints."""
    process = start_python("-m", "engine.evaluation.speed_of_alignment", name, str(side), str(runs))
    out, errors = process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"{TITLES[name]} at {side}² positions failed: {errors}")
    return json.loads(out)


def peak_beside_inputs(name: str, side: int, runs: int) -> tuple[list[float], float | None]:
    """Milliseconds of each run, and the peak of this process above what it holds with the inputs, in MB."""
    with torch.inference_mode():
        METHODS[name](*make_inputs(4 * BLOCK))
        inputs, laps = make_inputs(side), Laps()
        tells = _FORGET_PEAK.exists()
        if tells:
            _FORGET_PEAK.write_text("5")
        before = _held("VmRSS") if tells else 0.0
        for _ in range(runs):
            laps.run(name, lambda: METHODS[name](*inputs))
        return laps.times[name], _held("VmHWM") - before if tells else None


def _held(field: str) -> float:
    """MB of a field of the process's status."""
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    milliseconds, megabytes = peak_beside_inputs(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    print(json.dumps({"ms": milliseconds, "mb": megabytes}))
