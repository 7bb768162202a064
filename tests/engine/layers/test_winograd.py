"""Winograd's convolution against the direct one."""

import pytest
import torch
import torch.nn.functional as F

from engine.layers.winograd import Conv3, convolve3


@pytest.mark.parametrize(("height", "width", "bias"), [(2, 2, True), (6, 10, False), (34, 8, True)])
def test_equals_the_direct_sum(height: int, width: int, bias: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.layers.winograd.STRIP_BYTES", 16 * 4 * 5 * 4 * 3)
    x, weight = torch.randn(2, 5, height + 2, width + 2), torch.randn(7, 5, 3, 3)
    shift = torch.randn(7) if bias else None
    with torch.inference_mode():
        torch.testing.assert_close(convolve3(x, weight, shift), F.conv2d(x, weight, shift), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("padding", [0, 1])
def test_wide_convolutions_agree_and_are_no_less_exact(padding: int) -> None:
    torch.manual_seed(0)
    conv = Conv3(256, 256, 3, padding=padding).requires_grad_(False)
    x = torch.randn(1, 256, 34 - 2 * padding, 34 - 2 * padding).contiguous(memory_format=torch.channels_last)
    exact = F.conv2d(x.double(), conv.weight.double(), conv.bias.double(), padding=padding)
    direct = F.conv2d(x, conv.weight, conv.bias, padding=padding)
    assert (conv(x) - exact).abs().mean() <= 1.5 * (direct - exact).abs().mean()


@pytest.mark.parametrize(("height", "width"), [(4, 4), (36, 8)])
def test_larger_tiles_equal_the_direct_sum(height: int, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.layers.winograd.STRIP_BYTES", 36 * 4 * 5 * 2 * 3)
    x, weight, bias = torch.randn(2, 5, height + 2, width + 2), torch.randn(7, 5, 3, 3), torch.randn(7)
    with torch.inference_mode():
        torch.testing.assert_close(convolve3(x, weight, bias, 4), F.conv2d(x, weight, bias), atol=5e-4, rtol=1e-4)


def test_gradients_go_the_direct_way() -> None:
    conv = Conv3(256, 256, 3)
    conv(torch.randn(1, 256, 34, 34)).sum().backward()
    assert conv.weight.grad is not None


def test_half_precision_goes_the_direct_way() -> None:
    conv, x = Conv3(256, 256, 3).requires_grad_(False), torch.randn(1, 256, 34, 34)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        found, direct = conv(x), F.conv2d(x, conv.weight, conv.bias)
    assert found.dtype == torch.bfloat16 and torch.equal(found, direct)
