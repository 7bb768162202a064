"""Equalised learning rates and pixel norm."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.layers.equalised import EqualisedConv2d, EqualisedLinear, pixel_norm


@given(st.integers(0, 2**16), st.floats(0.1, 100))
def test_pixel_norm_gives_unit_mean_square_whatever_the_scale(seed: int, scale: float) -> None:
    x = torch.randn(2, 5, 3, 4, generator=torch.Generator().manual_seed(seed)) * scale + scale
    normalised = pixel_norm(x)
    assert torch.allclose(normalised.square().mean(1), torch.ones(2, 3, 4), atol=1e-4)
    assert torch.allclose(normalised, x / (x.square().mean(1, keepdim=True) + 1e-8).sqrt(), rtol=1e-5)


def test_pixel_norm_of_nothing_is_nothing() -> None:
    assert torch.equal(pixel_norm(torch.zeros(1, 3, 2)), torch.zeros(1, 3, 2))


def test_weights_of_any_width_have_unit_deviation_and_give_the_scale_of_a_rectified_input() -> None:
    torch.manual_seed(0)
    for width in (8, 128):
        conv = EqualisedConv2d(width, 64, 3, padding=1)
        assert abs(conv.weight.std() - 1) < 0.1
        rectified = torch.randn(4, width, 12, 12).relu()
        inner = conv(rectified)[:, :, 1:-1, 1:-1]  # at the border zeros lower the scale
        assert 0.8 < inner.std() < 1.2


def test_a_convolution_is_the_plain_one_with_scaled_weights() -> None:
    torch.manual_seed(0)
    conv = EqualisedConv2d(3, 5, 4, stride=2, padding=1, gain=0.5)
    plain = torch.nn.Conv2d(3, 5, 4, 2, 1)
    plain.weight.data = conv.weight.data * 0.5 / 48**0.5
    plain.bias.data = conv.bias.data.normal_()
    x = torch.randn(2, 3, 8, 10)
    assert torch.allclose(conv(x), plain(x), atol=1e-6)


def test_a_linear_map_keeps_the_scale() -> None:
    torch.manual_seed(0)
    assert 0.9 < EqualisedLinear(256, 512)(torch.randn(64, 256)).std() < 1.1
