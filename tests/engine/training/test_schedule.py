"""Learning rates over a run."""

import pytest

from engine.training.schedule import warm_then_cosine


@pytest.mark.parametrize("steps", [1, 3, 100, 10_000])
def test_it_rises_once_then_falls(steps: int) -> None:
    factors = [warm_then_cosine(step, steps) for step in range(steps)]
    top = factors.index(max(factors))
    assert factors[top] == 1 and top <= max(200, steps // 20)
    assert factors[: top + 1] == sorted(factors[: top + 1]) and factors[top:] == sorted(factors[top:], reverse=True)
    assert min(factors) > 0


def test_it_ends_at_a_fiftieth() -> None:
    assert warm_then_cosine(10_000, 10_000) == pytest.approx(0.02)
    assert warm_then_cosine(5_100, 10_000) == pytest.approx(0.51, abs=1e-3)
