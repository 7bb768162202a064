"""What `bench speed` measures with: a stopwatch, and the floor that arithmetic alone sets.

Actions that are compared run in turns, so that a machine that is busy for a moment slows all of them alike.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np
import torch
import torch.nn.functional as F
from torch.utils.flop_counter import FlopCounterMode

ROOT = Path(__file__).parents[2]

_CHANNELS, _HEIGHT, _WIDTH, _RUNS = 128, 96, 64, 20  # of the convolution that shows the machine's rate

Result = TypeVar("Result")


@dataclass(frozen=True)
class Line:
    """One line of the table.

    value   median, in `unit`; None where it was not measured, and `note` says why
    tail    95th percentile
    floor   what the arithmetic alone takes at the machine's rate
    target  the most that `value` may be, or for a ratio ("times") the least; of `tail` where `judged` says so
    """

    name: str
    unit: Literal["ms", "MB", "times", "%"]
    value: float | None
    tail: float | None = None
    floor: float | None = None
    target: float | None = None
    judged: Literal["value", "tail"] = "value"
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None where there is none, or nothing was measured."""
        measured = self.tail if self.judged == "tail" else self.value
        if self.target is None or measured is None:
            return None
        return measured >= self.target if self.unit == "times" else measured <= self.target


def timed(name: str, milliseconds: Sequence[float], **more: object) -> Line:
    """The line of some runs of one action; `more` are fields of Line."""
    return Line(name, "ms", float(np.median(milliseconds)), float(np.percentile(milliseconds, 95)), **more)


class Laps:
    """Milliseconds of actions by name, in the order they ran."""

    def __init__(self) -> None:
        self.times: dict[str, list[float]] = {}

    def run(self, name: str, action: Callable[[], Result]) -> Result:
        """Run and time `action`; returns what it returns."""
        start = time.perf_counter()
        result = action()
        self.times.setdefault(name, []).append((time.perf_counter() - start) * 1000)
        return result


def operations(action: Callable[[], object]) -> int:
    """Multiplications and additions in the convolutions and matrix products of `action`, which is run."""
    with FlopCounterMode(display=False) as counter:
        action()
    return counter.get_total_flops()


@torch.inference_mode()
def convolution_rate(device: str = "cpu") -> float:
    """Operations a millisecond in a 3×3 convolution of the size that translators are made of, the best of some runs.

    On CUDA in half precision.
    """
    dtype = torch.float32 if device == "cpu" else torch.float16
    kind = {"device": device, "dtype": dtype}
    x = torch.randn(1, _CHANNELS, _HEIGHT, _WIDTH, **kind).contiguous(memory_format=torch.channels_last)
    weight = torch.randn(_CHANNELS, _CHANNELS, 3, 3, **kind).contiguous(memory_format=torch.channels_last)
    laps = Laps()

    def convolve() -> None:
        F.conv2d(x, weight, padding=1)
        if device == "cuda":
            torch.cuda.synchronize()

    for _ in range(_RUNS):
        laps.run("convolution", convolve)
    return 2 * _CHANNELS**2 * 9 * _HEIGHT * _WIDTH / min(laps.times["convolution"])


def start_python(*arguments: str) -> subprocess.Popen[str]:
    """Another Python process in the checkout, with as many threads as this one; its output can be read."""
    threads = str(torch.get_num_threads())
    environment = {**os.environ, "OMP_NUM_THREADS": threads, "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
