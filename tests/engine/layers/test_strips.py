"""Strips change nothing, nor does Winograd's way."""

import pytest
import torch

from engine.layers.strips import ROWS, StripedSpadeResidualBlock


def test_strips_give_what_the_whole_gives() -> None:
    torch.manual_seed(0)
    block = StripedSpadeResidualBlock(6, 4, 3)
    x, condition = torch.randn(1, 6, 2 * ROWS + 24, 20), torch.randn(1, 3, ROWS + 12, 10)
    with torch.no_grad():
        strips = block(x, condition)
    whole = block(x, condition)  # with gradients, so in one piece
    assert whole.requires_grad and strips.shape == whole.shape
    assert torch.allclose(strips, whole, atol=1e-5)


@pytest.mark.parametrize("size", [(32, 36), (40, 48)])
def test_winograd_gives_what_the_layer_gives(size: tuple[int, int]) -> None:
    torch.manual_seed(0)
    block = StripedSpadeResidualBlock(64, 16, 5)
    x, condition = torch.randn(1, 64, *size), torch.randn(1, 5, *size)
    with torch.no_grad():
        fast = block(x, condition)
    plain = block(x, condition)  # with gradients, so the direct way
    assert plain.requires_grad and not torch.equal(fast, plain)
    assert torch.allclose(fast, plain, atol=1e-4)
