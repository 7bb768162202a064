"""Translators by name."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.errors import InputError
from engine.inference.session import Session
from engine.inference.state import EditState, Exemplar, Pixels
from engine.models.building import load_translator
from engine.models.mix import ALONE
from engine.models.rabit import Rabit, RabitConfig
from engine.models.step import Step, StepConfig
from engine.models.style_encoder import StyleEncoderConfig
from engine.weights.registry import save_weights
from tests.engine.figures import STILL, moved_person, photo_like

TINY_STEP = StepConfig(6, (4, 6, 8, 8), 1, StyleEncoderConfig(3, (4, 4, 8, 8)))


def _save(root: Path, config: dict, network: Step) -> None:
    folder = root / "fashion" / "step"
    made = {"data": "made up", "steps": 0, "seed": 0, "metrics": {}}
    save_weights(folder, model="step", domain="fashion", config=config, state_dict=network.state_dict(), **made)


def test_step_comes_back_from_its_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path))
    torch.manual_seed(0)
    network = Step(TINY_STEP)
    _save(tmp_path, asdict(TINY_STEP), network)
    loaded = load_translator("fashion", "step")
    assert loaded.config == TINY_STEP and not loaded.training

    labels = moved_person(STILL, 64, 64)
    pictures = []
    for translator in (network.eval(), loaded):
        condition = translator.encode_condition(labels)
        code = translator.encode_exemplar(photo_like(0, 64, 64), labels)
        pictures.append(translator.synthesise(condition, [translator.align(condition, code)], ALONE))
    assert (pictures[0] - pictures[1]).abs().mean() < 0.002  # half precision on disk


def test_a_translator_works_at_the_size_that_it_was_trained_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path))
    config = RabitConfig(size=(128, 192), widths=(8, 8, 8, 8), matching_dims=8, style_dims=4)
    network = Rabit(config)
    made = {"data": "made up", "steps": 0, "seed": 0, "metrics": {}}
    folder = tmp_path / "fashion" / "rabit-small"
    save_weights(
        folder, model="rabit-small", domain="fashion", config=asdict(config), state_dict=network.state_dict(), **made
    )
    assert load_translator("fashion", "rabit-small").config == config
    photo, labels = Pixels(np.zeros((384, 256, 3), np.uint8)), Pixels(np.zeros((384, 256), np.uint8))
    state = EditState("fashion", "rabit-small", labels, (Exemplar(photo, labels),), (1.0,))
    exemplars = []
    monkeypatch.setattr(Rabit, "encode_exemplar", lambda self, photo, *rest: exemplars.append(photo.shape[2:]))
    Session("cpu").render(state, lambda: not exemplars)
    assert exemplars == [(192, 128)]


def test_weights_of_another_shape_are_refused_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path))
    _save(tmp_path, asdict(TINY_STEP) | {"blocks": 2}, Step(TINY_STEP))
    with pytest.raises(InputError, match="do not fit this version"):
        load_translator("fashion", "step")
    with pytest.raises(InputError, match="choose one of: rabit"):
        load_translator("fashion", "nothing")
