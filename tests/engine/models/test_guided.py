"""Guided pix2pix as a translator."""

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.conditions.pose_tensors import pose_tensors
from engine.conditions.texture import BACKGROUND
from engine.domains import BODY_SEGMENTS
from engine.models.building import load_translator
from engine.models.guided import (
    Guided,
    GuidedTranslatorConfig,
    guided_translator,
    label_planes,
    network_of,
    small_network,
)
from engine.models.guided_pix2pix import CONDITIONINGS
from engine.models.mix import ALONE, Mix
from engine.models.names import SYSTEMS
from engine.weights.registry import save_weights
from tests.engine.figures import CLASSES, STILL, moved_person, photo_like


def _translator(conditioning: str = "bft", task: str = "exemplar", classes: int = CLASSES) -> Guided:
    torch.manual_seed(0)
    network = replace(network_of(task, conditioning, classes), width=4, halvings=5, blocks=1, bottleneck=8)
    return guided_translator(GuidedTranslatorConfig(task, classes, (64, 96), network)).eval().requires_grad_(False)


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
    network = small_network(network_of("exemplar", conditioning, 19))
    translator = guided_translator(GuidedTranslatorConfig("exemplar", 19, (128, 192), network)).eval()
    assert 2.6e6 < sum(parameter.numel() for parameter in translator.parameters()) < 3e6  # of 2 bytes each
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


def test_texture_is_painted_with_the_exemplars_patches() -> None:
    translator, labels = _translator(task="texture"), moved_person(STILL, 96, 64)
    condition = translator.encode_condition(labels)
    assert condition.planes.shape == (1, 1, 96, 64)
    exemplar = translator.encode_exemplar(photo_like(1, 96, 64), labels)
    patched = translator.guide(condition, exemplar)[0, 3] == 1
    assert set(labels[0][patched].tolist()) == set(labels.unique().tolist()) - {BACKGROUND}
    first, second = (_picture(translator, seed) for seed in (1, 2))
    assert first.shape == (1, 3, 96, 64) and first.abs().max() <= 1 and (first - second).abs().max() > 1e-3


def test_a_swatch_of_another_shape_is_a_texture_for_what_is_not_bare() -> None:
    translator, labels = _translator(task="texture"), moved_person(STILL, 96, 64)
    translator.config = replace(translator.config, bare=(0, 1, 2))
    swatch = translator.encode_exemplar(photo_like(1, 64, 64), torch.zeros(1, 64, 64, dtype=torch.int64))
    guide = translator.guide(translator.encode_condition(labels), swatch)[0]
    assert set(labels[0][guide[3] == 1].tolist()) == {3, 4, 5}


def test_a_pose_guides_the_exemplars_photo() -> None:
    torch.manual_seed(0)
    translator, photo = _translator(task="pose", classes=len(BODY_SEGMENTS)), photo_like(1, 96, 64)
    poses = [np.random.default_rng(seed).uniform(8, 60, (1, 18, 3)) for seed in (0, 1)]
    pictures = []
    for pose in poses:
        tensors = pose_tensors([pose], (96, 64))
        exemplar = translator.encode_exemplar(photo, tensors.labels, tensors)
        condition = translator.encode_condition(tensors.labels, tensors)
        pictures.append(translator.synthesise(condition, [translator.align(condition, exemplar)], ALONE))
    assert pictures[0].shape == (1, 3, 96, 64) and (pictures[0] - pictures[1]).abs().max() > 1e-4


@pytest.mark.parametrize("task", ["texture", "pose"])
@pytest.mark.parametrize("conditioning", CONDITIONINGS)
def test_the_small_forms_of_the_other_tasks_are_small(task: str, conditioning: str) -> None:
    network = small_network(network_of(task, conditioning, 19))
    translator = guided_translator(GuidedTranslatorConfig(task, 19, (128, 192), network))
    assert sum(parameter.numel() for parameter in translator.parameters()) < 3e6
