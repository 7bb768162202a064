"""The `batch` command: many pictures, resumable, one bad job does not stop the rest."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from engine.commands.jobs import Job, Jobs, Record, read_jobs
from engine.commands.parser import add_device
from engine.commands.request import Request, facts, finished, recipe
from engine.domains import Domain, find_domain
from engine.errors import InputError
from engine.files import reason
from engine.images import write_image
from engine.inference.state import EditState, Frame
from engine.weights.registry import Weights, find_weights

_SEED = 0


@dataclass
class Summary:
    """How a batch went, in jobs."""

    done: int = 0
    skipped: int = 0
    failed: int = 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `batch`."""
    parser.add_argument("jobs", type=Path, metavar="JOBS.json", help="domain, model and jobs; paths relative to it")
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures and the record batch.jsonl")
    add_device(parser)


def run(arguments: argparse.Namespace) -> int:
    """Do the jobs that are not done yet. Returns 0, or 1 if some failed; raises InputError for a bad list."""
    jobs = read_jobs(arguments.jobs)
    domain = find_domain(jobs.domain)
    weights = find_weights(domain.name, jobs.model or domain.default_model)

    from engine.inference.session import Session  # brings torch

    batch = Batch(domain, weights, arguments.jobs.parent, arguments.out, Session(arguments.device).render)
    summary = batch.run(jobs)
    print(f"{len(jobs.jobs)} jobs: {summary.done} done, {summary.skipped} done before, {summary.failed} failed.")
    return 1 if summary.failed else 0


class Batch:
    """Jobs of one domain and one model, from files relative to `source` to pictures in `out`."""

    def __init__(
        self, domain: Domain, weights: Weights, source: Path, out: Path, render: Callable[[EditState], Frame | None]
    ) -> None:
        """Read the record of what is done already; raises InputError when it cannot be read."""
        self._domain = domain
        self._weights = weights
        self._source = source
        self._out = out
        self._render = render
        self._record = Record(out)

    def run(self, jobs: Jobs) -> Summary:
        """Do what is not done yet, with a progress bar; failures are told on stderr and counted."""
        summary = Summary()
        for job in tqdm(jobs.jobs, "batch", unit="picture"):
            try:
                if self._do(job):
                    summary.done += 1
                else:
                    summary.skipped += 1
            except Exception as error:  # whatever it is, the other jobs go on
                summary.failed += 1
                message = str(error) if isinstance(error, InputError) else f"{type(error).__name__}: {reason(error)}"
                tqdm.write(f"{job.out}: {message}", file=sys.stderr)
        return summary

    def _do(self, job: Job) -> bool:
        """Make the picture of `job` unless it is there; returns whether it was made now."""
        if job.exemplar_condition is None:
            raise InputError(f"The label map of {job.exemplar} is needed for now; name it as exemplar_condition.")
        request = Request(
            self._source / job.condition, self._source / job.exemplar, self._source / job.exemplar_condition
        )
        key = request.key(self._weights, _SEED)
        if self._record.has(job.out, key):
            return False
        state = request.state(self._domain, self._weights.card.model, _SEED)
        frame = finished(self._render(state))
        write_image(self._out / job.out, frame.image, recipe(state, self._weights))
        self._record.add(job.out, key, facts(frame))
        return True
