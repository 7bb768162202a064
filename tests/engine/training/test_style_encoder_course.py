"""The training of the style encoder, and what it leaves behind."""

import argparse
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.data.chance import Chance
from engine.data.image_folder import ImageFolder, images_below
from engine.domains import DOMAINS
from engine.images import write_image
from engine.models.style_encoder import StyleEncoderConfig, load_style_encoder
from engine.training.style_encoder_course import StyleEncoderCourse
from engine.training.train import add_arguments, run
from engine.weights.registry import open_weights
from tests.engine.folders import TINY_DOMAIN, make_tiny_weights

COUNT = 30
STEPS = 40


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Grey noise, from dark to light."""
    root = tmp_path_factory.mktemp("images")
    random = np.random.default_rng(0)
    for number in range(COUNT):
        picture = 8 * number + random.integers(0, 20, (64, 64, 3))
        write_image(root / f"{number:02}.png", picture.astype(np.uint8))
    return root


@pytest.fixture(autouse=True)
def _tiny(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path_factory.mktemp("weights")
    make_tiny_weights(root)
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(root))
    monkeypatch.setitem(DOMAINS, TINY_DOMAIN.name, TINY_DOMAIN)


def _course(folder: Path) -> StyleEncoderCourse:
    torch.manual_seed(0)
    photos = ImageFolder(images_below(folder), (64, 64))
    config = StyleEncoderConfig(dims=2, widths=(4, 4, 8, 8))
    return StyleEncoderCourse(TINY_DOMAIN, photos, photos, 6, torch.device("cpu"), config)


def test_it_learns_to_put_its_triplets_in_order(folder: Path) -> None:
    course = _course(folder)
    figures = [course.step(Chance.of_step(0, step, 0), step / STEPS) for step in range(STEPS)]
    first, last = (torch.stack([f["loss"] for f in part]).mean() for part in (figures[:10], figures[-10:]))
    assert last < 0.7 * first
    assert torch.stack([f["ordered"] for f in figures[-10:]]).mean() > 0.9
    assert course.sample_sheet(course.shipped).std() > 10


def test_a_step_depends_on_its_chance_alone(folder: Path) -> None:
    courses = [_course(folder) for _ in range(2)]
    losses = [course.step(Chance.of_step(3, 4, 0), 0.0)["loss"] for course in courses]
    assert torch.equal(*losses) and not losses[0].requires_grad


def test_any_folder_of_images_ends_in_weights(folder: Path, tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    places = ["--domain", "tiny", "--data", str(folder), "--out", str(tmp_path), "--device", "cpu"]
    more = ["--model", "style-encoder", "--steps", "2", "--batch", "2"]
    assert run(parser.parse_args([*places, *more])) == 0
    weights = open_weights(tmp_path / "weights")
    encoder = load_style_encoder(weights)
    assert encoder.code(torch.zeros(1, 3, 192, 128)).shape == (1, 8)
    assert (weights.card.model, weights.card.steps) == ("style-encoder", 2)
    assert (tmp_path / "sheet-0000002.png").exists()
