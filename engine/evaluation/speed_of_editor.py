"""Time and peak memory of the editor as a whole, in processes of its own: the engine knows nothing of windows."""

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from engine.evaluation.speed import ROOT, Line, start_python, timed

FIRST_PICTURE_MS, PEAK_MB, EVENT_MS = 5000.0, 1536.0, 8.0
STARTS = 5
_UNITS_A_MB = 1024**2 if sys.platform == "darwin" else 1024  # of a process's peak memory, as systems tell it
EVENTS = "tests.benchmarks.brush_latency"


def measure(rate: float, rounds: int) -> Iterator[Line]:
    """Start-up to the first picture of the sample project, and brush events while the engine is busy.

    `rate`, the machine's, sets no floor here; no more than `rounds` starts are measured.
    """
    started = [_start() for _ in range(min(STARTS, rounds))]
    note = "until a screenshot of the window is saved"
    yield timed("first picture", [ms for ms, _ in started], target=FIRST_PICTURE_MS, note=note)
    peak = max(mb for _, mb in started) if hasattr(os, "wait4") else None
    note = "with the first picture" if peak is not None else "this system does not tell"
    yield Line("memory of the editor", "MB", peak, target=PEAK_MB, note=note)
    yield from _events()


def _start() -> tuple[float, float]:
    """Milliseconds from the start of the process to its end, and its peak memory in MB, 0 where it is not told."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        process = start_python("main.py", "screenshot", "--device", "cpu", "--out", str(Path(folder) / "window.png"))
        peak = 0.0
        if hasattr(os, "wait4"):
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            peak = usage.ru_maxrss / _UNITS_A_MB
        _, errors = process.communicate()
        if process.returncode != 0:
            raise RuntimeError(f"The editor did not start: {errors}")
        return (time.perf_counter() - start) * 1000, peak


def _events() -> Iterator[Line]:
    """Brush events are made by the test suite's own means, which a checkout has."""
    if not (ROOT / "tests").exists():
        yield Line("brush event", "ms", None, target=EVENT_MS, note=f"needs the checkout's {EVENTS}")
        return
    process = start_python("-m", EVENTS, "--json")
    out, errors = process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"{EVENTS} failed: {errors}")
    for size, milliseconds in json.loads(out).items():
        yield timed(f"brush event, {size} pixels", milliseconds, target=EVENT_MS, judged="tail", note="engine busy")
