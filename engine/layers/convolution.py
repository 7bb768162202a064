"""Convolutions of stride one, each the way that is fastest for its layout, on the CPU and without gradients.

The layout of the weights tells which. Planes go to NNPACK, which torch brings along. It takes 3×3 kernels by Winograd's
minimal filtering on tiles of 6×6 outputs (Lavin and Gray, CVPR 2016, sec. 4), with some ten times the rounding errors
of the direct sum, and larger ones by Fourier transforms, as exact as that. In channels_last memory wide 3×3 kernels go
by our own, smaller and more exact tiles (engine/layers/winograd.py). All else goes to torch's direct sums.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.layers.winograd import CHANNELS, convolve3, tile_for

SIDE = 32  # of a plane from which NNPACK pays
KERNELS = (3, 7)  # for which it pays
NNPACK = torch.backends.nnpack.is_available()  # asking for it starts it


class Conv3(nn.Conv2d):
    """A convolution that goes the fastest way where its stride and dilation are one; otherwise nn.Conv2d.

    exact  whether it is to be summed directly all the same, because much is computed from it
    """

    exact = False

    def forward(self, x: Tensor) -> Tensor:
        """x: float (B, C, H, W). Returns what nn.Conv2d returns, up to rounding."""
        plain = (self.stride, self.dilation, self.groups, self.padding_mode) == ((1, 1), (1, 1), 1, "zeros")
        if self.exact or not plain or self.padding[0] != self.padding[1]:
            return super().forward(x)
        return convolve(x, self.weight, self.bias, self.padding[0])


def convolve(
    x: Tensor, weight: Tensor, bias: Tensor | None = None, padding: int = 0, channels: int = CHANNELS
) -> Tensor:
    """What F.conv2d returns, up to rounding: x float (B, C, H, W), weight (O, C, k, k), bias (O).

    channels: in and out, from which our own tiles are taken.
    """
    if _by_planes(x, weight):
        return torch._nnpack_spatial_convolution(x, weight, bias, padding)
    tile = None if is_planes(weight) else tile_for(x, weight, padding, channels)
    if tile is None:
        return F.conv2d(x, weight, bias, padding=padding)
    return convolve3(F.pad(x, (padding,) * 4) if padding else x, weight, bias, tile)


def planes_layout() -> torch.memory_format:
    """How the weights of a network lie best on the CPU that has many narrow 3×3 and 7×7 convolutions."""
    return torch.contiguous_format if NNPACK else torch.channels_last


def laid_out(x: Tensor, weight: Tensor) -> Tensor:
    """x (B, C, H, W) in the memory layout of `weight`, (O, C, k, k) with C > 1 and k > 1."""
    return x.contiguous(memory_format=torch.contiguous_format if is_planes(weight) else torch.channels_last)


def is_planes(x: Tensor) -> bool:
    """Whether a picture (B, C, H, W), or weights (O, C, k, k), lie in memory plane by plane."""
    return x.stride(3) == 1 and x.stride(1) != 1


def _by_planes(x: Tensor, weight: Tensor) -> bool:
    """Whether NNPACK can do it, and it is quicker."""
    recording = torch.is_grad_enabled() and (x.requires_grad or weight.requires_grad)
    exact = x.dtype == weight.dtype == torch.float32 and not torch.is_autocast_enabled("cpu")
    square = weight.shape[2] == weight.shape[3] and weight.shape[2] in KERNELS
    fits = square and min(x.shape[2:]) >= SIDE and is_planes(x) and is_planes(weight)
    return NNPACK and x.device.type == "cpu" and exact and fits and not recording
