"""Where exemplars lie in the plane of the style map."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.domains import DOMAINS
from engine.errors import InputError
from engine.inference.session import Session
from engine.inference.state import Exemplar, Pixels
from engine.models.style_axes import STYLES
from engine.models.style_space import StyleSpace
from engine.weights.registry import find_weights, save_weights
from tests.engine.figures import STILL, moved_person, photo_like
from tests.engine.folders import TINY_DOMAIN, make_tiny_weights

COMPONENTS = 3


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_tiny_weights(tmp_path)
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path))
    monkeypatch.setitem(DOMAINS, TINY_DOMAIN.name, replace(TINY_DOMAIN, size=(64, 96)))
    return tmp_path


def _exemplar(seed: int) -> Exemplar:
    photo = ((photo_like(seed, 96, 64)[0] + 1) * 127.5).permute(1, 2, 0).numpy().astype(np.uint8)
    return Exemplar(Pixels(photo), Pixels(moved_person(STILL, 96, 64)[0].numpy()))


def _save_space(root: Path, dims: int) -> StyleSpace:
    """A made-up space whose scores are the first numbers of a code."""
    space = StyleSpace(dims, COMPONENTS, ())
    space.analysis[:COMPONENTS] = torch.eye(COMPONENTS)
    space.directions[:, :COMPONENTS] = torch.eye(COMPONENTS)
    hash_ = find_weights(TINY_DOMAIN.name, "rabit").card.weights_hash
    save_weights(
        root / TINY_DOMAIN.name / f"rabit{STYLES}",
        model=f"rabit{STYLES}",
        domain=TINY_DOMAIN.name,
        config={"dims": dims, "components": COMPONENTS, "axes": [], "fitted_to": hash_},
        state_dict=space.state_dict(),
        data="made up",
        steps=0,
        seed=0,
        metrics={},
    )
    return space


def test_places_are_the_first_two_scores_of_the_codes(root: Path) -> None:
    session, exemplars = Session("cpu"), [_exemplar(seed) for seed in (1, 2, 3)]
    codes = session.style_codes(TINY_DOMAIN.name, "rabit", exemplars)
    _save_space(root, codes.shape[1])
    places = session.style_places(TINY_DOMAIN.name, "rabit", exemplars)
    assert places == pytest.approx(codes[:, :2], abs=1e-3)
    assert len(np.unique(places, axis=0)) == 3


def test_without_a_style_space_there_are_no_places(root: Path) -> None:
    with pytest.raises(InputError, match="rabit-styles"):
        Session("cpu").style_places(TINY_DOMAIN.name, "rabit", [_exemplar(1)])
