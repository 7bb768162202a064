"""What a batch has to do (JOBS.json) and what it has done (a record file beside the pictures)."""

import json
import os
import re
from pathlib import Path, PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from engine.commands.look import ExemplarFiles, Look
from engine.commands.parser import LONGEST_SIDE
from engine.errors import InputError
from engine.files import read_text, reason
from engine.images import check_image_name
from engine.inference.style_entry import MAX_EXEMPLARS
from engine.style import AXIS_LIMIT

RECORD_NAME = "batch.jsonl"

Side = Annotated[int, Field(ge=8, le=LONGEST_SIDE)]
Seed = Annotated[int, Field(ge=0, lt=2**63)]

_LIMIT = 64 * 1024 * 1024
_FORBIDDEN = re.compile(r'[\x00-\x1f\\:*?"<>|]')


def _safe_name(name: str) -> str:
    """`name` if it stays inside the folder of the outputs and is a picture's; ValueError otherwise."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or _FORBIDDEN.search(name):
        raise ValueError(f"{name!r} must be a plain name inside the output folder")
    try:
        check_image_name(Path(name))
    except InputError as error:
        raise ValueError(f"{name!r} must end in .png, .jpg or .webp") from error
    return str(path)


class JobExemplar(BaseModel):
    """One of several exemplars; a label map that is not named is found in the photo."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    photo: str
    condition: str | None = None
    weight: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None


class Job(BaseModel):
    """One picture: the files it is made from, how they are mixed, and its name in the folder of the outputs.

    `size`, (width, height), is that of the picture of a pose; `full_size` as in EditState.
    Either `exemplar` or `exemplars`, or neither where they come from elsewhere; the rest is as in `Look`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    condition: str
    size: tuple[Side, Side] | None = None
    full_size: bool | None = None
    exemplar: str | None = None
    exemplar_condition: str | None = None
    exemplars: Annotated[tuple[JobExemplar, ...], Field(min_length=1, max_length=MAX_EXEMPLARS)] | None = None
    style: str | None = None
    sample: Seed | None = None
    surprise: Annotated[float, Field(ge=0, le=1)] | None = None
    axes: dict[str, Annotated[float, Field(ge=-AXIS_LIMIT, le=AXIS_LIMIT)]] | None = None
    sources: Annotated[dict[str, int] | None, Field(alias="from")] = None
    preserve: str | None = None
    preserve_labels: str | None = None
    seed: Seed | None = None
    out: Annotated[str, AfterValidator(_safe_name)]

    @model_validator(mode="after")
    def _belongs_together(self) -> "Job":
        if self.exemplar is not None and self.exemplars is not None:
            raise ValueError("name either exemplar or exemplars")
        if self.exemplar is None and self.exemplar_condition is not None:
            raise ValueError("exemplar_condition needs an exemplar")
        if self.preserve is None and self.preserve_labels is not None:
            raise ValueError("preserve_labels needs preserve")
        if self.sample is None and self.surprise is not None:
            raise ValueError("surprise needs a sample")
        return self

    def look(self, source: Path, default: Look) -> Look:
        """The look, from files relative to `source`; what the job does not say is the default's."""
        return Look(
            self._exemplars(source) or default.exemplars,
            default.preset if self.style is None else source / self.style,
            default.sample if self.sample is None else (self.sample, 1.0 if self.surprise is None else self.surprise),
            default.axes if self.axes is None else self.axes,
            default.sources if self.sources is None else self.sources,
            default.content if self.preserve is None else self._content(source),
        )

    def _content(self, source: Path) -> ExemplarFiles:
        assert self.preserve is not None
        return ExemplarFiles(source / self.preserve, _below(source, self.preserve_labels))

    def _exemplars(self, source: Path) -> tuple[ExemplarFiles, ...]:
        if self.exemplars is not None:
            return tuple(ExemplarFiles(source / e.photo, _below(source, e.condition), e.weight) for e in self.exemplars)
        if self.exemplar is None:
            return ()
        return (ExemplarFiles(source / self.exemplar, _below(source, self.exemplar_condition)),)


def _below(source: Path, name: str | None) -> Path | None:
    return None if name is None else source / name


class Jobs(BaseModel):
    """A JOBS.json: pictures of one domain by one model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    domain: str
    model: str | None = None
    jobs: Annotated[tuple[Job, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _different_names(self) -> "Jobs":
        seen: set[str] = set()
        for job in self.jobs:
            if job.out.casefold() in seen:
                raise ValueError(f"two jobs write {job.out!r}")
            seen.add(job.out.casefold())
        return self


def read_jobs(path: Path) -> Jobs:
    """Read JOBS.json; raises InputError that names the first thing wrong in it."""
    try:
        return Jobs.model_validate_json(read_text(path, "list of jobs", _LIMIT))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole file"
        message = first["msg"].removeprefix("Value error, ")
        raise InputError(f"The list of jobs {path} is wrong at {where} ({message}); correct it.") from error


class Record:
    """The finished jobs of an output folder: a line of JSON each, appended when the picture is in place."""

    def __init__(self, folder: Path) -> None:
        """Read what is there; a line that was cut off by a crash counts for nothing."""
        self._folder = folder
        self._path = folder / RECORD_NAME
        self._keys: dict[str, str] = {}
        if os.path.exists(self._path):
            for line in read_text(self._path, "record of the batch", _LIMIT).splitlines():
                self._remember(line)

    def has(self, out: str, key: str) -> bool:
        """Whether the picture `out` is there and was made from the inputs that `key` stands for."""
        return self._keys.get(out) == key and os.path.exists(self._folder / out)

    def add(self, out: str, key: str, facts: dict) -> None:
        """Record a finished job; raises InputError when that cannot be written."""
        line = json.dumps({"out": out, "key": key, **facts})
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._path.open("a+b") as file:
                if file.tell():
                    file.seek(-1, os.SEEK_END)
                    if file.read(1) != b"\n":  # a crash cut the last line off
                        file.write(b"\n")
                file.write(line.encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise InputError(f"Cannot write {self._path} ({reason(error)}); choose another folder.") from error
        self._keys[out] = key

    def _remember(self, line: str) -> None:
        try:
            entry = json.loads(line)
            self._keys[entry["out"]] = entry["key"]
        except (ValueError, KeyError, TypeError, RecursionError):
            return
