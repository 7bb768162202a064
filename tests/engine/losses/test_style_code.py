"""Losses on style codes and on features of reconstructions."""

import pytest
import torch

from engine.losses.reconstruction import LEVEL_WEIGHTS, feature_reconstruction
from engine.losses.style_code import divergence_loss, recovery_loss, smallness_loss


def test_the_divergence_is_that_of_two_gaussians() -> None:
    generator = torch.Generator().manual_seed(0)
    mean, log_variance = torch.randn(2, 4, 3, generator=generator)
    found = torch.distributions.Normal(mean, (log_variance / 2).exp())
    wanted = torch.distributions.kl_divergence(found, torch.distributions.Normal(0, 1)).sum(1).mean()
    torch.testing.assert_close(divergence_loss(mean, log_variance), wanted)
    assert divergence_loss(torch.zeros(2, 3), torch.zeros(2, 3)) == 0


def test_smallness_is_the_mean_square() -> None:
    assert smallness_loss(torch.tensor([[3.0, 4.0]])).item() == pytest.approx(12.5)


def test_recovery_moves_what_is_found_and_not_what_was_meant() -> None:
    found, code = torch.zeros(2, 3, requires_grad=True), torch.full((2, 3), 0.5, requires_grad=True)
    loss = recovery_loss(found, code)
    loss.backward()
    assert loss.item() == pytest.approx(0.5) and found.grad.abs().sum() > 0 and code.grad is None


def test_coarse_features_count_most_in_a_reconstruction() -> None:
    truth = [torch.zeros(1, 2, 3, 3) for _ in LEVEL_WEIGHTS]
    assert feature_reconstruction(truth, truth) == 0
    losses = [
        feature_reconstruction([level + 2 * (number == wrong) for number, level in enumerate(truth)], truth).item()
        for wrong in range(len(truth))
    ]
    assert losses == sorted(losses) and losses[-1] == pytest.approx(4.0)
