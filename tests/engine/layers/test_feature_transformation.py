"""The FT layer by its properties."""

import pytest
import torch
import torch.nn.functional as F

from engine.layers.feature_transformation import Exchange, FeatureTransformation, standardise


def _noise(seed: int) -> torch.Tensor:
    return torch.randn(2, 8, 6, 10, generator=torch.Generator().manual_seed(seed))


def _layer(pooled: bool = False) -> FeatureTransformation:
    torch.manual_seed(0)
    return FeatureTransformation(8, pooled)


def test_a_constant_guide_gives_affine_instance_norm() -> None:
    layer, x = _layer(), _noise(1)
    constant = torch.randn(2, 8, 1, 1)
    found = layer(x, constant.expand_as(x))
    count = x.shape[2] * x.shape[3]
    unbiased = F.instance_norm(x, eps=1e-5) * ((count - 1) / count) ** 0.5
    assert torch.allclose(found, layer.scale(constant) * unbiased + layer.shift(constant), atol=1e-4)


def test_standardised_planes_have_unit_unbiased_variance() -> None:
    x = standardise(3 * _noise(1) + 5)
    assert torch.allclose(x.mean((2, 3)), torch.zeros(2, 8), atol=1e-5)
    assert torch.allclose(x.var((2, 3)), torch.ones(2, 8), atol=1e-4)


@pytest.mark.parametrize("pooled", [True, False])
def test_only_the_pooled_layer_does_not_see_where_the_guide_is(pooled: bool) -> None:
    layer, x, guide = _layer(pooled), _noise(1), _noise(2)
    order = torch.randperm(60, generator=torch.Generator().manual_seed(3))
    shuffled = guide.flatten(2)[:, :, order].view_as(guide)
    assert torch.allclose(layer(x, guide), layer(x, shuffled), atol=1e-5) == pooled


def test_both_directions_start_from_what_comes_in() -> None:
    torch.manual_seed(0)
    exchange, x, guide = Exchange(8, to_input=True, to_guide=True), _noise(1), _noise(2)
    to_x, to_guide = exchange(x, guide)
    assert torch.equal(to_x, exchange.input(x, guide))
    assert torch.equal(to_guide, exchange.guide(guide, x))


def test_a_branch_that_is_not_guided_is_normalised_alone() -> None:
    exchange, x, guide = Exchange(8, to_input=True, to_guide=False), _noise(1), _noise(2)
    assert torch.equal(exchange(x, guide)[1], F.instance_norm(guide))
    assert torch.equal(exchange(x, guide)[1], exchange(2 * x, guide)[1])
