"""Depth upsampling: a coarse depth map made fine under the guidance of a photo, by guided pix2pix."""

from dataclasses import dataclass
from typing import Literal

import torch.nn.functional as F
from torch import Tensor, nn

from engine.models.guided_pix2pix import Conditioning, GuidedConfig, GuidedPix2Pix

Factor = Literal[4, 8, 16]
FACTORS: tuple[Factor, ...] = (4, 8, 16)


@dataclass(frozen=True)
class DepthConfig:
    """factor   by how much sides grow
    largest  depth that stands for 1, in the units of the data; none for -1
    network  with one channel of input and output and three of the guide
    """

    factor: Factor
    largest: float
    network: GuidedConfig


def depth_network(conditioning: Conditioning) -> GuidedConfig:
    """The paper's."""
    return GuidedConfig(conditioning=conditioning, input_channels=1, guide_channels=3, output_channels=1)


class DepthUpsampler(nn.Module):
    """A coarse depth map float (B, 1, h, w) and a photo (B, 3, H, W) in [-1, 1] to a fine depth map (B, 1, H, W).

    Depths are in the units of the data. H and W are the factor times h and w, and multiples of 8.
    """

    def __init__(self, config: DepthConfig) -> None:
        super().__init__()
        self.config = config
        self.network = GuidedPix2Pix(config.network)

    def forward(self, coarse: Tensor, photo: Tensor) -> Tensor:
        return self.in_units(self.network(enlarged(self.coded(coarse), self.config.factor), photo))

    def coded(self, depth: Tensor) -> Tensor:
        """Depth in [-1, 1]."""
        return depth / self.config.largest * 2 - 1

    def in_units(self, coded: Tensor) -> Tensor:
        """The inverse of `coded`."""
        return (coded + 1) / 2 * self.config.largest


def reduced(depth: Tensor, factor: int) -> Tensor:
    """A fine depth map (B, 1, H, W) made coarse, each value the mean of factor × factor."""
    return F.avg_pool2d(depth, factor)


def enlarged(coarse: Tensor, factor: int) -> Tensor:
    """A coarse map (B, 1, h, w) at the fine size, bicubic: what the network is given, and what it must beat."""
    return F.interpolate(coarse, scale_factor=factor, mode="bicubic", align_corners=False)
