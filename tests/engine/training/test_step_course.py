"""The training of StEP and its baselines."""

import argparse
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch
from torch import nn

from engine.analysis.parser import ParserConfig, ParserEncoder
from engine.data.chance import Chance
from engine.data.photo_set import PhotoSet
from engine.domains import DOMAINS
from engine.errors import InputError
from engine.losses.perceptual import PerceptualNetwork
from engine.models.step import StepConfig
from engine.models.style_encoder import StyleEncoder, StyleEncoderConfig
from engine.training.step_course import FROZEN, StepCourse, halved, painted_size
from engine.training.style_methods import FINAL, METHODS, StyleMethod
from engine.training.train import add_arguments, run
from engine.weights.registry import open_weights, read_weights, save_weights
from tests.engine.data.test_side_by_side import make_pairs
from tests.engine.figures import CLASSES
from tests.engine.folders import TINY_DOMAIN, make_people, make_tiny_weights

ENCODER = StyleEncoderConfig(dims=3, widths=(4, 4, 8, 8))
TINY = StepConfig(content_channels=CLASSES, widths=(4, 6, 8, 8), blocks=1, encoder=ENCODER)
SIZE = (96, 64)


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_people(tmp_path_factory.mktemp("people"), 4)


def _course(people: Path, method: StyleMethod, rate: float = 1e-3, rough_until: float = 0.0) -> StepCourse:
    torch.manual_seed(0)
    photos = PhotoSet(people, TINY_DOMAIN, "train")
    perceptual = PerceptualNetwork(ParserEncoder(ParserConfig(CLASSES, (4, 6, 8, 8, 8, 8))))
    encoder = StyleEncoder(ENCODER).requires_grad_(False)
    how = method, TINY, perceptual, encoder, rate, 0.0, 4, rough_until
    return StepCourse(TINY_DOMAIN, photos, photos, 3, SIZE, torch.device("cpu"), *how)


def _moved(network: nn.Module, before: dict[str, torch.Tensor]) -> set[str]:
    return {name for name, now in network.named_parameters() if not torch.equal(now, before[name])}


def _copy(network: nn.Module) -> dict[str, torch.Tensor]:
    return {name: parameter.detach().clone() for name, parameter in network.named_parameters()}


def test_it_learns_to_paint(people: Path) -> None:
    course = _course(people, METHODS[FINAL], rate=0.03)
    figures = [course.step(Chance.of_step(0, step, 0), 0.0) for step in range(12)]
    first, last = (torch.stack([f["absolute"] for f in part]).mean() for part in (figures[:3], figures[-3:]))
    assert last < 0.8 * first
    sheet = course.sample_sheet(course.shipped)
    assert sheet.shape == (4 * 96, 7 * 64, 3) and sheet.std() > 10


def test_the_pretrained_encoder_rests_in_stage_2_and_learns_in_stage_3(people: Path) -> None:
    course = _course(people, METHODS[FINAL])
    before = _copy(course.shipped)
    course.step(Chance.of_step(0, 0, 0), FROZEN - 0.01)
    moved = _moved(course.shipped, before)
    assert moved and all(name.startswith("generator.") for name in moved)
    course.step(Chance.of_step(0, 1, 0), FROZEN)
    moved = _moved(course.shipped.encoder, {n.removeprefix("encoder."): p for n, p in before.items()})
    assert moved == {n for n, _ in course.shipped.encoder.named_parameters() if "log_variance" not in n}


def test_the_judge_rests_while_the_rough_is_learned(people: Path) -> None:
    course = _course(people, METHODS[FINAL], rough_until=0.5)
    judge = _copy(course.networks["judge"])
    rough = course.step(Chance.of_step(0, 0, 0), 0.49)
    assert not _moved(course.networks["judge"], judge) and rough.keys() == {"absolute", "reconstruction"}
    fine = course.step(Chance.of_step(0, 1, 0), 0.5)
    assert _moved(course.networks["judge"], judge) and {"adversarial own", "judge"} <= fine.keys()


def test_the_rough_is_learned_at_half_of_a_size_that_can_be_painted() -> None:
    assert halved((192, 128)) == (96, 64) and halved((96, 64)) == (96, 64)


def test_an_encoder_without_pretraining_learns_from_the_start(people: Path) -> None:
    course = _course(people, METHODS["bicyclegan-v1"])
    before = _copy(course.shipped.encoder)
    course.step(Chance.of_step(0, 0, 0), 0.0)
    assert _moved(course.shipped.encoder, before) == set(before)
    assert course.shipped.generator.decoder.scale == 1


OWN = {"absolute", "reconstruction", "adversarial own", "judge"}
DRAWN = OWN | {"drawn", "adversarial drawn"}
SWAPPED = DRAWN | {"swapped", "adversarial swapped", "cycled absolute", "cycled reconstruction"}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("bicyclegan-v0", DRAWN - {"reconstruction"} | {"divergence"}),
        ("bicyclegan-v1", DRAWN | {"divergence"}),
        ("bicyclegan-v2", DRAWN | {"divergence"}),
        ("bicyclegan-v3", DRAWN | {"smallness"}),
        ("munit-p-v1", SWAPPED | {"divergence"}),
        ("munit-p-v2", SWAPPED | {"divergence"}),
        ("munit-p-v3", SWAPPED | {"smallness"}),
        ("step-v1", SWAPPED | {"smallness"}),
        ("step-v2", DRAWN | {"smallness"}),
        ("step-v3", OWN | {"smallness"}),
        ("step-v4", OWN),
    ],
)
def test_a_method_has_its_losses_and_no_others(people: Path, name: str, wanted: set[str]) -> None:
    figures = _course(people, METHODS[name]).step(Chance.of_step(0, 0, 0), 0.9)
    assert set(figures) == wanted
    assert all(value.isfinite() and not value.requires_grad for value in figures.values())


