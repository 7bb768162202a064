"""Fitting the mapper."""

import pytest
import torch

from engine.evaluation.coverage import compare_sources
from engine.training.imle import fit_mapper


def _ring(count: int, seed: int) -> torch.Tensor:
    """Codes on a ring in three dimensions, far from the origin: no Gaussian fits them."""
    angle = torch.rand(count, generator=torch.Generator().manual_seed(seed)) * 2 * torch.pi
    return torch.stack([5 + angle.cos(), 2 * angle.sin(), angle.cos() * angle.sin()], 1)


def test_samples_lie_where_codes_lie_also_codes_it_never_saw() -> None:
    codes, held_out = _ring(120, 0), _ring(60, 1)
    mapper = fit_mapper(codes, epochs=120, seed=0)
    found = compare_sources(mapper, codes, held_out, 500, 0)
    mine, gaussian = found["mapper"].held_out, found["fitted gaussian"].held_out
    assert mine.coverage < 0.25
    assert mine.plausibility < gaussian.plausibility / 2


def test_the_same_seed_gives_the_same_mapper_whatever_was_drawn_before() -> None:
    codes = _ring(40, 2)
    first = fit_mapper(codes, epochs=7, seed=3)
    torch.manual_seed(99)
    state = torch.get_rng_state()
    second, other = fit_mapper(codes, epochs=7, seed=3), fit_mapper(codes, epochs=7, seed=4)
    assert torch.equal(torch.get_rng_state(), state)
    noise = torch.randn(5, 8)
    assert torch.equal(first(noise), second(noise)) and not torch.equal(first(noise), other(noise))


def test_a_dimension_in_which_all_codes_agree_stays_as_it_is() -> None:
    codes = torch.cat([_ring(30, 0), torch.full((30, 1), 7.0)], 1)
    samples = fit_mapper(codes, epochs=5, seed=0)(torch.randn(10, 8))
    assert samples.isfinite().all() and torch.allclose(samples[:, 3], torch.tensor(7.0), atol=1e-3)


def test_one_code_is_met_and_none_is_refused() -> None:
    code = torch.tensor([[1.0, -2.0]])
    assert torch.allclose(fit_mapper(code, epochs=3, seed=0)(torch.zeros(1, 8)), code, atol=1e-4)
    with pytest.raises(ValueError, match="at least one code"):
        fit_mapper(torch.zeros(0, 2), epochs=1, seed=0)
