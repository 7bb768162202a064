"""Time of what an edit causes on CUDA, what memory it takes there, and how near the picture is to the processor's."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import torch

from engine.evaluation.speed import Laps, Line, convolution_rate, timed
from engine.evaluation.speed_of_renders import (
    CONDITION,
    DAB,
    EXEMPLARS,
    SIZES,
    dabbed,
    lines_at,
    sample_exemplar,
    sample_state,
)
from engine.inference.session import Session

FULL_MS = {(512, 768): 15.0, (1024, 1536): 50.0}
DAB_MS = 8.0
FAR, FAR_SHARE = 1, 0.1  # levels that a colour may be off, and the share of pixels that may be farther, in percent
UNTIMED = 4  # a computation is recorded when it comes for the second time


def measure(rate: float, rounds: int, compile: bool = False) -> Iterator[Line]:
    """Measure at all sizes; `rate`, the processor's, sets no floor here. Without CUDA the lines say that it is absent.

    Raises InputError without weights.
    """
    if not torch.cuda.is_available():
        yield from _absent()
        return
    rate = convolution_rate("cuda")
    for size in SIZES:
        session = Session("cuda", compile=compile)
        targets = {DAB: DAB_MS} | ({"full render": FULL_MS[size]} if size in FULL_MS else {})
        torch.cuda.reset_peak_memory_stats()
        for line in lines_at(size, rate, rounds, session, targets, UNTIMED):
            yield replace(line, name=f"GPU: {line.name}")
        at = f"{size[0]}×{size[1]}"
        if size in FULL_MS:
            yield _in_full_size(session, size, at, rounds)
        yield Line(f"GPU: memory, {at}", "MB", torch.cuda.max_memory_allocated() / 2**20)
        yield _nearness(session, size, at)


def _absent() -> Iterator[Line]:
    for size in SIZES:
        at = f"{size[0]}×{size[1]}"
        for name, target in ((DAB, DAB_MS), ("full render", FULL_MS.get(size))):
            yield Line(f"GPU: {name}, {at}", "ms", None, target=target, note="no CUDA device is here")


def _in_full_size(session: Session, size: tuple[int, int], at: str, rounds: int) -> Line:
    """Painted at the canvas's own size, not enlarged."""
    laps, random = Laps(), np.random.default_rng(1)
    state = replace(sample_state(CONDITION, size, sample_exemplar(EXEMPLARS[0])), full_size=True)
    for number in range(-UNTIMED, rounds):
        answer = partial(session.render, dabbed(state, random))
        if number < 0:
            answer()
        else:
            laps.run("full size", answer)
    return timed(f"GPU: full render in full size, {at}", laps.times["full size"])


def _nearness(session: Session, size: tuple[int, int], at: str) -> Line:
    """How many pixels are another than in float32 on the processor."""
    state = sample_state(CONDITION, size, sample_exemplar(EXEMPLARS[0]))
    one, other = (each.render(state).image.astype(int) for each in (session, Session("cpu")))
    share = float((np.abs(one - other).max(2) > FAR).mean()) * 100
    note = f"more than {FAR} level from the processor's; farthest {np.abs(one - other).max()}"
    return Line(f"GPU: pixels that differ, {at}", "%", share, target=FAR_SHARE, note=note)
