"""What is taken from an exemplar besides its keys: features to be warped, and a style code for each class."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.layers.blocks import SLOPE, conv3
from engine.layers.by_class import one_hot
from engine.layers.precision import in_full_precision


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


LOOK = 6  # the last numbers of a style code: mean and spread of red, green and blue


class StyleEncoder(nn.Module):
    """One style code for each class: how its region looks on the exemplar.

    `dims` learned numbers, then the look itself: mean colour and standard deviation, in [-1, 1] units. For a class
    that the exemplar lacks both are guessed from the looks of the others (engine/training/fit_guess.py).
    """

    def __init__(self, classes: int, channels: int, dims: int) -> None:
        super().__init__()
        self.classes = classes
        self.head = nn.Sequential(nn.Linear(channels + 7, 64), nn.LeakyReLU(SLOPE), nn.Linear(64, dims))
        self.of_class = nn.Embedding(classes, dims)
        self.guess = nn.Linear((1 + classes) * LOOK, classes * (dims + LOOK))
        nn.init.normal_(self.of_class.weight, std=0.1)
        nn.init.zeros_(self.guess.weight)
        nn.init.zeros_(self.guess.bias)

    @in_full_precision
    def forward(self, photo: Tensor, features: Tensor, labels: Tensor, hidden: Tensor | None = None) -> Tensor:
        """photo (B, 3, H, W), features (B, C, H/8, W/8), labels (B, H, W). Returns (B, classes, dims + LOOK).

        hidden, bool (B, classes): classes that count as absent, so that guessing can be learned.
        """
        shown = one_hot(labels, self.classes)
        if hidden is not None:
            shown = shown * ~hidden[:, :, None, None]
        eighth, quarter = F.avg_pool2d(shown, 8), F.avg_pool2d(shown, 4)
        content = _mean_by_class(features.float(), eighth)
        look = torch.cat(_colour_by_class(F.avg_pool2d(photo.float(), 4), quarter), dim=2)
        present = (shown.sum((2, 3)) > 0).unsqueeze(2)
        learned = self.head(torch.cat([content, look, present.float()], dim=2)).float() + self.of_class.weight
        return torch.where(present, torch.cat([learned, look], dim=2), self._guessed(photo.float(), shown))

    def _guessed(self, photo: Tensor, shown: Tensor) -> Tensor:
        """The code of every class as far as all that is shown tells it; the look departs from that of the whole."""
        seen = self.seen(photo, shown)
        guessed = self.guess(seen).float().unflatten(1, (self.classes, -1))
        return guessed + F.pad(seen[:, None, :LOOK], (guessed.shape[2] - LOOK, 0))

    @staticmethod
    def seen(photo: Tensor, shown: Tensor) -> Tensor:
        """What guesses start from: the look of all shown classes together, and how each departs from it.

        photo (B, 3, H, W), shown (B, classes, H, W), 0 where nothing is shown. Returns (B, (1 + classes) * LOOK).
        Features of a network would not do: they see around the place that is hidden.
        """
        small, shares = F.avg_pool2d(photo, 4), F.avg_pool2d(shown, 4)
        whole = torch.cat(_colour_by_class(small, shares.sum(1, keepdim=True)), dim=2)
        looks = torch.cat(_colour_by_class(small, shares), dim=2)
        present = (shares.sum((2, 3)) > 0).unsqueeze(2)
        return torch.cat([whole, (looks - whole) * present], dim=1).flatten(1)


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
