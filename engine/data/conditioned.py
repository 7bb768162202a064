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


LEAST = 0.7


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
    """A batch drawn at random: of each a part of LEAST of its sides or more, half of them mirrored left to right.

    Without that, some hundred photos are learned by heart. Raises ValueError for more than there are.
    """
    names = chance.dice.sample(photos.names, count)
    parts = [_part(*photos.batch([name]), chance) for name in names]
    side = torch.rand(count, generator=chance.generator) < 0.5
    whole, condition = (_mirrored(torch.cat(x), side) for x in zip(*parts, strict=True))
    return ConditionedBatch(whole, shrunk(whole, size), shrunk(condition, size))


def _part(whole: Tensor, condition: Tensor, chance: Chance) -> tuple[Tensor, Tensor]:
    """The same part of a photo (1, 3, H, W) and of its condition, enlarged to their size."""
    height, width = whole.shape[2:]
    share = chance.dice.uniform(LEAST, 1)
    rows, columns = round(share * height), round(share * width)
    top, left = chance.dice.randint(0, height - rows), chance.dice.randint(0, width - columns)
    place = (..., slice(top, top + rows), slice(left, left + columns))
    return _enlarged(whole[place], (height, width)), _enlarged(condition[place], (height, width))


def _enlarged(x: Tensor, size: tuple[int, int]) -> Tensor:
    if x.is_floating_point():
        return F.interpolate(x, size, mode="bilinear", align_corners=False)
    return shrunk(x, size)


def shrunk(x: Tensor, size: tuple[int, int]) -> Tensor:
    """A picture float (B, 3, H, W), averaged, or labels int64 (B, H, W), from the nearest pixel, at `size`."""
    if x.shape[-2:] == size:
        return x
    if x.is_floating_point():
        return F.interpolate(x, size, mode="area")
    return F.interpolate(x.unsqueeze(1).float(), size, mode="nearest-exact").squeeze(1).long()


def _mirrored(x: Tensor, side: Tensor) -> Tensor:
    return torch.where(side.view(-1, *[1] * (x.dim() - 1)), x.flip(-1), x)
