"""Time of what an edit causes, on the shipped samples: a full render, a dab, a move of a slider, another exemplar."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import cv2
import numpy as np

from engine.conditions.label_map import read_label_map
from engine.domains import FASHION
from engine.evaluation.speed import ROOT, Laps, Line, operations, timed
from engine.images import read_photo, resize_labels
from engine.inference.session import Session
from engine.inference.state import EditState, Exemplar, Pixels

SAMPLES = ROOT / "resources" / "samples"
CONDITION, OTHER_CONDITION = "jumper-and-jeans", "summer-dress"
EXEMPLARS = ("camel-coat", "green-jumper", "floral-dress")
SIZES = ((256, 384), (512, 768), (1024, 1536))  # width, height
DAB, ACROSS = "30-pixel dab", 30  # as during a stroke, when a preview will do

FULL_MS, DAB_MS, SLIDER_MS = 400.0, 100.0, 150.0  # at the first size; a dab by its 95th percentile


def measure(rate: float, rounds: int, compile: bool = False) -> Iterator[Line]:
    """Measure at all sizes; `rate` is the machine's, in operations a millisecond. Raises InputError without weights."""
    targets = {"full render": FULL_MS, DAB: DAB_MS, "slider move": SLIDER_MS}
    for size in SIZES:
        session = Session("cpu", compile=compile)
        yield from lines_at(size, rate, rounds, session, targets if size == SIZES[0] else {})


def lines_at(
    size: tuple[int, int], rate: float, rounds: int, session: Session, targets: dict[str, float], untimed: int = 1
) -> Iterator[Line]:
    """The edits at a `size` (width, height) by `session`; `targets` by name, in milliseconds.

    The first `untimed` rounds, at least one, are for what is made once. Operations are counted on the processor.
    """
    at, laps, random = f"{size[0]}×{size[1]}", Laps(), np.random.default_rng(0)
    exemplars = [sample_exemplar(name) for name in EXEMPLARS]
    full, other = (sample_state(name, size, exemplars[0]) for name in (CONDITION, OTHER_CONDITION))
    mixed = replace(full, exemplars=tuple(exemplars[:2]), weights=(0.5, 0.5))
    counts: dict[str, int] = {}
    counting = session if session.device.type == "cpu" else Session("cpu")
    for round_number in range(-untimed, rounds):
        fresh = dabbed(full, random)
        steps = {  # the state before, and the one that is timed: what was rendered once is kept, so all are new
            "full render": (dabbed(other, random), fresh),
            DAB: (fresh, dabbed(fresh, random)),
            "slider move": (_mixed(mixed, random), _mixed(mixed, random)),
            "exemplar swap": (_mixed(mixed, random), replace(full, exemplars=(_unseen(exemplars[2], random),))),
        }
        for name, (before, after) in steps.items():
            if round_number == -untimed:
                counting.render(before)
                counts[name] = operations(partial(counting.render, after, hold=name == DAB))
            session.render(before)
            answer = partial(session.render, after, hold=name == DAB)
            if round_number < 0:
                answer()
            else:
                laps.run(name, answer)
    for name, times in laps.times.items():
        by = "tail" if name == DAB else "value"
        yield timed(f"{name}, {at}", times, floor=counts[name] / rate, target=targets.get(name), judged=by)
    pairs = zip(laps.times["full render"], laps.times[DAB], strict=True)
    yield Line(f"dab is faster than full, {at}", "times", float(np.median([whole / dab for whole, dab in pairs])))


def sample_state(condition: str, size: tuple[int, int], exemplar: Exemplar) -> EditState:
    labels = resize_labels(read_label_map(SAMPLES / "conditions" / f"{condition}.png", FASHION), size)
    return EditState(FASHION.name, FASHION.default_model, Pixels(labels), (exemplar,), (1.0,))


def sample_exemplar(name: str) -> Exemplar:
    folder = SAMPLES / "exemplars"
    labels = read_label_map(folder / f"{name}-labels.png", FASHION)
    return Exemplar(Pixels(read_photo(folder / f"{name}.webp")), Pixels(labels), name)


def dabbed(state: EditState, random: np.random.Generator) -> EditState:
    """One dab of a brush on the person, of the class that the person has most of elsewhere."""
    labels = state.labels.array.copy()
    rows, columns = np.nonzero(labels)
    at = int(random.integers(len(rows)))
    areas = np.bincount(labels.ravel())
    areas[[0, labels[rows[at], columns[at]]]] = 0
    cv2.circle(labels, (int(columns[at]), int(rows[at])), ACROSS // 2, int(areas.argmax()), cv2.FILLED)
    return replace(state, labels=Pixels(labels))


def _mixed(state: EditState, random: np.random.Generator) -> EditState:
    """Two exemplars in other shares."""
    share = float(random.uniform(0.1, 0.9))
    return replace(state, weights=(share, 1 - share))


def _unseen(exemplar: Exemplar, random: np.random.Generator) -> Exemplar:
    """The same but for one pixel, so that nothing that was kept fits."""
    photo = exemplar.photo.array.copy()
    photo[0, 0] = random.integers(0, 256, 3)
    return replace(exemplar, photo=Pixels(photo))
