"""SPADE over PONO, against its formula."""

import pytest
import torch
import torch.nn.functional as F

from engine.layers.spade import Spade, SpadeResidualBlock, positional_norm, resized


def test_pono_divides_by_the_unbiased_deviation() -> None:
    x = torch.randn(2, 5, 3, 4, dtype=torch.float64)
    variance = x.var(1, unbiased=True, keepdim=True)
    for eps in (1e-5, 1e-2):
        expected = (x - x.mean(1, keepdim=True)) / (variance + eps).sqrt()
        torch.testing.assert_close(positional_norm(x, eps), expected)


@pytest.mark.parametrize("size", [(8, 12), (4, 6), (16, 24), (5, 7), (8, 4)])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_a_condition_is_resized_to_its_nearest_values(size: tuple[int, int], layout: torch.memory_format) -> None:
    condition = torch.randn(2, 5, 8, 12).contiguous(memory_format=layout)
    assert torch.equal(resized(condition, size), F.interpolate(condition, size=size, mode="nearest"))


def test_a_condition_of_a_multiple_of_the_size_is_not_copied() -> None:
    condition = torch.randn(1, 5, 8, 12)
    assert resized(condition, (4, 6)).data_ptr() == condition.data_ptr()


def test_spade_resizes_its_condition_and_reflects_borders() -> None:
    spade = Spade(6, 3)
    x, condition = torch.randn(1, 6, 8, 8), torch.randn(1, 3, 16, 16)
    small = F.interpolate(condition, size=(8, 8), mode="nearest")
    shared = spade.mlp_shared[1]
    hidden = F.conv2d(F.pad(small, (1, 1, 1, 1), mode="reflect"), shared.weight, shared.bias).relu()
    hidden = F.pad(hidden, (1, 1, 1, 1), mode="reflect")
    expected = positional_norm(x) * (1 + spade.mlp_gamma(hidden)) + spade.mlp_beta(hidden)
    torch.testing.assert_close(spade(x, condition), expected)


@pytest.mark.parametrize(("channels_out", "dilation"), [(8, 1), (4, 1), (8, 4)])
def test_blocks_keep_the_size_and_pass_gradients(channels_out: int, dilation: int) -> None:
    block = SpadeResidualBlock(8, channels_out, 3, dilation=dilation)
    result = block(torch.randn(2, 8, 6, 10), torch.randn(2, 3, 12, 20))
    assert result.shape == (2, channels_out, 6, 10)
    result.sum().backward()
    assert all(parameter.grad is not None for parameter in block.parameters())


def test_state_dict_has_the_published_names() -> None:
    block = SpadeResidualBlock(8, 4, 3)
    assert {"conv_s.weight", "norm_s.mlp_shared.1.weight", "norm_0.mlp_gamma.bias"} <= block.state_dict().keys()
    assert "conv_s.bias" not in block.state_dict()
