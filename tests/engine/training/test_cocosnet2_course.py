"""The training of CoCosNet v2 on made-up persons."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.data.chance import Chance
from engine.data.photo_set import PhotoSet
from engine.models.cocosnet2_translator import CocosNet2TranslatorConfig
from engine.training.cocosnet2_course import PRETRAINING, CocosNet2Course
from engine.training.loop import Run, train
from tests.engine.folders import TINY_DOMAIN, make_people, make_tiny_weights
from tests.engine.models.test_cocosnet2_translator import tiny_config

STEPS = 5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of persons, and weights of the network that pictures are compared in."""
    root = tmp_path_factory.mktemp("tiny")
    make_tiny_weights(root / "weights")
    make_people(root / "people", 3)
    return root


@pytest.fixture
def make_course(folder: Path, monkeypatch: pytest.MonkeyPatch):  # noqa: ANN201
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(folder / "weights"))
    domain = replace(TINY_DOMAIN, size=(64, 96))
    photos = PhotoSet(folder / "people", domain, "train")

    def make(config: CocosNet2TranslatorConfig, seed: int = 0) -> CocosNet2Course:
        torch.manual_seed(seed)
        return CocosNet2Course(domain, photos, photos, 2, torch.device("cpu"), config)

    return make


def _gru(course: CocosNet2Course) -> dict[str, torch.Tensor]:
    return dict(course.shipped.network.netCorr.patch_match.refine_net.named_parameters())


def test_every_parameter_of_the_gru_learns_in_one_step(make_course) -> None:  # noqa: ANN001
    course = make_course(tiny_config())
    figures = course.step(Chance.of_step(0, 0, 0), 0.0)
    assert {"feature_alignment", "mapping", "warp", "cycle", "offsets", "contrast"} == figures.keys()
    gradients = {name: p.grad for name, p in _gru(course).items()}
    assert len(gradients) == 26
    assert all(grad is not None and grad.abs().max() > 0 for grad in gradients.values())


def test_as_published_no_parameter_of_the_gru_learns(make_course) -> None:  # noqa: ANN001
    config = tiny_config()
    search = replace(config.network.patchmatch, trainable=False)
    course = make_course(replace(config, network=replace(config.network, patchmatch=search)))
    figures = course.step(Chance.of_step(0, 0, 0), 0.0)
    assert "warp" in figures and "offsets" not in figures
    assert all(p.grad is None for p in _gru(course).values())


@pytest.mark.parametrize("form", ["small", "small-dense"])
def test_the_correspondence_learns_first_and_the_rest_later(form: str, make_course) -> None:  # noqa: ANN001
    course = make_course(tiny_config(form))
    before = {name: p.detach().clone() for name, p in course.networks.named_parameters()}

    def moved() -> set[str]:
        changed = {name for name, p in course.networks.named_parameters() if not torch.equal(p, before[name])}
        parts = ("netCorr", "netG", "judge", "reverse")
        return {part for part in parts if any(part in name for name in changed)}

    early = course.step(Chance.of_step(0, 0, 0), PRETRAINING / 2)
    assert moved() == {"netCorr", "reverse"} and "judge" not in early
    late = [course.step(Chance.of_step(0, step, 0), 0.9) for step in range(6)]
    assert moved() == {"netCorr", "netG", "judge", "reverse"}
    assert all(value.isfinite() and not value.requires_grad for step in (early, *late) for value in step.values())
    assert len({"warp" in step for step in late}) == 2  # the correspondence learns on in some of them


def test_a_run_that_was_interrupted_goes_on_to_the_same_weights(make_course, tmp_path: Path) -> None:  # noqa: ANN001
    def run(out: Path, steps: int = STEPS) -> Run:
        return Run(out, steps, 5, 3, 1, torch.float32, torch.device("cpu"))

    whole = train(make_course(tiny_config()), run(tmp_path / "whole"), 0, {}).network.state_dict()
    first, step = make_course(tiny_config()), CocosNet2Course.step

    def step_or_stop(chance: Chance, progress: float) -> dict[str, torch.Tensor]:
        if progress >= 4 / STEPS:
            raise KeyboardInterrupt
        return step(first, chance, progress)

    first.step = step_or_stop
    with pytest.raises(KeyboardInterrupt):
        train(first, run(tmp_path / "parts"), 0, {})
    resumed = train(make_course(tiny_config(), seed=9), run(tmp_path / "parts"), 0, {}).network.state_dict()
    assert max((whole[name] - tensor).abs().max().item() for name, tensor in resumed.items()) <= 1e-6
    logs = [(tmp_path / name / "log.jsonl").read_text().splitlines() for name in ("whole", "parts")]
    lines = [[json.loads(line) | {"seconds": 0} for line in log] for log in logs]
    assert lines[0] == lines[1] and "judge" in lines[0][-1] and "judge" not in lines[0][0]
