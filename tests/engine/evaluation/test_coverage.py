"""Coverage and plausibility of drawn codes."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.evaluation.coverage import compare_sources, measure_coverage
from engine.models.mapper import Mapper


def test_by_hand() -> None:
    codes, samples = torch.tensor([[0.0, 0.0], [3.0, 4.0]]), torch.tensor([[0.0, 1.0]])
    found = measure_coverage(codes, samples)
    assert found.coverage == pytest.approx((1 + 18**0.5) / 2) and found.plausibility == pytest.approx(1)


@given(st.integers(1, 20), st.integers(0, 100))
def test_codes_cover_themselves_and_more_samples_never_cover_worse(count: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    codes, samples = torch.randn(count, 3, generator=generator), torch.randn(9, 3, generator=generator)
    assert measure_coverage(codes, codes).coverage == 0
    more = torch.cat([samples, torch.randn(5, 3, generator=generator)])
    assert measure_coverage(codes, more).coverage <= measure_coverage(codes, samples).coverage


def test_sources_are_measured_in_units_of_the_codes_deviation() -> None:
    generator = torch.Generator().manual_seed(0)
    codes, held_out = (torch.randn(200, 2, generator=generator) * 0.01 + 4 for _ in range(2))
    found = compare_sources(Mapper(2), codes, held_out, 300, 0)
    assert set(found) == {"mapper", "unit gaussian", "fitted gaussian"}
    assert found["fitted gaussian"].held_out.coverage < 0.3
    assert found["unit gaussian"].held_out.coverage > 50
    stretched = compare_sources(Mapper(2), codes * 7, held_out * 7, 300, 0)
    assert stretched["fitted gaussian"].held_out.coverage == pytest.approx(
        found["fitted gaussian"].held_out.coverage, rel=1e-2
    )


def test_a_source_that_only_repeats_the_codes_of_the_fit_shows_on_held_out_codes() -> None:
    class Repeater(Mapper):
        def sample(self, count: int, generator: torch.Generator) -> torch.Tensor:
            return codes[torch.randint(len(codes), (count,), generator=generator)]

    codes = torch.randn(10, 4, generator=torch.Generator().manual_seed(0))
    held_out = torch.randn(10, 4, generator=torch.Generator().manual_seed(1))
    found = compare_sources(Repeater(4), codes, held_out, 200, 0)["mapper"]
    assert found.fitted.coverage < 1e-5 < 0.5 < found.held_out.coverage
