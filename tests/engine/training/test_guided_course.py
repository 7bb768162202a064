"""The training of guided pix2pix on made-up persons, and what it leaves behind."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.data.chance import Chance
from engine.data.photo_set import PhotoSet
from engine.models.guided import Guided, GuidedTranslatorConfig, exemplar_network
from engine.models.guided_pix2pix import CONDITIONINGS, GuidedConfig
from engine.training.guided_course import GuidedCourse
from engine.training.guided_tasks import ExemplarTask
from engine.training.loop import CHECKPOINT, Run, train
from tests.engine.figures import CLASSES
from tests.engine.folders import TINY_DOMAIN, make_people

STEPS = 5
TINY = {"width": 4, "blocks": 1, "bottleneck": 8}


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> PhotoSet:
    return PhotoSet(make_people(tmp_path_factory.mktemp("people"), 3), TINY_DOMAIN, "train")


def _course(photos: PhotoSet, conditioning: str = "bft", seed: int = 0) -> GuidedCourse:
    torch.manual_seed(seed)
    network = GuidedConfig(**vars(exemplar_network(conditioning, CLASSES)) | TINY)
    translator = Guided(GuidedTranslatorConfig("exemplar", CLASSES, TINY_DOMAIN.size, network))
    task = ExemplarTask(TINY_DOMAIN, photos, photos)
    return GuidedCourse(task, translator, 2, torch.device("cpu"), rate=2e-3, judge_width=4)


def _run(out: Path) -> Run:
    return Run(out, STEPS, 5, 3, 1, torch.float32, torch.device("cpu"))


class _Killed(Exception):
    pass


def test_a_run_that_was_killed_goes_on_to_the_same_weights(photos: PhotoSet, tmp_path: Path) -> None:
    whole = train(_course(photos), _run(tmp_path / "whole"), 0, {}).network.state_dict()
    killed, step = _course(photos), GuidedCourse.step

    def step_or_die(chance: Chance, progress: float) -> dict[str, torch.Tensor]:
        if progress >= 4 / STEPS:
            raise _Killed
        return step(killed, chance, progress)

    killed.step = step_or_die
    with pytest.raises(_Killed):
        train(killed, _run(tmp_path / "parts"), 0, {})
    assert torch.load(tmp_path / "parts" / CHECKPOINT, weights_only=True)["step"] == 3
    resumed = train(_course(photos, seed=9), _run(tmp_path / "parts"), 0, {}).network.state_dict()
    assert max((whole[name] - tensor).abs().max().item() for name, tensor in resumed.items()) <= 1e-6

    logs = [(tmp_path / name / "log.jsonl").read_text().splitlines() for name in ("whole", "parts")]
    lines = [[json.loads(line) for line in log] for log in logs]
    assert [{**line, "seconds": 0} for line in lines[0]] == [{**line, "seconds": 0} for line in lines[1]]
    assert {"absolute", "adversarial", "judge"} <= set().union(*lines[0])
    with Image.open(tmp_path / "whole" / "sheet-0000005.png") as sheet:
        assert sheet.size == (4 * 128, 192) and np.array(sheet).std() > 10


@pytest.mark.parametrize("conditioning", CONDITIONINGS)
def test_every_conditioning_learns(photos: PhotoSet, conditioning: str) -> None:
    course = _course(photos, conditioning)
    before = {name: p.detach().clone() for name, p in course.networks.named_parameters() if p.dim() > 1}
    figures = [course.step(Chance.of_step(0, 1, 0), 0.5) for _ in range(6)]
    after = dict(course.networks.named_parameters())
    assert not [name for name, weight in before.items() if torch.equal(weight, after[name])]
    assert all(value.isfinite() and not value.requires_grad for value in figures[0].values())
    assert figures[-1]["absolute"] < 0.95 * figures[0]["absolute"]
    assert figures[-1]["judge"] < figures[0]["judge"]


def test_another_persons_photo_is_no_truth(photos: PhotoSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.data.pairs.RETRIEVED", 1.0)
    course = _course(photos)
    judge = [parameter.detach().clone() for parameter in course.networks["judge"].parameters()]
    assert set(course.step(Chance.of_step(0, 0, 0), 0.0)) == {"adversarial"}
    assert all(torch.equal(a, b) for a, b in zip(judge, course.networks["judge"].parameters(), strict=True))
