"""How long the window takes over one brush event on a large canvas, while the engine is slow.

Run `QT_QPA_PLATFORM=offscreen python -m tests.benchmarks.brush_latency [--json]`; with --json it prints the times of
each brush size, in milliseconds. `bench speed` reads them.
"""

import json
import math
import os
import sys
import tempfile
import time
from dataclasses import dataclass

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from app.start import make_application, wait_until_settled
from app.window import Window
from tests.app.driving import Engine, move, press, release, sample_document

SIDE = 1024
EVENTS = 200
ENGINE_SECONDS = 0.5
TARGET_MS = 8.0
BRUSH_SIZES = (10, 40, 120)


@dataclass(frozen=True)
class Figures:
    """Milliseconds a brush event with its repaint, how often the engine answered, and whether the last edit shows."""

    times: np.ndarray
    answers: int
    last_is_shown: bool

    def percentile(self, part: float) -> float:
        return float(np.percentile(self.times, part))


def measure(brush_size: int = 40) -> Figures:
    """Paint one stroke of `EVENTS` events over a `SIDE`² canvas in the real window."""
    engine = Engine(ENGINE_SECONDS)
    window = Window(lambda: engine)
    window.resize(1920, 1200)
    window.show()
    sample_document(window.document, (SIDE, SIDE))
    window.tool_settings.brush_size = brush_size
    wait_until_settled(window)
    answered = len(engine.rendered)
    times = np.array([_timed(window, step) for step in range(EVENTS)])
    release(window.condition, *_place(EVENTS))
    wait_until_settled(window)
    document = window.document
    shown = document.frame is not None and np.array_equal(document.frame.state.labels.array, document.labels)
    figures = Figures(times, len(engine.rendered) - answered, shown and document.frame_revision == document.revision)
    window.end()
    window.hide()
    window.deleteLater()
    return figures


def _timed(window: Window, step: int) -> float:
    """Milliseconds to handle one event and all that it causes in the window."""
    start = time.perf_counter()
    (move if step else press)(window.condition, *_place(step))
    QApplication.processEvents()
    return (time.perf_counter() - start) * 1000


def _place(step: int) -> tuple[float, float]:
    """A spiral over the canvas."""
    angle, radius = step * 0.15, SIDE * (0.05 + 0.4 * step / EVENTS)
    return SIDE / 2 + radius * math.cos(angle), SIDE / 2 + radius * math.sin(angle)


def main() -> None:
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, tempfile.mkdtemp())
    make_application()
    if "--json" in sys.argv[1:]:
        print(json.dumps({size: measure(size).times.tolist() for size in BRUSH_SIZES}))
        return
    for size in BRUSH_SIZES:
        figures = measure(size)
        print(
            f"brush {size:3d}: median {figures.percentile(50):5.2f} ms, 95 % {figures.percentile(95):5.2f} ms, "
            f"max {figures.times.max():5.2f} ms (target {TARGET_MS} ms at 95 %), "
            f"{figures.answers} answers, last edit shown: {'yes' if figures.last_is_shown else 'NO'}"
        )


if __name__ == "__main__":
    main()
