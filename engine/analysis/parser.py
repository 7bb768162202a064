"""Photo to label map, a small U-Net; its encoder is also the default perceptual network."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class ParserConfig:
    """classes of the domain; channels of the levels at strides 1, 2, 4, 8, 16, 32."""

    classes: int = 19
    channels: tuple[int, ...] = (16, 32, 64, 96, 128, 160)


class _Level(nn.Module):
    """Two 3×3 convolutions with batch norm, the first with `stride`, and a shortcut around the second."""

    def __init__(self, channels_in: int, channels_out: int, stride: int) -> None:
        super().__init__()
        self.conv0 = nn.Conv2d(channels_in, channels_out, 3, stride, 1, bias=False)
        self.norm0 = nn.BatchNorm2d(channels_out)
        self.conv1 = nn.Conv2d(channels_out, channels_out, 3, 1, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(channels_out)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.norm0(self.conv0(x)))
        return F.relu(x + self.norm1(self.conv1(x)))


class ParserEncoder(nn.Module):
    """Feature pyramid of a photo."""

    def __init__(self, config: ParserConfig) -> None:
        super().__init__()
        inputs = (3, *config.channels[:-1])
        strides = (1,) + (2,) * (len(config.channels) - 1)
        self.levels = nn.ModuleList(_Level(*level) for level in zip(inputs, config.channels, strides, strict=True))

    def forward(self, photo: Tensor) -> list[Tensor]:
        """photo: float (B, 3, H, W) in [-1, 1], H and W multiples of 32. Returns one map a level."""
        features = [photo]
        for level in self.levels:
            features.append(level(features[-1]))
        return features[1:]


class Parser(nn.Module):
    """Photo (B, 3, H, W) in [-1, 1] to class logits (B, classes, H, W); H and W multiples of 32."""

    def __init__(self, config: ParserConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = ParserEncoder(config)
        wide = config.channels[2]
        self.laterals = nn.ModuleList(nn.Conv2d(channels, wide, 1) for channels in config.channels[1:])
        self.smooth = nn.ModuleList(
            nn.Sequential(nn.Conv2d(wide, wide, 3, 1, 1, bias=False), nn.BatchNorm2d(wide), nn.ReLU())
            for _ in config.channels[2:]
        )
        self.fine = nn.Conv2d(config.channels[0], 16, 1)
        self.head = nn.Conv2d(wide + 16, config.classes, 3, padding=1)

    def forward(self, photo: Tensor) -> Tensor:
        finest, *pyramid = self.encoder(photo)
        x = self.laterals[-1](pyramid[-1])
        for lateral, level, smooth in zip(
            reversed(self.laterals[:-1]), reversed(pyramid[:-1]), reversed(self.smooth), strict=True
        ):
            x = smooth(lateral(level) + F.interpolate(x, scale_factor=2, mode="nearest"))
        x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
        return self.head(torch.cat([x, self.fine(finest)], dim=1))
