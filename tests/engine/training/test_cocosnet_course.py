"""The training of CoCosNet on made-up persons, and what its course shares with others."""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from engine.analysis.parser import ParserConfig, ParserEncoder
from engine.data.chance import Chance
from engine.data.pairs import example_pair
from engine.data.photo_set import PhotoSet
from engine.domains import CELEBAHQ, DOMAINS
from engine.losses.perceptual import PerceptualNetwork
from engine.models.building import BUILDERS
from engine.models.cocosnet import CocosNetConfig
from engine.training import cocosnet_course
from engine.training.cocosnet_course import CocosNetCourse
from engine.training.exemplar_course import Rates
from engine.training.loop import Run, train
from engine.training.train import add_arguments, run
from engine.weights.registry import open_weights, read_weights
from tests.engine.figures import CLASSES
from tests.engine.folders import TINY_DOMAIN, make_people, make_tiny_weights

SMALL_DOMAIN = replace(TINY_DOMAIN, size=(64, 96))
TINY = CocosNetConfig(CLASSES, SMALL_DOMAIN.size, width=4, generator_width=4)
EDGES = replace(TINY, classes=len(CELEBAHQ.classes), edges=True)
STEPS = 4


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> PhotoSet:
    return PhotoSet(make_people(tmp_path_factory.mktemp("people"), 3), SMALL_DOMAIN, "train")


@pytest.fixture
def course(photos: PhotoSet, monkeypatch: pytest.MonkeyPatch) -> CocosNetCourse:
    return _course(photos, monkeypatch)


def _course(
    photos: PhotoSet, patch: pytest.MonkeyPatch, seed: int = 0, config: CocosNetConfig = TINY
) -> CocosNetCourse:
    torch.manual_seed(7)
    perceptual = PerceptualNetwork(ParserEncoder(ParserConfig(CLASSES, (4, 6, 8, 8, 8, 8))))
    patch.setattr(cocosnet_course, "perceptual_network", lambda *_: perceptual)
    torch.manual_seed(seed)
    rates = Rates(translator=2e-3, judge=2e-3, momentum=0.5)
    return CocosNetCourse(SMALL_DOMAIN, photos, photos, 2, torch.device("cpu"), config, rates=rates)


def _reached(network: nn.Module) -> set[str]:
    """The parts of the translator that the last backward pass has reached."""
    parts = {f"correspondence.{name}": part for name, part in network.correspondence.named_children()}
    parts["generator"] = network.generator
    return {n for n, part in parts.items() if any(p.grad is not None and p.grad.any() for p in part.parameters())}


def test_every_loss_reaches_the_parts_that_it_is_to_teach(photos: PhotoSet, course: CocosNetCourse) -> None:
    pairs = example_pair(photos, "p0", "p0", 1)
    chance = Chance.of_step(0, 0, 0)
    image, losses = course.losses(pairs, chance, 0.0)
    losses |= course.verdict(pairs, image)
    adaptors = {"correspondence.adaptive_model_seg", "correspondence.adaptive_model_img"}
    matching = adaptors | {"correspondence.layer", "correspondence.phi", "correspondence.theta"}
    expected = dict.fromkeys(losses, matching | {"generator"})
    expected |= dict.fromkeys(("warped_mask", "warp", "cycle"), matching) | {"feature_alignment": adaptors}
    assert losses.keys() == cocosnet_course.WEIGHTS.keys()
    for name, loss in losses.items():
        course.shipped.zero_grad()
        loss.backward(retain_graph=True)
        assert _reached(course.shipped) == expected[name], name


