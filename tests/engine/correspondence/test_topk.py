"""The soft top-k against its definition."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.correspondence.topk import soft_topk
from tests.reference.sinkhorn import sinkhorn_topk

epsilons = st.sampled_from([1.0, 0.05, 0.005])


def _scores(seed: int, rows: int = 3, count: int = 12) -> torch.Tensor:
    return torch.randn(rows, count, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@given(st.integers(0, 999), st.integers(1, 12), epsilons)
def test_rows_sum_to_k(seed: int, k: int, epsilon: float) -> None:
    indicator = soft_topk(_scores(seed), k, epsilon)
    assert torch.allclose(indicator.sum(1), torch.full((3,), float(k), dtype=torch.float64), atol=1e-6)
    assert indicator.min() >= 0 and indicator.max() <= 1


@given(st.integers(0, 999), st.integers(1, 11), epsilons)
def test_larger_scores_have_larger_shares(seed: int, k: int, epsilon: float) -> None:
    scores = _scores(seed)
    indicator = soft_topk(scores, k, epsilon).gather(1, scores.argsort(1))
    assert (indicator.diff(dim=1) >= 0).all()
    assert (indicator[:, -1] > indicator[:, 0]).all()


@given(st.integers(0, 999), st.integers(1, 11), epsilons)
def test_a_raised_score_gains_and_the_others_lose(seed: int, k: int, epsilon: float) -> None:
    scores = _scores(seed)
    middle = scores.argsort(1)[:, 6:7]
    raised = scores.scatter_add(1, middle, torch.full((3, 1), 1e-3, dtype=torch.float64))
    gain = soft_topk(raised, k, epsilon) - soft_topk(scores, k, epsilon)
    assert (gain.gather(1, middle) >= -1e-9).all()
    assert (gain.scatter(1, middle, 0.0) <= 1e-9).all()


def test_small_epsilon_is_the_hard_choice() -> None:
    scores = torch.tensor([[0.1, 0.9, 0.5, 0.7, 0.3]])
    assert soft_topk(scores, 2, 1e-3).round(decimals=4).tolist() == [[0, 1, 0, 1, 0]]


def test_entries_that_cannot_be_chosen_get_nothing_and_change_nothing() -> None:
    scores = _scores(1)
    masked = torch.cat([scores, torch.full((3, 4), -torch.inf, dtype=torch.float64)], dim=1)
    indicator = soft_topk(masked, 5, 0.05)
    assert (indicator[:, 12:] == 0).all()
    assert torch.allclose(indicator[:, :12], soft_topk(scores, 5, 0.05), atol=1e-9)


def test_all_are_chosen_when_k_is_their_number() -> None:
    assert torch.allclose(soft_topk(_scores(2), 12, 0.05), torch.ones(3, 12, dtype=torch.float64), atol=1e-9)


def test_equal_scores_share_equally() -> None:
    assert torch.allclose(soft_topk(torch.full((1, 8), 3.0), 2, 0.05), torch.full((1, 8), 0.25), atol=1e-5)


def test_gradients_are_those_of_finite_differences() -> None:
    assert torch.autograd.gradcheck(lambda s: soft_topk(s, 4, 0.3), _scores(3).requires_grad_())


@pytest.mark.parametrize(("k", "epsilon"), [(1, 1.0), (1, 0.1), (4, 0.1), (4, 0.03), (11, 0.1), (12, 0.1)])
def test_it_equals_the_converged_sinkhorn_iteration(k: int, epsilon: float) -> None:
    scores = _scores(4)
    assert torch.allclose(soft_topk(scores, k, epsilon), sinkhorn_topk(scores, k, epsilon), atol=1e-8, rtol=0)


@pytest.mark.parametrize("epsilon", [1e-2, 1e-4, 1e-6])
def test_small_epsilon_stays_finite_in_single_precision(epsilon: float) -> None:
    scores = torch.randn(4, 4096, generator=torch.Generator().manual_seed(5)).requires_grad_()
    indicator = soft_topk(scores, 3, epsilon)
    indicator[:, :7].sum().backward()
    assert indicator.isfinite().all() and scores.grad.isfinite().all()
    assert indicator.sum(1).sub(3).abs().max() < 0.05
