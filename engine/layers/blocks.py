"""Residual blocks with a bounded neighbourhood: 3×3 convolutions and PONO, no image statistics."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.layers.pono import pono

SLOPE = 0.2


def conv3(channels_in: int, channels_out: int, stride: int = 1) -> nn.Conv2d:
    """A 3×3 convolution, zeros beyond the border."""
    return nn.Conv2d(channels_in, channels_out, 3, stride, 1)


class ResidualBlock(nn.Module):
    """x + conv(act(PONO(conv(act(PONO(x)))))). Shape (B, C, H, W) in and out; reaches 2 positions."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv0 = conv3(channels, channels)
        self.conv1 = conv3(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.conv0(F.leaky_relu(pono(x), SLOPE))
        return x + self.conv1(F.leaky_relu(pono(hidden), SLOPE))


class Modulation(nn.Module):
    """Spatially adaptive denormalisation (SPADE, Park et al. 2019, eq. 1) over PONO.

    x (B, C, H, W) is normalised, then scaled and shifted by maps computed from `guide`
    (B, G, H, W) of the same height and width.
    """

    def __init__(self, channels: int, guide_channels: int) -> None:
        super().__init__()
        self.scale_and_shift = nn.Conv2d(guide_channels, 2 * channels, 1)

    def forward(self, x: Tensor, guide: Tensor) -> Tensor:
        scale, shift = self.scale_and_shift(guide).chunk(2, dim=1)
        return torch.addcmul(shift, pono(x), 1 + scale)


class ModulatedBlock(nn.Module):
    """A residual block whose two norms are modulated by `guide`. Shapes as in Modulation."""

    def __init__(self, channels: int, guide_channels: int) -> None:
        super().__init__()
        self.modulation0 = Modulation(channels, guide_channels)
        self.conv0 = conv3(channels, channels)
        self.modulation1 = Modulation(channels, guide_channels)
        self.conv1 = conv3(channels, channels)

    def forward(self, x: Tensor, guide: Tensor) -> Tensor:
        hidden = self.conv0(F.leaky_relu(self.modulation0(x, guide), SLOPE))
        return x + self.conv1(F.leaky_relu(self.modulation1(hidden, guide), SLOPE))
