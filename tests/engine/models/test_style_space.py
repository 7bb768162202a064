"""The space of style codes: scores and back, axes, drawing."""

from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InputError
from engine.models.style_axes import STYLES, Axis, style_axes
from engine.models.style_space import StyleSpace, load_style_space
from engine.style import Style
from engine.training.fit_styles import fit_style_space, turn
from engine.weights.registry import find_weights, save_weights
from tests.engine.factories import make_weights

DIMS, COMPONENTS = 12, 4


def _codes(count: int = 60, seed: int = 0) -> torch.Tensor:
    """Codes that vary in four directions of different strength, and a number that never changes."""
    generator = torch.Generator().manual_seed(seed)
    strengths = torch.tensor([3.0, 2.0, 1.0, 0.5])
    codes = torch.randn(count, 4, generator=generator) * strengths @ torch.randn(4, DIMS, generator=generator) + 5
    codes[:, -1] = 7
    return codes


@pytest.fixture(scope="module")
def space() -> StyleSpace:
    return fit_style_space(_codes(), torch.ones(DIMS), COMPONENTS, epochs=5, seed=0)


def test_scores_are_in_standard_deviations_and_lead_back_to_the_codes(space: StyleSpace) -> None:
    scores = space.scores(_codes())
    assert torch.allclose(scores.mean(0), torch.zeros(COMPONENTS), atol=1e-4)
    assert torch.allclose(scores.std(0), torch.ones(COMPONENTS), atol=1e-3)
    assert torch.allclose(space.codes(scores), _codes(), atol=1e-3)


def test_a_step_along_an_axis_is_one_deviation_of_its_score_and_of_no_other(space: StyleSpace) -> None:
    moved = space.edit(Style.of(axes=(0, 1.5)))(_codes())
    change = space.scores(moved) - space.scores(_codes())
    assert torch.allclose(change, torch.tensor([0, 1.5, 0, 0]).expand_as(change), atol=1e-3)


@given(st.integers(0, 2**31), st.floats(0, 1))
@settings(max_examples=20)
def test_a_drawn_style_takes_over_by_its_share(space: StyleSpace, seed: int, share: float) -> None:
    code = _codes(1)
    drawn = space.edit(Style.of(sample=seed, surprise=share))(code)
    assert torch.allclose(drawn, code + share * (space.sample(seed) - code), atol=1e-4)
    assert torch.equal(space.sample(seed), space.sample(seed))


def test_an_axis_can_be_turned_round_without_changing_what_is_drawn(space: StyleSpace) -> None:
    before, scores = space.sample(3), space.scores(_codes())
    turn(space, 1)
    assert torch.allclose(space.sample(3), before, atol=1e-4)
    assert torch.allclose(space.scores(_codes()), scores * torch.tensor([1, -1, 1, 1]), atol=1e-4)
    turn(space, 1)


def _saved(root: Path, space: StyleSpace, fitted_to: str) -> None:
    save_weights(
        root / "fashion" / ("rabit" + STYLES),
        model="rabit" + STYLES,
        domain="fashion",
        config={
            "dims": DIMS,
            "components": COMPONENTS,
            "axes": [{"name": "Hair lightness", "low": "darker", "high": "lighter"}],
            "fitted_to": fitted_to,
        },
        state_dict=space.state_dict(),
        data="made up",
        steps=0,
        seed=0,
        metrics={},
    )


def test_a_saved_space_comes_back_and_one_of_other_weights_is_refused(
    space: StyleSpace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path))
    make_weights(tmp_path)
    assert style_axes("fashion", "rabit") == ()
    _saved(tmp_path, space, find_weights("fashion", "rabit").card.weights_hash)
    assert style_axes("fashion", "rabit") == (Axis("Hair lightness", "darker", "lighter"),)
    again = load_style_space("fashion", "rabit")
    assert torch.allclose(again.sample(1), space.sample(1), atol=0.05)
    _saved(tmp_path, space, "0" * 64)
    with pytest.raises(InputError, match="fitted to other weights; run fit-styles again"):
        load_style_space("fashion", "rabit")
