"""The real editor, driven by the mouse: how soon an edit shows, and whether memory stays steady.

    python -m tests.benchmarks.scribble [--seconds 10] [--threads 2] [--device cpu]
    python -m tests.benchmarks.scribble --minutes 20

The first form scribbles over the shipped sample at 256×384 and at 1024×1536, some strokes a canvas, and prints how many
previews a second came, the milliseconds from a mouse event to the first frame that has it, whether the last state was
shown and is exact, and the longest handling of an event. The second makes random edits (strokes, fills, undo and redo,
other exemplars, slider moves) and tells every ten seconds what the process holds, then whether that is steady.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import cv2
import numpy as np
from PySide6.QtCore import QEvent, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QSlider

from app.content import Snapshot
from app.docks.exemplars import ExemplarCard
from app.project import read_project
from app.resources import sample_projects
from app.start import make_application, make_window, wait_until_settled
from app.window import Window
from app.worker import SessionFactory
from engine.inference.state import EditState, Frame, Pixels
from tests.app.driving import drag_slider, move, press, release, stroke

SIZES = ((256, 384), (1024, 1536))
EVENTS_A_SECOND = 120
STROKE_SECONDS, LIFTED_SECONDS = 2.5, 0.1
BRUSH = 30 / 256  # of the width
EVENT_MS = 8.0
SAMPLED_SECONDS = 10.0
STEADY_MB_A_MINUTE = 1.0
WARMING = 1 / 3  # part of a long run after which memory is to be steady


@dataclass
class Scribble:
    """What was seen of a scribble.

    seconds    that it took
    waits      milliseconds from each movement of the mouse to the first frame shown that has it
    handling   milliseconds of each event itself, and of what the window then does until it is idle
    computing  the part of it in which the window's thread had a processor, whatever else the machine was busy with
    merged     movements that came while the window was busy; it was told of the last of them alone, as systems do
    """

    seconds: float = 0.0
    merged: int = 0
    waits: list[float] = field(default_factory=list)
    handling: list[float] = field(default_factory=list)
    computing: list[float] = field(default_factory=list)
    previews: int = 0
    last_is_shown: bool = False
    is_exact: bool = False
    settled_ms: float = 0.0

    def describe(self) -> str:
        """One line for people."""
        parts = (
            f"{self.previews / self.seconds:.1f} previews a second",
            f"movement to its frame: {_spread(self.waits)}",
            f"event handling: {_spread(self.handling)}, of which the window computes {_spread(self.computing)}",
            f"{(np.array(self.handling) > EVENT_MS).mean():.1%} above {EVENT_MS:.0f} ms",
            f"{self.merged} of {self.merged + len(self.handling)} movements merged",
            f"last state shown: {_said(self.last_is_shown)}, as a new session makes it: {_said(self.is_exact)}, "
            f"{self.settled_ms:.0f} ms after the last movement",
        )
        return ";\n  ".join(parts)


def _spread(milliseconds: list[float]) -> str:
    median, most, nearly_all = np.percentile(milliseconds, (50, 95, 99))
    return f"median {median:.1f} ms, 95 % {most:.1f}, 99 % {nearly_all:.1f}, longest {max(milliseconds):.1f}"


class _Watch:
    """Notes when frames are shown, and which events they have."""

    def __init__(self, window: Window, seen: Scribble) -> None:
        self._document, self._seen = window.document, seen
        self._waiting: list[tuple[int, float]] = []
        self._document.frame_changed.connect(self._note)

    def expect(self, made: list[float]) -> None:
        """Movements that were made at these times have changed the document."""
        self._waiting += [(self._document.revision, moment) for moment in made]

    def stop(self) -> None:
        self._document.frame_changed.disconnect(self._note)

    def _note(self) -> None:
        now, shown = time.perf_counter(), self._document.frame_revision
        self._seen.previews += 1
        self._seen.waits += [(now - made) * 1000 for revision, made in self._waiting if revision <= shown]
        self._waiting = [(revision, made) for revision, made in self._waiting if revision > shown]


def scribble(window: Window, seconds: float, render_anew: Callable[[EditState], Frame]) -> Scribble:
    """Scribble over the window's document with the brush; `render_anew` makes the picture that it must come to.

    A movement waits from when the hand made it: a window that comes late to it is not excused.
    """
    document, seen = window.document, Scribble()
    window.registry["tool-brush"].trigger()
    document.active_class = _commonest(document.labels)
    watch = _Watch(window, seen)
    began, down, number, last = time.perf_counter(), False, 0, round(seconds * EVENTS_A_SECOND)
    while number < last:
        _wait_until(began + number / EVENTS_A_SECOND)
        due = min(last, int((time.perf_counter() - began) * EVENTS_A_SECOND) + 1)
        moments = [missed / EVENTS_A_SECOND for missed in range(number, due)]
        number, wanted = due, moments[-1] % (STROKE_SECONDS + LIFTED_SECONDS) < STROKE_SECONDS
        act = move if wanted and down else press if wanted else release if down else None
        if act is None:
            continue
        before, start, computed = document.revision, time.perf_counter(), time.thread_time()
        act(window.condition, *_place(document.labels.shape, moments[-1]))
        down = wanted
        if document.revision != before:
            watch.expect([began + moment for moment in moments])
        QApplication.processEvents()
        seen.handling.append((time.perf_counter() - start) * 1000)
        seen.computing.append((time.thread_time() - computed) * 1000)
        seen.merged += len(moments) - 1
    end = time.perf_counter()
    seen.seconds, previews = end - began, seen.previews
    release(window.condition, *_place(document.labels.shape, seconds))
    wait_until_settled(window)
    watch.stop()
    seen.settled_ms, seen.previews = (time.perf_counter() - end) * 1000, previews
    frame = document.frame
    seen.last_is_shown = not document.is_stale and np.array_equal(frame.state.labels.array, document.labels)
    seen.is_exact = frame.exact and np.array_equal(frame.image, render_anew(document.state()).image)
    return seen


def _wait_until(moment: float) -> None:
    """Let the window work until then, as it does between events."""
    while (left := moment - time.perf_counter()) > 0:
        QApplication.processEvents()
        time.sleep(min(max(left, 0), 0.001))


def _place(shape: tuple[int, ...], moment: float) -> tuple[float, float]:
    """Where the mouse is: to and fro over the person, ever lower."""
    height, width = shape
    return width * (0.5 + 0.22 * np.sin(5.3 * moment)), height * (0.25 + 0.5 * (moment * 0.13 % 1))


def _commonest(labels: np.ndarray) -> int:
    """The class that covers most of the picture besides the background."""
    return int(np.bincount(labels.ravel())[1:].argmax()) + 1


def sample_at(size: tuple[int, int]) -> Snapshot:
    """The first shipped sample, its canvas at `size` (width, height)."""
    snapshot = read_project(sample_projects()[0])

    def resized(pixels: Pixels | None, how: int) -> Pixels | None:
        return None if pixels is None else Pixels(cv2.resize(pixels.array, size, interpolation=how))

    canvas = snapshot.canvas
    return replace(
        snapshot,
        canvas=replace(
            canvas,
            labels=resized(canvas.labels, cv2.INTER_NEAREST),
            original=resized(canvas.original, cv2.INTER_NEAREST),
            photo=resized(canvas.photo, cv2.INTER_CUBIC),
            keypoints=None,
            surround=None,
        ),
    )


class RandomEdits:
    """Edits as a person makes them, one after the other, by mouse and keys."""

    def __init__(self, window: Window, seed: int = 0) -> None:
        self._window = window
        self._random = np.random.default_rng(seed)
        self._kinds = (self._stroke, self._stroke, self._undo, self._redo, self._swap, self._slide, self._fill)
        self.made: dict[str, int] = {}

    def next(self) -> None:
        """Make one edit."""
        kind = self._kinds[self._random.integers(len(self._kinds))]
        kind()
        self.made[kind.__name__[1:]] = self.made.get(kind.__name__[1:], 0) + 1

    def _stroke(self) -> None:
        document = self._window.document
        self._window.registry["tool-brush"].trigger()
        document.active_class = self._some_class()
        x, y = self._some_place()
        height, width = document.labels.shape
        step = self._random.uniform(-0.02, 0.02, 2)
        press(self._window.condition, x, y)
        for number in range(int(self._random.integers(3, 25))):
            _wait_until(time.perf_counter() + 1 / EVENTS_A_SECOND)
            move(self._window.condition, x + number * step[0] * width, y + number * step[1] * height)
        release(self._window.condition, x + number * step[0] * width, y + number * step[1] * height)

    def _fill(self) -> None:
        self._window.registry["tool-fill"].trigger()
        self._window.document.active_class = self._some_class()
        stroke(self._window.condition, self._some_place())

    def _undo(self) -> None:
        for _ in range(int(self._random.integers(1, 4))):
            QTest.keyClick(self._window.condition, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)

    def _redo(self) -> None:
        for _ in range(int(self._random.integers(1, 4))):
            QTest.keyClick(self._window.condition, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)

    def _swap(self) -> None:
        cards = self._window.exemplar_dock.findChildren(ExemplarCard)
        QTest.mouseClick(cards[self._random.integers(len(cards))].thumbnail, Qt.MouseButton.LeftButton)

    def _slide(self) -> None:
        cards = self._window.exemplar_dock.findChildren(ExemplarCard)
        slider = cards[self._random.integers(len(cards))].slider
        drag_slider(slider.findChild(QSlider), *self._random.uniform(0, 1, 4))

    def _some_class(self) -> int:
        return int(self._random.choice(np.unique(self._window.document.labels)))

    def _some_place(self) -> tuple[float, float]:
        height, width = self._window.document.labels.shape
        return self._random.uniform(0.2, 0.8) * width, self._random.uniform(0.1, 0.9) * height


def watch_memory(window: Window, minutes: float, tell: Callable[[str], None]) -> bool:
    """Random edits for so long; tells what the process holds, and returns whether that is steady."""
    edits, samples, began = RandomEdits(window), [], time.monotonic()
    while (gone := time.monotonic() - began) < minutes * 60:
        if gone >= len(samples) * SAMPLED_SECONDS:
            samples.append((gone / 60, resident_mb()))
            made = ", ".join(f"{name} {count}" for name, count in sorted(edits.made.items()))
            tell(f"{samples[-1][0]:6.2f} min {samples[-1][1]:7.1f} MB   {made}")
        edits.next()
        _wait_until(time.perf_counter() + 0.2)
    slope, steady = trend(samples)
    tell(f"after the first {WARMING:.0%}: {slope:+.2f} MB a minute; steady: {_said(steady)}")
    return steady


def trend(samples: list[tuple[float, float]]) -> tuple[float, bool]:
    """Megabytes a minute, by least squares over the samples (minute, MB) after warming up; and whether that is steady.

    It is where the line rises by no more than STEADY_MB_A_MINUTE.
    """
    end = samples[-1][0]
    minutes, megabytes = np.array([sample for sample in samples if sample[0] >= WARMING * end]).T
    slope = float(np.polyfit(minutes, megabytes, 1)[0])
    return slope, slope <= STEADY_MB_A_MINUTE


def resident_mb() -> float:
    """Memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def opened(make: Callable[[], Window], size: tuple[int, int]) -> Window:
    """A window with the sample at `size`, its picture settled."""
    window = make()
    window.resize(1440, 900)
    window.show()
    window.document.load(sample_at(size))
    window.tool_settings.brush_size = round(BRUSH * size[0])
    wait_until_settled(window)
    return window


def closed(window: Window) -> None:
    """End a window and all that it started."""
    window.end()
    window.hide()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _said(is_so: bool) -> str:
    return "yes" if is_so else "NO"


def _engine(device: str) -> SessionFactory:
    from engine.inference.session import Session

    return lambda: Session(device)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10.0, help="of scribbling a canvas (default: 10)")
    parser.add_argument("--minutes", type=float, help="random edits for so long, and memory, instead")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    import torch

    torch.set_num_threads(arguments.threads)
    print(f"{arguments.threads} threads; {os.getloadavg()[0]:.1f} processes wanted a core when this began")
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, tempfile.mkdtemp())
    make_application()
    make = lambda: make_window(arguments.device)  # noqa: E731
    if arguments.minutes is not None:
        window = opened(make, SIZES[0])
        watch_memory(window, arguments.minutes, lambda line: print(line, flush=True))
        closed(window)
        return
    for size in SIZES:
        window = opened(make, size)
        seen = scribble(window, arguments.seconds, _engine(arguments.device)().render)
        print(f"{size[0]}×{size[1]}:\n  {seen.describe()}", flush=True)
        closed(window)


if __name__ == "__main__":
    main()