@pytest.mark.parametrize("config", [TINY, EDGES])
def test_it_learns_a_pair_by_heart(photos: PhotoSet, config: CocosNetConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    course = _course(photos, monkeypatch, config=config)

    def figures(step: int) -> dict[str, torch.Tensor]:
        return course.step(Chance.of_step(3, 0, 0), 0.2 + 0.001 * step)

    first = figures(0)
    assert "judge" not in first
    for step in range(25):
        last = figures(step)
    assert last["warped_mask"] < 0.3 * first["warped_mask"]
    assert last["feature_alignment"] < 0.7 * first["feature_alignment"]
    assert last["cycle"] < first["cycle"] and last["pseudo_pair"] < first["pseudo_pair"]
    assert all(value.isfinite() and not value.requires_grad for value in last.values())


def test_the_judge_joins_in(course: CocosNetCourse) -> None:
    before = [parameter.detach().clone() for parameter in course.networks["judge"].parameters()]
    figures = course.step(Chance.of_step(0, 0, 0), course.judged_from)
    assert {"adversarial", "feature_matching", "judge"} <= figures.keys()
    after = course.networks["judge"].parameters()
    moved = [not torch.equal(a, b) for a, b in zip(before, after, strict=True)]
    assert sum(moved) > 0.8 * len(moved)  # the hinge loss leaves the last bias where it is


def test_edges_of_targets_are_shown_of_half_of_them(photos: PhotoSet, monkeypatch: pytest.MonkeyPatch) -> None:
    course = _course(photos, monkeypatch, config=EDGES)
    pairs = example_pair(photos, "p0", "p0", 1)
    noise = torch.rand(1, 3, 96, 64, generator=torch.Generator().manual_seed(0)) * 2 - 1
    pairs = replace(pairs, target=noise, labels=torch.zeros_like(pairs.labels))  # no part: its edges are the photo's
    shown = [course._condition(pairs, Chance.of_step(0, step, 0)).planes[:, 0].any() for step in range(40)]
    assert 10 < sum(shown) < 30
    assert not course.shipped.encode_condition(pairs.labels).planes[:, 0].any()
    figures = course.step(Chance.of_step(0, 0, 0), 0.0)
    assert all(value.isfinite() for value in figures.values())


class _Killed(Exception):
    pass


def test_a_run_that_was_killed_goes_on_to_the_same_weights(
    photos: PhotoSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def settings(name: str) -> Run:
        return Run(tmp_path / name, STEPS, 5, 2, 1, torch.float32, torch.device("cpu"))

    whole = train(_course(photos, monkeypatch), settings("whole"), 0, {}).network.state_dict()
    killed = _course(photos, monkeypatch)

    def step_or_die(chance: Chance, progress: float) -> dict[str, torch.Tensor]:
        if progress >= 3 / STEPS:
            raise _Killed
        return CocosNetCourse.step(killed, chance, progress)

    killed.step = step_or_die
    with pytest.raises(_Killed):
        train(killed, settings("parts"), 0, {})
    resumed = train(_course(photos, monkeypatch, seed=9), settings("parts"), 0, {}).network.state_dict()
    assert max((whole[name] - tensor).abs().max().item() for name, tensor in resumed.items()) <= 1e-6
    log = [json.loads(line) for line in (tmp_path / "parts" / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in log] == [1, 2, 3, 4]
    assert "judge" not in log[0] and "judge" in log[-1]


def test_the_sheet_shows_a_row_a_photo(course: CocosNetCourse) -> None:
    sheet = course.sample_sheet(course.shipped.eval())
    assert sheet.shape == (96, 6 * 64, 3)
    condition, exemplar, warp, confidence, image, truth = (sheet[:, 64 * n : 64 * (n + 1)] for n in range(6))
    assert (confidence == confidence[..., :1]).all()
    assert all(part.std() > 10 for part in (condition, exemplar, warp, truth)) and image.std() > 0


def test_the_command_trains_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_tiny_weights(tmp_path / "weights")
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setitem(DOMAINS, TINY_DOMAIN.name, TINY_DOMAIN)
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    words = ["--domain", "tiny", "--data", str(make_people(tmp_path / "people", 2)), "--out", str(tmp_path / "out")]
    words += ["--model", "cocosnet", "--steps", "1", "--batch", "1", "--device", "cpu"]
    assert run(parser.parse_args(words)) == 0
    weights = open_weights(tmp_path / "out" / "weights")
    config, tensors = read_weights(weights)
    translator = BUILDERS["cocosnet"](config)
    translator.load_state_dict(tensors)
    assert (weights.card.model, weights.card.steps, translator.size) == ("cocosnet", 1, (64, 96))
