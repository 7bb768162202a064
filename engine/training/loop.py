"""The training loop: steps, log, checkpoints, sample sheets; the same for every course."""

import json
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from tqdm import tqdm

from engine.data.chance import Chance
from engine.images import write_image
from engine.training import distributed
from engine.training.average import WeightAverage
from engine.training.checkpoint import load_checkpoint, save_checkpoint
from engine.training.course import Course
from engine.training.schedule import warm_then_cosine

CHECKPOINT = "checkpoint.pt"


@dataclass(frozen=True)
class Run:
    """How long a training runs and where it leaves its traces.

    `save_every` is in steps, for checkpoints and sample sheets; `log_every` for lines of `log.jsonl`.
    """

    out: Path
    steps: int
    seed: int
    save_every: int
    log_every: int
    precision: torch.dtype
    device: torch.device


def train(course: Course, run: Run, rank: int, arguments: dict) -> WeightAverage:
    """Train from the last checkpoint in `run.out`, or from the start, up to `run.steps`.

    Every random choice depends on seed, step and process alone, so that a resumed run equals an
    unbroken one. Returns the averaged weights.
    """
    distributed.share_weights(course.networks)
    average = WeightAverage(course.shipped)
    checkpoint = run.out / CHECKPOINT
    start = load_checkpoint(checkpoint, course, average) if checkpoint.exists() else 0
    rates = {name: [g["lr"] for g in optimiser.param_groups] for name, optimiser in course.optimisers.items()}
    if start:
        rates = {name: [g["initial_lr"] for g in o.param_groups] for name, o in course.optimisers.items()}
    log = _Log(run.out / "log.jsonl", start) if rank == 0 else None
    for step in tqdm(range(start, run.steps), initial=start, total=run.steps, unit="step", disable=rank != 0):
        _set_rates(course, rates, warm_then_cosine(step, run.steps))
        with torch.autocast(run.device.type, run.precision, enabled=run.precision != torch.float32):
            figures = course.step(Chance.of_step(run.seed, step, rank), step / run.steps)
        average.follow(course.shipped, step)
        done = step + 1
        if log is not None:
            log.add(figures)
            if done % run.log_every == 0 or done == run.steps:
                log.write(done)
            if done % run.save_every == 0 or done == run.steps:
                save_checkpoint(checkpoint, course, average, done, arguments)
                write_image(run.out / f"sheet-{done:07d}.png", course.sample_sheet(average.network))
    return average


def _set_rates(course: Course, rates: dict[str, list[float]], factor: float) -> None:
    for name, optimiser in course.optimisers.items():
        for group, rate in zip(optimiser.param_groups, rates[name], strict=True):
            group["initial_lr"], group["lr"] = rate, rate * factor


class _Log:
    """Means of the figures since the last line, one JSON object a line."""

    def __init__(self, path: Path, start: int) -> None:
        self._path = path
        self._sums: dict[str, torch.Tensor] = {}
        self._counts: dict[str, int] = {}
        self._since = time.monotonic()
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = path.read_text().splitlines() if path.exists() else []
        path.write_text("".join(line + "\n" for line in kept if json.loads(line)["step"] <= start))

    def add(self, figures: dict[str, torch.Tensor]) -> None:
        for name, value in figures.items():
            self._sums[name] = self._sums.get(name, 0) + value.detach().float()
            self._counts[name] = self._counts.get(name, 0) + 1

    def write(self, step: int) -> None:
        now = time.monotonic()
        line = {"step": step, "seconds": round(now - self._since, 2)}
        line |= {name: float(f"{(total / self._counts[name]).item():.5g}") for name, total in self._sums.items()}
        with self._path.open("a") as file:
            file.write(json.dumps(line) + "\n")
        self._sums, self._counts, self._since = {}, {}, now
