"""Guided pix2pix as a translator."""

from dataclasses import asdict
from pathlib import Path

import pytest
import torch

from engine.models.building import load_translator
from engine.models.guided import Guided, GuidedTranslatorConfig, exemplar_network, label_planes, small_network
from engine.models.guided_pix2pix import CONDITIONINGS, GuidedConfig
from engine.models.mix import ALONE, Mix
from engine.models.names import SYSTEMS
from engine.weights.registry import save_weights
from tests.engine.figures import CLASSES, STILL, moved_person, photo_like


def _translator(conditioning: str = "bft") -> Guided:
    torch.manual_seed(0)
    network = GuidedConfig(**vars(exemplar_network(conditioning, CLASSES)) | {"width": 4, "blocks": 1, "bottleneck": 8})
    return Guided(GuidedTranslatorConfig("exemplar", CLASSES, (64, 96), network)).eval().requires_grad_(False)


def _picture(translator: Guided, seed: int) -> torch.Tensor:
    labels = moved_person(STILL, 96, 64)
    condition = translator.encode_condition(labels)
    exemplar = translator.encode_exemplar(photo_like(seed, 96, 64), labels)
    aligned = translator.align(condition, exemplar)
    assert (aligned.warp, aligned.confidence, aligned.match) == (None, None, None)
    return translator.synthesise(condition, [aligned], ALONE)


def test_planes_of_labels_say_where_each_class_is() -> None:
    labels = moved_person(STILL, 96, 64)
    planes = label_planes(labels, CLASSES)
    assert planes.shape == (1, CLASSES, 96, 64) and torch.equal(planes.argmax(1), labels)
    assert torch.equal(planes.sum(1), torch.ones(1, 96, 64))


@pytest.mark.parametrize("conditioning", CONDITIONINGS)
def test_the_exemplar_decides_the_picture(conditioning: str) -> None:
    translator = _translator(conditioning)
    first, second = (_picture(translator, seed) for seed in (1, 2))
    assert first.shape == (1, 3, 96, 64) and first.abs().max() <= 1
    assert (first - second).abs().max() > 1e-4


def test_a_mix_fades_between_the_exemplars_and_a_class_may_have_its_own() -> None:
    translator, labels = _translator(), moved_person(STILL, 96, 64)
    condition = translator.encode_condition(labels)
    aligned = [
        translator.align(condition, translator.encode_exemplar(photo_like(seed, 96, 64), labels)) for seed in (1, 2)
    ]
    first, second = (alignment.injection for alignment in aligned)
    mixed = translator.synthesise(condition, aligned, Mix((0.25, 0.75), {3: (1.0, 0.0)}))
    top = (labels == 3).unsqueeze(1)
    expected = torch.where(top, first, 0.25 * first + 0.75 * second)
    assert top.any() and (mixed - expected).abs().max() < 1e-6


def test_an_exemplar_of_another_shape_is_fitted() -> None:
    translator, labels = _translator(), moved_person(STILL, 96, 64)
    exemplar = translator.encode_exemplar(photo_like(1, 64, 96), moved_person(STILL, 64, 96))
    assert translator.align(translator.encode_condition(labels), exemplar).injection.shape == (1, 3, 96, 64)


def test_the_style_code_is_colour_over_the_person() -> None:
    translator, labels = _translator(), moved_person(STILL, 96, 64)
    photo = photo_like(1, 96, 64)
    code = translator.style_code(translator.encode_exemplar(photo, labels))
    shown = photo[0][:, labels[0] > 0]
    expected = torch.cat([shown.mean(1), shown.std(1, correction=0)])
    assert (code[0] - expected).abs().max() < 1e-5


@pytest.mark.parametrize("conditioning", CONDITIONINGS)
def test_the_small_form_is_small_and_comes_back_from_its_weights(
    conditioning: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = small_network(exemplar_network(conditioning, 19))
    translator = Guided(GuidedTranslatorConfig("exemplar", 19, (128, 192), network)).eval()
    assert 2.1e6 < sum(parameter.numel() for parameter in translator.parameters()) < 2.3e6  # of 2 bytes each
    name = f"guided-{conditioning}"
    assert SYSTEMS[name] == "guided_pix2pix"
    save_weights(
        tmp_path / "fashion" / name,
        model=name,
        domain="fashion",
        config=asdict(translator.config),
        state_dict=translator.state_dict(),
        data="made up",
        steps=0,
        seed=0,
        metrics={},
        half=False,
    )
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path))
    loaded = load_translator("fashion", name)
    assert loaded.size == (128, 192) and loaded.config == translator.config
    own, read = translator.state_dict(), loaded.state_dict()
    assert own.keys() == read.keys() and all(torch.equal(own[key], read[key]) for key in own)
