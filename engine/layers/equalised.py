"""Layers with an equalised learning rate, and pixel norm (Karras et al. 2018, sections 4.1 and 4.2).

The stored weights have unit deviation; they are scaled by gain / sqrt(fan in) each time they are used, so
that Adam moves every layer at the same pace.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

RECTIFIED_GAIN = math.sqrt(2)  # keeps the scale through a rectifier (He et al. 2015)

_EPSILON = 1e-8


class EqualisedConv2d(nn.Module):
    """A square convolution with an equalised learning rate, zeros beyond the border.

    Float (B, channels_in, H, W) to (B, channels_out, H', W').
    """

    def __init__(
        self,
        channels_in: int,
        channels_out: int,
        kernel: int,
        stride: int = 1,
        padding: int = 0,
        gain: float = RECTIFIED_GAIN,
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(channels_out, channels_in, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(channels_out))
        self._scale = gain / math.sqrt(channels_in * kernel * kernel)
        self._stride, self._padding = stride, padding

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.weight * self._scale, self.bias, self._stride, self._padding)


class EqualisedLinear(nn.Module):
    """An affine map with an equalised learning rate: float (..., dims_in) to (..., dims_out)."""

    def __init__(self, dims_in: int, dims_out: int, gain: float = 1.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(dims_out, dims_in))
        self.bias = nn.Parameter(torch.zeros(dims_out))
        self._scale = gain / math.sqrt(dims_in)

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight * self._scale, self.bias)


def pixel_norm(x: Tensor) -> Tensor:
    """x / sqrt(mean over channels of x² + 1e-8), at each position by itself. Float (B, C, ...) in and out."""
    return x * torch.rsqrt(x.square().mean(1, keepdim=True) + _EPSILON)
