"""What is taken from an exemplar besides its keys: features to be warped, and a style code for each class."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.layers.blocks import SLOPE, conv3


class ValueEncoder(nn.Module):
    """What the exemplar gives to be warped: features at strides 2, 4, 8, without any norm, so colours stay."""

    def __init__(self, widths: tuple[int, int, int, int]) -> None:
        super().__init__()
        channels = (widths[1] // 2, widths[2] // 2, widths[3])
        self.enter = nn.ModuleList(
            conv3(before, after, stride=2) for before, after in zip((3, *channels[:-1]), channels, strict=True)
        )
        self.deepen = nn.ModuleList(conv3(c, c) for c in channels)

    def forward(self, photo: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        features, x = [], photo
        for enter, deepen in zip(self.enter, self.deepen, strict=True):
            x = F.leaky_relu(enter(x), SLOPE)
            x = x + F.leaky_relu(deepen(x), SLOPE)
            features.append(x)
        return tuple(features)


class StyleEncoder(nn.Module):
    """One style code for each class: how its region looks on the exemplar.

    A class that the exemplar lacks gets the code of the whole picture; the network knows which it is.
    """

    def __init__(self, classes: int, channels: int, dims: int) -> None:
        super().__init__()
        self.classes = classes
        self.head = nn.Sequential(nn.Linear(channels + 7, 64), nn.LeakyReLU(SLOPE), nn.Linear(64, dims))
        self.of_class = nn.Embedding(classes, dims)
        nn.init.normal_(self.of_class.weight, std=0.1)

    def forward(self, photo: Tensor, features: Tensor, labels: Tensor) -> Tensor:
        """photo (B, 3, H, W), features (B, C, H/8, W/8), labels (B, H, W). Returns (B, classes, dims)."""
        one_hot = F.one_hot(labels, self.classes).permute(0, 3, 1, 2).float()
        small = F.avg_pool2d(photo.float(), 4)
        looks = [
            _mean_by_class(features.float(), F.avg_pool2d(one_hot, 8)),
            *_colour_by_class(small, F.avg_pool2d(one_hot, 4)),
        ]
        present = (one_hot.sum((2, 3)) > 0).float().unsqueeze(2)
        codes = self.head(torch.cat([*looks, present], dim=2))
        return codes.float() + self.of_class.weight


def _mean_by_class(values: Tensor, shares: Tensor) -> Tensor:
    """Mean of values (B, C, h, w) over each class by shares (B, K, h, w); absent: over all. (B, K, C)."""
    total = (values.unsqueeze(1) * shares.unsqueeze(2)).sum((3, 4))
    mass = shares.sum((2, 3)).unsqueeze(2)
    overall = values.mean((2, 3)).unsqueeze(1)
    return torch.where(mass > 0, total / mass.clamp_min(1e-6), overall)


def _colour_by_class(photo: Tensor, shares: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of the colour of each class, (B, K, 3) each."""
    mean = _mean_by_class(photo, shares)
    spread = _mean_by_class(photo.square(), shares) - mean.square()
    return mean, spread.clamp_min(1e-6).sqrt()
