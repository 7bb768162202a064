"""The `batch` command: many pictures, resumable, one bad job does not stop the rest.

The options of the look, the seed and the full size are for jobs that do not say their own.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from engine.commands.full_size import add_full_size
from engine.commands.jobs import Job, Jobs, Record, read_jobs
from engine.commands.labelling import Labelling
from engine.commands.look import NOTHING_SAID, Look, add_look, look_of
from engine.commands.parser import add_computing, computing_of, seed
from engine.commands.request import Request, facts, finished, recipe
from engine.domains import Domain, find_domain
from engine.errors import InputError
from engine.files import reason
from engine.images import write_image
from engine.inference.state import EditState, Frame
from engine.weights.registry import Weights, default_model, find_weights


@dataclass
class Summary:
    """How a batch went, in jobs."""

    done: int = 0
    skipped: int = 0
    failed: int = 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `batch`."""
    parser.add_argument(
        "jobs", type=Path, metavar="JOBS.json",
        help="domain, model and jobs; paths relative to it; what a job leaves open of its look and seed, options say",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures and the record batch.jsonl")
    add_look(parser)
    parser.add_argument("--seed", type=seed, default=0)
    add_full_size(parser)
    add_computing(parser)


def run(arguments: argparse.Namespace) -> int:
    """Do the jobs that are not done yet. Returns 0, or 1 if some failed; raises InputError for a bad list."""
    jobs = read_jobs(arguments.jobs)
    domain = find_domain(jobs.domain)
    weights = find_weights(domain.name, jobs.model or default_model(domain))
    look = look_of(arguments)
    _check_exemplars(arguments.jobs, jobs, look)

    from engine.inference.session import Session  # brings torch

    render = Session(**computing_of(arguments)).render
    labelling = Labelling(arguments.device)
    defaults = (look, arguments.seed, labelling, arguments.full_size)
    batch = Batch(domain, weights, arguments.jobs.parent, arguments.out, render, *defaults)
    summary = batch.run(jobs)
    print(f"{len(jobs.jobs)} jobs: {summary.done} done, {summary.skipped} done before, {summary.failed} failed.")
    return 1 if summary.failed else 0


def _check_exemplars(path: Path, jobs: Jobs, look: Look) -> None:
    if look.exemplars or look.preset or look.content:
        return
    for place, job in enumerate(jobs.jobs):
        if not (job.exemplar or job.exemplars or job.style or job.preserve):
            raise InputError(f"The list of jobs {path} is wrong at jobs.{place} (no exemplar is named); correct it.")


class Batch:
    """Jobs of one domain and one model, from files relative to `source` to pictures in `out`.

    What a job does not say of its look, its seed and the full size is `look`, `seed` and `full_size`; `labelling` finds
    label maps that are not given.
    """

    def __init__(
        self,
        domain: Domain,
        weights: Weights,
        source: Path,
        out: Path,
        render: Callable[[EditState], Frame | None],
        look: Look = NOTHING_SAID,
        seed: int = 0,
        labelling: Labelling | None = None,
        full_size: bool = False,
    ) -> None:
        """Read the record of what is done already; raises InputError when it cannot be read."""
        self._domain = domain
        self._weights = weights
        self._source = source
        self._out = out
        self._render = render
        self._look = look
        self._seed = seed
        self._labelling = labelling or Labelling()
        self._full_size = full_size
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
        look = job.look(self._source, self._look)
        job_seed = self._seed if job.seed is None else job.seed
        full_size = self._full_size if job.full_size is None else job.full_size
        request = Request(self._source / job.condition, look, job_seed, job.size, full_size)
        key = request.key(self._weights)
        if self._record.has(job.out, key):
            return False
        state = request.state(self._domain, self._weights.folder.name, self._labelling)
        frame = finished(self._render(state))
        write_image(self._out / job.out, frame.image, recipe(state, self._weights))
        self._record.add(job.out, key, facts(frame))
        return True
