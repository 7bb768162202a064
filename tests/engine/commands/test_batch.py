"""Batches: what is done once is not done again, what is bad does not stop the rest."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.commands.batch import Batch
from engine.commands.jobs import RECORD_NAME, Jobs, read_jobs
from engine.conditions.label_map import write_label_map
from engine.domains import FASHION
from engine.errors import InputError
from engine.images import read_photo, write_image
from engine.inference.state import EditState, Frame
from engine.weights.registry import find_weights
from tests.engine.factories import fake_render, make_person, make_weights

ROOT = Path(__file__).parents[3]


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with weights and the files of four jobs."""
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path / "weights"))
    make_weights(tmp_path / "weights")
    for i in range(4):
        photo, labels = make_person(i)
        write_image(tmp_path / f"photo{i}.png", photo)
        write_label_map(tmp_path / f"labels{i}.png", labels, FASHION)
    return tmp_path


def job(i: int, **changes: str) -> dict:
    names = {"condition": f"labels{i}.png", "exemplar": f"photo{i}.png", "exemplar_condition": f"labels{i}.png"}
    return {**names, "out": f"{i}.png", **changes}


def jobs_file(source: Path, jobs: list[dict], **changes: object) -> Path:
    path = source / "jobs.json"
    path.write_text(json.dumps({"domain": "fashion", "jobs": jobs, **changes}))
    return path


class Engine:
    """Counts what it renders; may fail at a given call."""

    def __init__(self, fail_at: int | None = None) -> None:
        self.calls = 0
        self.fail_at = fail_at

    def render(self, state: EditState) -> Frame:
        self.calls += 1
        if self.calls == self.fail_at:
            raise KeyboardInterrupt
        return fake_render(state)


def batch(source: Path, engine: Engine) -> Batch:
    return Batch(FASHION, find_weights("fashion", "rabit"), source, source / "out", engine.render)


def jobs_of(source: Path, jobs: list[dict]) -> Jobs:
    return read_jobs(jobs_file(source, jobs))


def test_the_rest_is_done_after_an_interruption(source: Path) -> None:
    jobs = jobs_of(source, [job(i) for i in range(4)])
    with pytest.raises(KeyboardInterrupt):
        batch(source, Engine(fail_at=3)).run(jobs)
    engine = Engine()
    summary = batch(source, engine).run(jobs)
    assert (summary.done, summary.skipped, summary.failed) == (2, 2, 0)
    assert engine.calls == 2
    lines = [json.loads(line) for line in (source / "out" / RECORD_NAME).read_text().splitlines()]
    assert [line["out"] for line in lines] == [f"{i}.png" for i in range(4)]
    assert lines[0]["size"] == [64, 96]
    assert lines[0]["milliseconds"]["total"] == 1.0
    assert batch(source, engine).run(jobs).skipped == 4


def test_a_changed_input_is_done_again(source: Path) -> None:
    jobs = jobs_of(source, [job(0), job(1)])
    batch(source, Engine()).run(jobs)
    write_image(source / "photo1.png", make_person(9)[0])
    (source / "out" / "0.png").unlink()
    summary = batch(source, Engine()).run(jobs)
    assert summary.done == 2
    make_weights(source / "weights", model="rabit")
    assert batch(source, Engine()).run(jobs).skipped == 2


def test_a_record_cut_off_by_a_crash(source: Path) -> None:
    jobs = jobs_of(source, [job(0), job(1), job(2)])
    batch(source, Engine()).run(jobs)
    record = source / "out" / RECORD_NAME
    record.write_bytes(record.read_bytes()[:-20])
    assert batch(source, Engine()).run(jobs).done == 1
    assert batch(source, Engine()).run(jobs).skipped == 3


def test_bad_jobs_do_not_stop_the_rest(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (source / "broken.png").write_text("no picture")
    bad = [
        job(0, condition="missing.png"),
        job(1, exemplar="broken.png"),
        {key: value for key, value in job(2).items() if key != "exemplar_condition"},
    ]
    summary = batch(source, Engine()).run(jobs_of(source, [*bad, job(3)]))
    assert (summary.done, summary.failed) == (1, 3)
    errors = capsys.readouterr().err
    assert "missing.png" in errors
    assert "broken.png" in errors
    assert "exemplar_condition" in errors
    assert read_photo(source / "out" / "3.png").shape == (96, 64, 3)


def test_an_engine_that_fails_is_one_bad_job(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(state: EditState) -> Frame:
        raise RuntimeError("out of memory\nwith a second line")

    failing = Batch(FASHION, find_weights("fashion", "rabit"), source, source / "out", fail)
    assert failing.run(jobs_of(source, [job(0), job(1)])).failed == 2
    assert "0.png: RuntimeError: out of memory with a second line" in capsys.readouterr().err


@pytest.mark.parametrize(
    "out", ["/tmp/a.png", "../a.png", "a/../../b.png", "a.txt", "C:a.png", "a\\..\\b.png", "", "..", "a\0.png"]
)
def test_names_that_leave_the_folder_are_refused(source: Path, out: str) -> None:
    with pytest.raises(InputError, match=r"jobs\.json is wrong at jobs\.0\.out") as caught:
        read_jobs(jobs_file(source, [job(0, out=out)]))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"domain": "fashion"}', '{"domain": "fashion", "jobs": []}', "\xff"])
def test_lists_that_are_none_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "jobs.json").write_text(text, encoding="latin-1")
    with pytest.raises(InputError, match=r"jobs\.json"):
        read_jobs(tmp_path / "jobs.json")


def test_two_jobs_of_one_name_are_refused(source: Path) -> None:
    with pytest.raises(InputError, match="two jobs write"):
        read_jobs(jobs_file(source, [job(0, out="a.png"), job(1, out="A.png")]))


_SLOW_BATCH = """
import sys, time
from pathlib import Path
from engine.commands.batch import Batch
from engine.commands.jobs import read_jobs
from engine.domains import FASHION
from engine.weights.registry import find_weights
from tests.engine.factories import fake_render

def render(state):
    time.sleep(0.1)
    return fake_render(state)

source = Path(sys.argv[1])
Batch(FASHION, find_weights("fashion", "rabit"), source, source / "out", render).run(read_jobs(source / "jobs.json"))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_killed_batch_goes_on_where_it_was(source: Path) -> None:
    path = jobs_file(source, [job(i % 4, out=f"{i}.png") for i in range(48)])
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen([sys.executable, "-c", _SLOW_BATCH, str(source)], env=environment, cwd=ROOT)
    record = source / "out" / RECORD_NAME
    deadline = time.monotonic() + 60
    while not (record.exists() and record.read_bytes().count(b"\n") >= 5):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.kill()
    process.wait()
    before = record.read_bytes().count(b"\n")
    engine = Engine()
    summary = batch(source, engine).run(read_jobs(path))
    assert summary.skipped == before < 48
    assert engine.calls == summary.done == 48 - before
    outs = [json.loads(line)["out"] for line in record.read_text().splitlines()]
    assert sorted(outs) == sorted(f"{i}.png" for i in range(48))
    assert all((source / "out" / out).exists() for out in outs)