def test_only_variational_methods_draw_around_the_mean() -> None:
    variational = {name for name, method in METHODS.items() if method.variational}
    assert variational == {"bicyclegan-v0", "bicyclegan-v1", "munit-p-v1"}
    assert {name for name, method in METHODS.items() if method.pretrained} == {f"step-v{n}" for n in (1, 2, 3, 4)}


def test_variation_is_around_the_mean_and_as_large_as_the_encoder_says(people: Path) -> None:
    course = _course(people, METHODS["bicyclegan-v1"])
    photo = torch.rand(1, 3, 192, 128).expand(400, -1, -1, -1)[:, :, :32, :32]
    codes, _ = course._code(photo)
    mean, log_variance = course.shipped.encoder(photo)
    torch.testing.assert_close(codes.mean(0), mean[0], atol=0.4, rtol=0)
    torch.testing.assert_close(codes.std(0), (log_variance[0] / 2).exp(), atol=0.3, rtol=0.2)


SILENT = StyleMethod(absolute=0.0, reconstruction=0.0)


@pytest.mark.parametrize("loss", ["drawn", "swapped"])
def test_what_recovery_teaches(people: Path, loss: str) -> None:
    """Codes drawn at random teach the generator alone; swapped ones the encoder too."""
    course = _course(people, replace(SILENT, **{loss: 1.0}))
    features = course.shipped.generator.content(torch.rand(2, CLASSES, *SIZE))
    whole, code = torch.zeros(2, 3, 192, 128), torch.randn(2, 3)
    asked = course._drawn if loss == "drawn" else course._swapped
    asked(features, code, whole)[-1].backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in course.shipped.generator.decoder.parameters())
    assert (course.shipped.encoder.mean.weight.grad is None) == (loss == "drawn")


def test_swapped_codes_are_looked_for_where_they_went(people: Path) -> None:
    course = _course(people, replace(SILENT, swapped=1.0))
    features = course.shipped.generator.content(torch.rand(3, CLASSES, *SIZE))
    code = torch.randn(3, 3)
    picture, found, _ = course._swapped(features, code, torch.zeros(3, 3, 192, 128))
    assert torch.equal(picture, course._painted(features, code[[2, 0, 1]]))
    torch.testing.assert_close(found, course._found(picture[[1, 2, 0]], torch.zeros(3, 3, 192, 128)))


def test_a_step_depends_on_its_chance_alone(people: Path) -> None:
    figures = [_course(people, METHODS["munit-p-v1"]).step(Chance.of_step(3, 4, 0), 0.0) for _ in range(2)]
    assert all(torch.equal(figures[0][name], figures[1][name]) for name in figures[0])


def test_sizes_that_cannot_be_painted_are_refused() -> None:
    assert painted_size(96, (384, 256)) == (96, 64)
    with pytest.raises(InputError, match="53×80 cannot be trained on"):
        painted_size(80, (384, 256))


@pytest.fixture
def tiny_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Weights of the tiny domain's parser, and of a style encoder in the folder that is returned."""
    make_tiny_weights(tmp_path / "weights")
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setitem(DOMAINS, TINY_DOMAIN.name, TINY_DOMAIN)
    made = {"data": "made up", "steps": 0, "seed": 0, "metrics": {}, "config": asdict(ENCODER)}
    state = StyleEncoder(ENCODER).state_dict()
    save_weights(tmp_path / "encoder", model="style-encoder", domain="tiny", state_dict=state, **made)
    return tmp_path / "encoder"


def _arguments(data: Path, out: Path, *more: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    places = ["--domain", "tiny", "--data", str(data), "--out", str(out), "--device", "cpu", "--model", "step"]
    return parser.parse_args([*places, "--steps", "2", "--batch", "2", *more])


def test_a_run_ends_in_weights_with_their_card(people: Path, tmp_path: Path, tiny_world: Path) -> None:
    assert run(_arguments(people, tmp_path, "--style-encoder", str(tiny_world), "--size", "96")) == 0
    config, tensors = read_weights(open_weights(tmp_path / "weights"))
    assert config["encoder"]["dims"] == 3 and config["content_channels"] == CLASSES
    assert "encoder.mean.weight" in tensors and (tmp_path / "sheet-0000002.png").exists()


def test_conditions_can_be_pictures_side_by_side(tmp_path: Path, tiny_world: Path) -> None:
    for split in ("train", "val"):
        make_pairs(tmp_path / "pairs", split, 3, (64, 64))
    layout = ["--layout", "side-by-side", "--direction", "b-to-a", "--style-encoder", str(tiny_world), "--size", "32"]
    assert run(_arguments(tmp_path / "pairs", tmp_path / "out", *layout)) == 0
    config, _ = read_weights(open_weights(tmp_path / "out" / "weights"))
    assert config["content_channels"] == 3


def test_step_asks_for_its_style_encoder(people: Path, tmp_path: Path, tiny_world: Path) -> None:
    with pytest.raises(InputError, match="step-v4 starts from a style encoder"):
        run(_arguments(people, tmp_path))
    with pytest.raises(InputError, match="card"):
        run(_arguments(people, tmp_path, "--style-encoder", str(people)))
