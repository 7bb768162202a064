"""The training of RABIT on made-up persons, and what it leaves behind."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.data.chance import Chance
from engine.data.photo_set import PhotoSet
from engine.errors import InputError
from engine.training.average import WeightAverage
from engine.training.checkpoint import load_checkpoint, save_checkpoint
from engine.training.loop import CHECKPOINT, Run, train
from engine.training.rabit_course import RabitCourse
from tests.engine.figures import TINY
from tests.engine.folders import TINY_DOMAIN, make_people, make_tiny_weights

STEPS = 5


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> PhotoSet:
    return PhotoSet(make_people(tmp_path_factory.mktemp("people"), 3), TINY_DOMAIN, "train")


@pytest.fixture(scope="module")
def weights_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("weights")
    make_tiny_weights(root)
    return root


@pytest.fixture
def course(photos: PhotoSet, weights_root: Path, monkeypatch: pytest.MonkeyPatch) -> RabitCourse:
    return _course(photos, weights_root, monkeypatch)


def _course(photos: PhotoSet, root: Path, patch: pytest.MonkeyPatch, seed: int = 0) -> RabitCourse:
    patch.setenv("WARPAINT_WEIGHTS", str(root))
    torch.manual_seed(seed)
    return RabitCourse(TINY_DOMAIN, photos, photos, 2, torch.device("cpu"), config=TINY)


def _run(out: Path, steps: int = STEPS) -> Run:
    return Run(out, steps, 5, 3, 1, torch.float32, torch.device("cpu"))


class _Killed(Exception):
    pass


def test_a_run_that_was_killed_goes_on_to_the_same_weights(
    photos: PhotoSet, weights_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = train(_course(photos, weights_root, monkeypatch), _run(tmp_path / "whole"), 0, {}).network.state_dict()
    killed, step = _course(photos, weights_root, monkeypatch), RabitCourse.step

    def step_or_die(chance: Chance, progress: float) -> dict[str, torch.Tensor]:
        if progress >= 4 / STEPS:
            raise _Killed
        return step(killed, chance, progress)

    killed.step = step_or_die
    with pytest.raises(_Killed):
        train(killed, _run(tmp_path / "parts"), 0, {})
    assert torch.load(tmp_path / "parts" / CHECKPOINT, weights_only=True)["step"] == 3
    resumed = train(_course(photos, weights_root, monkeypatch, seed=9), _run(tmp_path / "parts"), 0, {}).network
    worst = max((whole[name] - tensor).abs().max().item() for name, tensor in resumed.state_dict().items())
    assert worst <= 1e-6

    logs = [(tmp_path / name / "log.jsonl").read_text().splitlines() for name in ("whole", "parts")]
    lines = [[json.loads(line) for line in log] for log in logs]
    assert [line["step"] for line in lines[0]] == [1, 2, 3, 4, 5]
    assert {"match", "trust", "warp"} <= set().union(*lines[0]) and "judge" in lines[0][4]
    assert [{**line, "seconds": 0} for line in lines[0]] == [{**line, "seconds": 0} for line in lines[1]]
    with Image.open(tmp_path / "whole" / "sheet-0000005.png") as sheet:
        assert sheet.size == (6 * 128, 192) and np.array(sheet).std() > 10


def test_a_step_moves_the_translator_and_late_in_a_run_the_judge(course: RabitCourse) -> None:
    before = {name: p.detach().clone() for name, p in course.networks.named_parameters()}

    def moved() -> set[str]:
        return {
            name.split(".")[0] for name, p in course.networks.named_parameters() if not torch.equal(p, before[name])
        }

    early = course.step(Chance.of_step(0, 0, 0), 0.0)
    assert moved() == {"rabit"} and "judge" not in early
    late = course.step(Chance.of_step(0, 1, 0), 0.9)
    assert moved() == {"rabit", "judge"}
    assert all(value.isfinite() and not value.requires_grad for value in (early | late).values())


def test_a_checkpoint_brings_everything_back(
    course: RabitCourse, photos: PhotoSet, weights_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    average = WeightAverage(course.shipped)
    course.step(Chance.of_step(0, 0, 0), 0.9)
    save_checkpoint(tmp_path / "a.pt", course, average, 7, {})
    other = _course(photos, weights_root, monkeypatch, seed=1)
    other_average = WeightAverage(other.shipped)
    assert load_checkpoint(tmp_path / "a.pt", other, other_average) == 7
    assert all(
        torch.equal(a, b) for a, b in zip(course.networks.parameters(), other.networks.parameters(), strict=True)
    )
    pairs = zip(average.network.parameters(), other_average.network.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)
    mine, theirs = (c.optimisers["rabit"].state_dict()["state"] for c in (course, other))
    assert mine and mine.keys() == theirs.keys()
    assert all(torch.equal(mine[n]["exp_avg"], theirs[n]["exp_avg"]) for n in mine)


@pytest.mark.parametrize("damage", ["cut", "nothing", "foreign"])
def test_a_checkpoint_that_does_not_fit_is_refused_in_a_sentence(
    course: RabitCourse, tmp_path: Path, damage: str
) -> None:
    path = tmp_path / CHECKPOINT
    average = WeightAverage(course.shipped)
    save_checkpoint(path, course, average, 1, {})
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:1000])
    elif damage == "nothing":
        path.write_bytes(b"")
    else:
        torch.save({"step": 1, "networks": {}}, path)
    with pytest.raises(InputError, match=r"checkpoint\.pt does not fit this training .* use the same model"):
        train(course, _run(tmp_path), 0, {})
