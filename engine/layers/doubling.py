"""A 3×3 convolution of a map that was doubled in size, without ever making the doubled map.

Each pixel of the doubled map is one of four copies of a value, so that a 3×3 kernel on it sees only 2×2
values: four small kernels, one for each of four neighbouring outputs, do 16 products in the place of 36.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class DoublingConv3(nn.Conv2d):
    """conv3(nearest_doubled(x)): float (B, C, H, W) to (B, O, 2 H, 2 W), zeros beyond the border."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__(channels_in, channels_out, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        if torch.is_grad_enabled() and (x.requires_grad or self.weight.requires_grad):
            return super().forward(F.interpolate(x, scale_factor=2, mode="nearest"))
        return self._in_quarters(x)

    def _in_quarters(self, x: Tensor) -> Tensor:
        batch, _, height, width = x.shape
        shape = (batch, self.out_channels, 2 * height, 2 * width)
        doubled = torch.empty(shape, dtype=x.dtype, device=x.device, memory_format=torch.channels_last)
        for row, tall in enumerate(_folded(self.weight, 2)):
            for column, kernel in enumerate(_folded(tall, 3)):
                padded = F.pad(x, (1 - column, column, 1 - row, row))
                doubled[:, :, row::2, column::2] = F.conv2d(padded, kernel.to(x.dtype), self.bias)
        return doubled


def _folded(weight: Tensor, axis: int) -> tuple[Tensor, Tensor]:
    """The kernels of the even and of the odd outputs along one axis, of size 2 there."""
    before, middle, after = weight.unbind(axis)
    return torch.stack([before, middle + after], axis), torch.stack([before + middle, after], axis)
