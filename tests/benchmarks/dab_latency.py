"""What one dab of a stroke costs: python -m tests.benchmarks.dab_latency [--threads N] [--dabs N]

Dabs of 30 pixels (of 256×384; larger canvases get larger brushes) along a stroke over the shipped sample, with its
first exemplar. Each is rendered by one session as during a stroke and by another in full, one after the other:
median and 95th percentile in milliseconds, how many times faster, and the share of the generator's pixels that a dab
recomputes. Larger canvases have larger photos.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import torch

from app.project import read_project
from app.resources import sample_projects
from engine.inference.session import Session
from engine.inference.state import EditState, Exemplar, Frame, Pixels

SIZES = ((256, 384), (512, 768), (1024, 1536))
BRUSH = 30 / 256  # of the width


def _scaled(pixels: Pixels, size: tuple[int, int], how: int) -> Pixels:
    return Pixels(cv2.resize(pixels.array, size, interpolation=how))


def sample_state(size: tuple[int, int]) -> EditState:
    """The sample at `size` (width, height), its exemplar's photo as large."""
    snapshot = read_project(sample_projects()[0])
    first = snapshot.board.exemplars[0]
    photo = _scaled(first.photo, size, cv2.INTER_CUBIC)
    exemplar = Exemplar(photo, _scaled(first.labels, size, cv2.INTER_NEAREST), first.name)
    labels = _scaled(snapshot.canvas.labels, size, cv2.INTER_NEAREST)
    return EditState(snapshot.domain.name, snapshot.method.model, labels, (exemplar,), (1.0,))


def dabbed(state: EditState, step: int) -> EditState:
    """The state with the next dab of a stroke that wanders over the person, of the class under its beginning."""
    labels = state.labels.array.copy()
    height, width = labels.shape
    phase = step / 7
    x, y = (0.5 + 0.25 * np.sin(phase)) * width, (0.3 + 0.45 * (step % 60) / 60) * height
    class_id = int(np.bincount(labels.ravel())[1:].argmax()) + 1
    cv2.circle(labels, (round(x), round(y)), round(BRUSH * width / 2), class_id, cv2.FILLED)
    return replace(state, labels=Pixels(labels))


def _timed(render: Callable[[], Frame | None]) -> tuple[float, Frame]:
    start = time.perf_counter()
    frame = render()
    assert frame is not None
    return (time.perf_counter() - start) * 1000, frame


def measure(size: tuple[int, int], dabs: int) -> None:
    """Print one line for a canvas of `size` (width, height)."""
    session, whole = Session("cpu"), Session("cpu")
    state = sample_state(size)
    for each in (session, whole):
        each.render(state)
    shares: list[float] = []
    grid = session._picture._flow
    grid.network.generator.paint.register_forward_hook(
        lambda module, args, result: shares.append(result.shape[2] * result.shape[3] / (grid.size[0] * grid.size[1]))
    )
    times, previews = [], 0
    for step in range(dabs):
        state = dabbed(state, step)
        quick, frame = _timed(lambda state=state: session.render(state, hold=True))
        full, _ = _timed(lambda state=state: whole.render(state))
        previews += not frame.exact
        if step:
            times.append((quick, full))
    quick, full = np.array(times).T
    print(
        f"{size[0]:4d}×{size[1]:<4d} a dab {np.median(quick):4.0f} ms, 95 % {np.percentile(quick, 95):4.0f} ms; "
        f"in full {np.median(full):4.0f} ms, 95 % {np.percentile(full, 95):4.0f} ms; "
        f"{np.median(full / quick):.1f} times faster; {np.median(shares):.0%} recomputed; "
        f"{previews} of {dabs} piecewise; {session.memory:.0f} MB kept"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--dabs", type=int, default=40)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    for size in SIZES:
        measure(size, arguments.dabs)


if __name__ == "__main__":
    main()
