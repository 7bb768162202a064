"""A convolution of a doubled map, without the doubled map."""

import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.layers.doubling import DoublingConv3


@given(st.integers(1, 5), st.integers(1, 5), st.integers(1, 9), st.integers(1, 9))
@settings(max_examples=20, deadline=None)
def test_it_equals_the_convolution_of_the_doubled_map(inputs: int, outputs: int, height: int, width: int) -> None:
    torch.manual_seed(0)
    layer, x = DoublingConv3(inputs, outputs), torch.randn(2, inputs, height, width)
    doubled = F.interpolate(x, scale_factor=2, mode="nearest")
    with torch.no_grad():
        assert torch.allclose(layer(x), F.conv2d(doubled, layer.weight, layer.bias, padding=1), atol=1e-5)


def test_with_gradients_it_gives_the_same_and_learns() -> None:
    torch.manual_seed(0)
    layer, x = DoublingConv3(3, 2), torch.randn(1, 3, 4, 6)
    learning = layer(x)
    learning.square().sum().backward()
    with torch.no_grad():
        assert torch.allclose(layer(x), learning, atol=1e-5)
    assert layer.weight.grad.abs().sum() > 0
