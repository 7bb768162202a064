"""Every way of a convolution against torch's own."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.layers import convolution
from engine.layers.convolution import Conv3, convolve, laid_out, planes_layout

needs_nnpack = pytest.mark.skipif(not convolution.NNPACK, reason="this torch comes without NNPACK")


@pytest.fixture
def by_planes(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """The shapes of the weights that NNPACK is given."""
    given, whole = [], torch._nnpack_spatial_convolution

    def watched(x: Tensor, weight: Tensor, bias: Tensor | None, padding: int) -> Tensor:
        given.append(tuple(weight.shape))
        return whole(x, weight, bias, padding)

    monkeypatch.setattr(torch, "_nnpack_spatial_convolution", watched)
    return given


@pytest.mark.parametrize("padding", [0, 1])
def test_wide_convolutions_agree_and_are_no_less_exact(padding: int) -> None:
    torch.manual_seed(0)
    conv = Conv3(256, 256, 3, padding=padding).requires_grad_(False).to(memory_format=torch.channels_last)
    x = _channels_last(torch.randn(1, 256, 34 - 2 * padding, 34 - 2 * padding))
    exact = F.conv2d(x.double(), conv.weight.double(), conv.bias.double(), padding=padding)
    direct = F.conv2d(x, conv.weight, conv.bias, padding=padding)
    assert (conv(x) - exact).abs().mean() <= 1.5 * (direct - exact).abs().mean()


@needs_nnpack
@pytest.mark.parametrize("kernel", [3, 7])
@pytest.mark.parametrize(("batch", "padded", "bias"), [(1, True, True), (2, True, False), (1, False, True)])
def test_planes_go_to_nnpack(
    kernel: int, batch: int, padded: bool, bias: bool, by_planes: list[tuple[int, ...]]
) -> None:
    torch.manual_seed(0)
    padding = kernel // 2 if padded else 0
    x, weight = torch.randn(batch, 20, 41, 70), torch.randn(24, 20, kernel, kernel) / (20 * kernel**2) ** 0.5
    shift = torch.randn(24) if bias else None
    exact = F.conv2d(x.double(), weight.double(), None if shift is None else shift.double(), padding=padding)
    found = convolve(x, weight, shift, padding)
    assert by_planes == [tuple(weight.shape)]
    torch.testing.assert_close(found, exact.float(), atol=2e-4, rtol=0)


@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_a_slice_of_planes_is_read_right(memory_format: torch.memory_format) -> None:
    part = torch.randn(1, 20, 80, 60)[:, :, 5:60]
    weight = (torch.randn(24, 20, 3, 3) / 14).contiguous(memory_format=memory_format)
    torch.testing.assert_close(convolve(part, weight), F.conv2d(part, weight), atol=2e-4, rtol=0)


@needs_nnpack
@pytest.mark.parametrize("x", [torch.randn(1, 20, 31, 64), torch.randn(1, 20, 64, 64).double()])
def test_small_planes_and_double_precision_go_the_direct_way(x: Tensor, by_planes: list[tuple[int, ...]]) -> None:
    weight = torch.randn(24, 20, 3, 3, dtype=x.dtype)
    assert torch.equal(convolve(x, weight), F.conv2d(x, weight)) and not by_planes


def test_strides_and_dilation_are_kept() -> None:
    x = torch.randn(1, 16, 64, 64)
    for options in ({"stride": 2}, {"dilation": 2}, {"groups": 2}, {"padding": 1, "padding_mode": "reflect"}):
        conv = Conv3(16, 16, 3, **options).requires_grad_(False)
        torch.testing.assert_close(conv(x), torch.nn.Conv2d.forward(conv, x))


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_one_that_is_to_be_exact_goes_the_direct_way(layout: torch.memory_format) -> None:
    conv = Conv3(256, 256, 3, padding=1).requires_grad_(False).to(memory_format=layout)
    conv.exact, x = True, torch.randn(1, 256, 64, 64).contiguous(memory_format=layout)
    assert torch.equal(conv(x), F.conv2d(x, conv.weight, conv.bias, padding=1))


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_pictures_follow_the_weights(layout: torch.memory_format) -> None:
    x, weight = torch.randn(2, 5, 6, 7), torch.randn(4, 5, 3, 3).contiguous(memory_format=layout)
    for given in (x, _channels_last(x)):
        assert laid_out(given, weight).is_contiguous(memory_format=layout)


def test_networks_lie_in_planes_where_nnpack_is() -> None:
    assert (planes_layout() == torch.contiguous_format) == torch.backends.nnpack.is_available()


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_gradients_go_the_direct_way(layout: torch.memory_format) -> None:
    conv = Conv3(256, 256, 3).to(memory_format=layout)
    conv(torch.randn(1, 256, 34, 34).contiguous(memory_format=layout)).sum().backward()
    assert conv.weight.grad is not None


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_half_precision_goes_the_direct_way(layout: torch.memory_format) -> None:
    conv = Conv3(256, 256, 3).requires_grad_(False).to(memory_format=layout)
    x = torch.randn(1, 256, 34, 34).contiguous(memory_format=layout)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        found, direct = conv(x), F.conv2d(x, conv.weight, conv.bias)
    assert found.dtype == torch.bfloat16 and torch.equal(found, direct)


def _channels_last(x: Tensor) -> Tensor:
    return x.contiguous(memory_format=torch.channels_last)
