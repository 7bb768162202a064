"""One network for labels and pose: photo to class logits, heat maps of the keypoints and their offsets."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.conditions.pose import KEYPOINTS

MULTIPLE = 32  # height and width of what the network sees are multiples of this
LABEL_STRIDE = 2
HEAT_STRIDE = 4
RARE = -4.0  # logit that heat starts from: nearly every cell is without a keypoint


@dataclass(frozen=True)
class AnalystConfig:
    """classes of the domain; channels of the levels at strides 2, 4, 8, 16, 32 and blocks of the last four;
    `wide` channels where the levels meet."""

    classes: int = 19
    channels: tuple[int, ...] = (24, 48, 96, 160, 224)
    blocks: tuple[int, ...] = (1, 2, 2, 2)
    wide: int = 64


class Findings(NamedTuple):
    """labels   class logits (B, classes, H/2, W/2)
    heat     logits of the keypoints (B, 18, H/4, W/4)
    offsets  from a cell's centre to the keypoint, in cells, x before y (B, 18, 2, H/4, W/4)
    """

    labels: Tensor
    heat: Tensor
    offsets: Tensor


class Analyst(nn.Module):
    """A residual pyramid down to stride 32 and back up, with a head for labels and one for the pose."""

    def __init__(self, config: AnalystConfig) -> None:
        super().__init__()
        self.config = config
        stem, *channels = config.channels
        self.stem = _convolution(3, stem, stride=2)
        self.levels = nn.ModuleList(
            _level(*level) for level in zip(config.channels[:-1], channels, config.blocks, strict=True)
        )
        self.laterals = nn.ModuleList(nn.Conv2d(width, config.wide, 1) for width in channels)
        self.smooth = nn.ModuleList(_convolution(config.wide, config.wide) for _ in channels[1:])
        self.pose = _convolution(config.wide, config.wide)
        self.heat = nn.Conv2d(config.wide, KEYPOINTS, 1)
        self.offsets = nn.Conv2d(config.wide, 2 * KEYPOINTS, 1)
        self.fine = _convolution(config.wide // 2 + stem, config.wide // 2)
        self.narrow = nn.Conv2d(config.wide, config.wide // 2, 1)
        self.labels = nn.Conv2d(config.wide // 2, config.classes, 1)
        nn.init.constant_(self.heat.bias, RARE)

    def forward(self, photo: Tensor) -> Findings:
        """photo: float (B, 3, H, W) in [-1, 1], H and W multiples of 32."""
        finest = self.stem(photo)
        pyramid = _pyramid(finest, self.levels)
        x = self.laterals[-1](pyramid[-1])
        x = x + x.mean((2, 3), keepdim=True)
        for lateral, level, smooth in zip(
            reversed(self.laterals[:-1]), reversed(pyramid[:-1]), reversed(self.smooth), strict=True
        ):
            x = smooth(lateral(level) + F.interpolate(x, scale_factor=2, mode="nearest"))
        pose = self.pose(x)
        fine = F.interpolate(self.narrow(x), scale_factor=2, mode="bilinear", align_corners=False)
        labels = self.labels(self.fine(torch.cat([fine, finest], dim=1)))
        return Findings(labels, self.heat(pose), self.offsets(pose).unflatten(1, (KEYPOINTS, 2)))


class _Block(nn.Module):
    """Two 3×3 convolutions with a shortcut around them."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = _convolution(channels, channels)
        self.second = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels))
        nn.init.zeros_(self.second[1].weight)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.second(self.first(x)))


def _convolution(channels_in: int, channels_out: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, 3, stride, 1, bias=False), nn.BatchNorm2d(channels_out), nn.ReLU()
    )


def _level(channels_in: int, channels_out: int, blocks: int) -> nn.Sequential:
    return nn.Sequential(
        _convolution(channels_in, channels_out, stride=2), *(_Block(channels_out) for _ in range(blocks))
    )


def _pyramid(x: Tensor, levels: Iterable[nn.Module]) -> list[Tensor]:
    features = []
    for level in levels:
        x = level(x)
        features.append(x)
    return features
