"""Positional normalisation."""

import torch

from engine.layers.pono import pono


def test_each_position_is_normalised_over_its_channels() -> None:
    normed = pono(3 + 5 * torch.randn(2, 16, 4, 5))
    assert normed.mean(1).abs().max() < 1e-5
    assert (normed.var(1, unbiased=False) - 1).abs().max() < 1e-3


def test_a_position_does_not_feel_the_others() -> None:
    x = torch.randn(1, 8, 4, 4)
    changed = x.clone()
    changed[:, :, 2, 3] += 100 * torch.randn(8)
    same = pono(x) == pono(changed)
    same[:, :, 2, 3] = True
    assert same.all()
