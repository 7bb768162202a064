"""The `train` command on each task of guided pix2pix, from a folder to weights that can be used."""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.domains import DOMAINS
from engine.errors import InputError
from engine.models.building import load_translator
from engine.models.depth import DepthConfig, DepthUpsampler
from engine.models.guided_pix2pix import CONDITIONINGS, GuidedConfig
from engine.training import courses
from engine.training.train import add_arguments, run
from engine.weights.registry import open_weights, read_weights
from tests.engine.depth_folder import make_depths
from tests.engine.folders import TINY_DOMAIN, make_people
from tests.engine.posed_domain import POSED_DOMAIN, make_posed_data


@pytest.fixture(autouse=True)
def _tiny() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for domain in (TINY_DOMAIN, POSED_DOMAIN):
            patch.setitem(DOMAINS, domain.name, replace(domain, size=(64, 128)))
        patch.setattr(courses, "SMALL_SIDE", 32)
        patch.setattr("engine.models.guided.SMALL_WIDTH", 4)
        patch.setattr("engine.models.guided.SMALL_UNET_WIDTHS", dict.fromkeys(CONDITIONINGS, 4))
        yield


def _run(data: Path, out: Path, model: str, *more: str) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    places = ["--data", str(data), "--out", str(out / "run"), "--model", model, "--device", "cpu"]
    weights = ["--export", str(out / "tiny" / model), "--steps", "1", "--batch", "2", "--preset", "small"]
    assert run(parser.parse_args([*places, *weights, *more])) == 0


@pytest.mark.parametrize(
    ("model", "more", "task"),
    [
        ("guided-film", (), "exemplar"),
        ("guided-texture", (), "texture"),
        ("guided-uft", ("--task", "texture"), "texture"),
    ],
)
def test_label_maps_are_painted_by_exemplars_and_by_textures(
    model: str, more: tuple[str, ...], task: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _run(make_people(tmp_path / "data"), tmp_path, model, "--domain", "tiny", *more)
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path))
    translator = load_translator("tiny", model)
    assert (translator.config.task, translator.size) == (task, (32, 64))
    assert translator.config.bare == ((0,) if task == "texture" else ())


def test_poses_are_transferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _run(make_posed_data(tmp_path / "data"), tmp_path, "guided-bft", "--domain", "tiny-pose")
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path))
    assert load_translator("tiny", "guided-bft").config.task == "pose"


def test_depth_needs_no_domain_and_its_card_says_how_well_it_does(tmp_path: Path) -> None:
    _run(make_depths(tmp_path / "data"), tmp_path, "guided-bft", "--task", "depth-x8")
    weights = open_weights(tmp_path / "tiny" / "guided-bft")
    assert weights.card.metrics["RMSE"] > 0 and weights.card.metrics["RMSE of bicubic interpolation"] > 0
    config, tensors = read_weights(weights)
    upsampler = DepthUpsampler(DepthConfig(**config | {"network": GuidedConfig(**config["network"])}))
    upsampler.load_state_dict(tensors)
    assert upsampler(torch.ones(1, 1, 4, 6), torch.zeros(1, 3, 32, 48)).shape == (1, 1, 32, 48)
    assert (upsampler.config.factor, upsampler.config.largest) == (8, 1200 + 69 * 40)


@pytest.mark.parametrize(("domain", "task"), [("tiny", "pose"), ("tiny-pose", "texture"), ("tiny-pose", "exemplar")])
def test_a_task_that_does_not_fit_the_domain_is_refused(domain: str, task: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"The task {task} does not fit the domain {domain}; choose another"):
        _run(tmp_path, tmp_path, "guided-bft", "--domain", domain, "--task", task)


def test_a_missing_domain_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Name the domain of the data with --domain"):
        _run(tmp_path, tmp_path, "guided-bft")
