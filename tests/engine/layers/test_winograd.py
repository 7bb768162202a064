"""Winograd's convolution against the direct one."""

import pytest
import torch
import torch.nn.functional as F

from engine.layers.winograd import convolve3


@pytest.mark.parametrize(("height", "width", "bias"), [(2, 2, True), (6, 10, False), (34, 8, True)])
def test_equals_the_direct_sum(height: int, width: int, bias: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.layers.winograd.STRIP_BYTES", 16 * 4 * 5 * 4 * 3)
    x, weight = torch.randn(2, 5, height + 2, width + 2), torch.randn(7, 5, 3, 3)
    shift = torch.randn(7) if bias else None
    with torch.inference_mode():
        torch.testing.assert_close(convolve3(x, weight, shift), F.conv2d(x, weight, shift), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(("height", "width"), [(4, 4), (36, 8)])
def test_larger_tiles_equal_the_direct_sum(height: int, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.layers.winograd.STRIP_BYTES", 36 * 4 * 5 * 2 * 3)
    x, weight, bias = torch.randn(2, 5, height + 2, width + 2), torch.randn(7, 5, 3, 3), torch.randn(7)
    with torch.inference_mode():
        torch.testing.assert_close(convolve3(x, weight, bias, 4), F.conv2d(x, weight, bias), atol=5e-4, rtol=1e-4)
