"""Guided pix2pix in the live session: pictures without a warp, textures from patches, weights that only fade."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.domains import DOMAINS
from engine.inference.session import Session
from engine.inference.state import EditState, Exemplar, Pixels
from engine.models.guided import GuidedTranslatorConfig, guided_translator, network_of
from engine.style import Style
from engine.weights.registry import save_weights
from tests.engine.figures import CLASSES, STILL, moved_person
from tests.engine.folders import TINY_DOMAIN

LABELS = moved_person(STILL, 192, 128)[0].numpy().astype(np.uint8)
TOP = 3


@pytest.fixture(autouse=True)
def _weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, task in (("guided-bft", "exemplar"), ("guided-texture", "texture")):
        torch.manual_seed(0)
        network = replace(network_of(task, "bft", CLASSES), width=4, halvings=5, blocks=1, bottleneck=8)
        translator = guided_translator(GuidedTranslatorConfig(task, CLASSES, (64, 96), network, bare=(0,)))
        save_weights(
            tmp_path / TINY_DOMAIN.name / name,
            model=name,
            domain=TINY_DOMAIN.name,
            config=asdict(translator.config),
            state_dict=translator.state_dict(),
            data="made up",
            steps=0,
            seed=0,
            metrics={},
        )
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(DOMAINS, TINY_DOMAIN.name, TINY_DOMAIN)
        yield


def _exemplar(seed: int, class_id: int | None = None) -> Exemplar:
    """A colourful photo of the person, or a square texture of one class."""
    shape = LABELS.shape if class_id is None else (50, 50)
    photo = np.random.default_rng(seed).integers(0, 255, (*shape, 3), np.uint8)
    labels = LABELS if class_id is None else np.full(shape, class_id, np.uint8)
    return Exemplar(Pixels(photo), Pixels(labels))


def _state(model: str, exemplars: tuple[Exemplar, ...], weights: tuple[float, ...], style: Style) -> EditState:
    return EditState(TINY_DOMAIN.name, model, Pixels(LABELS), exemplars, weights, style=style)


@pytest.mark.parametrize("model", ["guided-bft", "guided-texture"])
def test_a_picture_of_the_canvas_without_a_warp_and_weights_fade(model: str) -> None:
    session, both = Session("cpu"), (_exemplar(0), _exemplar(1))
    frames = [session.render(_state(model, both, w, Style())) for w in ((1, 0), (0, 1), (0.5, 0.5))]
    assert frames[0].image.shape == (192, 128, 3) and frames[0].warp is None and frames[0].confidence is None
    first, second, middle = (frame.image.astype(float) for frame in frames)
    assert abs(first - second).max() > 3
    assert abs(middle - (first + second) / 2).mean() < 0.5  # bytes are whole numbers


def test_a_texture_of_one_class_changes_what_its_class_is_given() -> None:
    session, photo, fabric = Session("cpu"), _exemplar(0), _exemplar(1, TOP)
    plain = session.render(_state("guided-texture", (photo, fabric), (1, 0), Style()))
    style = Style(class_weights=((TOP, (0.0, 1.0)),))
    dressed = session.render(_state("guided-texture", (photo, fabric), (1, 0), style))
    changed = (plain.image != dressed.image).any(2)
    assert changed[LABELS == TOP].mean() > 0.5
    assert not changed[:40].any() and not changed[150:].any()  # the head, and the legs
