"""Photos with their conditions, whatever these are: label maps, or pictures."""

from dataclasses import dataclass
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.data.chance import Chance


class ConditionedPhotos(Protocol):
    """Photos of one split, all of one size, by name."""

    names: list[str]

    def batch(self, names: list[str]) -> tuple[Tensor, Tensor]:
        """Photos float (B, 3, H, W) in [-1, 1]; conditions int64 (B, H, W), or float like the photos."""
        ...


@dataclass(frozen=True)
class ConditionedBatch:
    """whole      photos at the full size, which style codes are taken from
    photo      the same at the size that is painted, (B, 3, h, w)
    condition  of that size, int64 (B, h, w) or float (B, 3, h, w)
    """

    whole: Tensor
    photo: Tensor
    condition: Tensor


def read_conditioned(photos: ConditionedPhotos, names: list[str], size: tuple[int, int]) -> ConditionedBatch:
    """The photos `names`, and the same at `size` (height, width)."""
    whole, condition = photos.batch(names)
    return ConditionedBatch(whole, shrunk(whole, size), shrunk(condition, size))


def draw_conditioned(photos: ConditionedPhotos, count: int, size: tuple[int, int], chance: Chance) -> ConditionedBatch:
    """A batch drawn at random, half of it mirrored left to right. Raises ValueError for more than there are."""
    drawn = read_conditioned(photos, chance.dice.sample(photos.names, count), size)
    side = torch.rand(count, generator=chance.generator) < 0.5
    return ConditionedBatch(*(_mirrored(x, side) for x in (drawn.whole, drawn.photo, drawn.condition)))


def shrunk(x: Tensor, size: tuple[int, int]) -> Tensor:
    """A picture float (B, 3, H, W), averaged, or labels int64 (B, H, W), from the nearest pixel, at `size`."""
    if x.shape[-2:] == size:
        return x
    if x.is_floating_point():
        return F.interpolate(x, size, mode="area")
    return F.interpolate(x.unsqueeze(1).float(), size, mode="nearest-exact").squeeze(1).long()


def _mirrored(x: Tensor, side: Tensor) -> Tensor:
    return torch.where(side.view(-1, *[1] * (x.dim() - 1)), x.flip(-1), x)
