"""Batches: what is done once is not done again, what is bad does not stop the rest."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import main
from engine.commands.batch import Batch
from engine.commands.jobs import RECORD_NAME, Jobs, read_jobs
from engine.commands.look import Look
from engine.conditions.label_map import write_label_map
from engine.domains import FASHION
from engine.errors import InputError
from engine.images import read_photo, write_image
from engine.inference.preset import Preset, write_preset
from engine.inference.session import Session
from engine.inference.state import EditState, Exemplar, Frame, Pixels
from engine.style import Style
from engine.weights.registry import find_weights
from tests.engine.factories import fake_render, make_person, make_style_space, make_weights

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


def states_of(source: Path, jobs: list[dict], **defaults: object) -> list[EditState]:
    """What a batch of `jobs` renders."""
    states = []

    def render(state: EditState) -> Frame:
        states.append(state)
        return fake_render(state)

    weights = find_weights("fashion", "rabit")
    summary = Batch(FASHION, weights, source, source / "out", render, **defaults).run(jobs_of(source, jobs))
    assert summary.failed == 0
    return states


def both(*weights: float) -> list[dict]:
    return [{"photo": f"photo{i}.png", "condition": f"labels{i}.png", "weight": w} for i, w in enumerate(weights)]


MIX = {"condition": "labels2.png", "exemplars": both(0.7, 0.3), "out": "mix.png"}


def test_a_job_may_say_its_whole_look(source: Path) -> None:
    make_style_space(source / "weights", ("Top warmth",))
    write_preset(source / "p.json", Preset("fashion", None, (), (), Style.of(sample=1)))
    own = {"style": "p.json", "sample": 7, "surprise": 0.5, "axes": {"1": 2}, "from": {"hair": 2}, "seed": 9}
    (state,) = states_of(source, [MIX | own])
    assert [e.name for e in state.exemplars] == ["photo0.png", "photo1.png"] and state.weights == (0.7, 0.3)
    assert state.style == Style.of({FASHION.class_named("hair").id: (0, 1)}, [2], 7, 0.5) and state.seed == 9
    assert json.loads((source / "out" / RECORD_NAME).read_text())["exemplar_sizes"] == [[64, 96], [64, 96]]
    assert states_of(source, [MIX | own]) == []
    assert len(states_of(source, [MIX | own | {"seed": 8}])) == 1


def test_jobs_that_say_nothing_take_the_options(source: Path) -> None:
    make_style_space(source / "weights", ("Top warmth",))
    photo, labels = make_person(7)
    preset = Preset("fashion", None, (Exemplar(Pixels(photo), Pixels(labels)),), (1.0,), Style.of(sample=4))
    write_preset(source / "p.warpaint-style", preset)
    plain = {"condition": "labels2.png", "out": "plain.png"}
    default = Look(preset=source / "p.warpaint-style", axes={"1": 1.0})
    first, second = states_of(source, [plain, MIX | {"axes": {}, "seed": 0}], look=default, seed=6)
    assert first.exemplars == preset.exemplars and first.style == Style.of(axes=[1], sample=4) and first.seed == 6
    assert second.weights == (0.7, 0.3) and second.style == Style.of(sample=4) and second.seed == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"exemplar": "photo0.png"}, "either exemplar or exemplars"),
        ({"exemplars": None, "exemplar_condition": "labels0.png"}, "needs an exemplar"),
        ({"exemplars": []}, r"jobs\.0\.exemplars"),
        ({"exemplars": [{"condition": "labels0.png"}]}, r"jobs\.0\.exemplars\.0\.photo"),
        ({"exemplars": both(-1)}, r"jobs\.0\.exemplars\.0\.weight"),
        ({"surprise": 0.5}, "surprise needs a sample"),
        ({"sample": -1}, r"jobs\.0\.sample"),
        ({"sample": 1, "surprise": 2}, r"jobs\.0\.surprise"),
        ({"axes": {"1": 4}}, r"jobs\.0\.axes\.1"),
        ({"from": {"hair": "x"}}, r"jobs\.0\.from\.hair"),
        ({"seed": -1}, r"jobs\.0\.seed"),
    ],
)
def test_looks_that_are_none_are_refused(source: Path, changes: dict, said: str) -> None:
    with pytest.raises(InputError, match=said):
        jobs_of(source, [MIX | changes])


def test_a_list_without_exemplars_needs_options(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = jobs_file(source, [job(0), {"condition": "labels2.png", "out": "a.png"}])
    assert main.main(["batch", str(path), "--out", str(source / "out")]) == 2
    assert "jobs.json is wrong at jobs.1 (no exemplar is named)" in capsys.readouterr().err


def test_the_options_of_a_batch_are_used(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = jobs_file(source, [{"condition": "labels2.png", "out": "a.png"}])
    states = []
    monkeypatch.setattr(Session, "render", lambda _, state: states.append(state) or fake_render(state))
    options = ["--exemplar", f"{source / 'photo1.png'}:2", "--exemplar-condition", str(source / "labels1.png")]
    assert main.main(["batch", str(path), "--out", str(source / "out"), *options, "--seed", "3"]) == 0
    assert states[0].exemplars[0].name == "photo1.png" and states[0].seed == 3


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
