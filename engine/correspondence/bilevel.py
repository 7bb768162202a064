"""Bi-level alignment, RAS: rank blocks, then attend densely within the chosen ones (RABIT, sec. 3.2).

Memory grows with positions × k × block², never with positions². A few blocks are attended at a time, so that their
logits stay in the processor's cache. `scaled_dot_product_attention` takes half again as long here: it wants values as
wide as the keys; and it does not give the weights, which tell the match.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.correspondence.blocks import from_blocks, pieces, take_blocks
from engine.correspondence.grids import identity_grid
from engine.correspondence.ranking import Ranking

CACHED = 2**18  # logits at a time on a CPU
WIDE = 2**24  # logits at a time on other devices, and where gradients are kept
PEAK = 3  # the match is averaged within this many positions of the strongest one
NARROW = 16  # fewer columns than these are multiplied by quicker where each is contiguous


@dataclass(frozen=True)
class Attention:
    """warped    float (B, V, H, W): values of the exemplar, averaged by attention
    match     float (B, H, W, 2): the point of the exemplar that each position takes from, in [-1, 1]
    strength  float (B, 1, H, W) in (0, 1]: attention that falls on the peak around `match`
    """

    warped: Tensor
    match: Tensor
    strength: Tensor


def attend(queries: Tensor, keys: Tensor, values: Tensor, ranking: Ranking, block: int) -> Attention:
    """Softmax attention of every position over the positions of its block's chosen blocks.

    queries (B, C, H, W), keys (B, C, H', W'), values (B, V, H', W'); all sides multiples of `block`.
    The logit is the plain dot product: any temperature is part of the features. Quickest on maps that are
    channels_last. Gradients flow to all of them, and to the indicator of the ranking.
    """
    samples = [
        _attend_sample(*sample, ranking.hard, block)
        for sample in zip(queries, keys, values, ranking.index, ranking.indicator, strict=True)
    ]
    warped, match, strength = (torch.stack(column) for column in zip(*samples, strict=True))
    return Attention(warped, match.permute(0, 2, 3, 1), strength)


def _attend_sample(
    queries: Tensor, keys: Tensor, values: Tensor, index: Tensor, indicator: Tensor, hard: bool, block: int
) -> tuple[Tensor, Tensor, Tensor]:
    """One sample: warped (V, H, W), match (2, H, W), strength (1, H, W)."""
    height, width = queries.shape[1:]
    exemplar = _Exemplar(keys, values, block)
    queries = pieces(queries, block)
    logits = WIDE if queries.requires_grad or exemplar.keys.requires_grad or queries.device.type != "cpu" else CACHED
    count = max(1, logits // (index.shape[1] * block**4))
    bias = None if hard else indicator.clamp_min(1e-6).log().repeat_interleave(block**2, dim=1)
    blocks = torch.arange(len(index), device=index.device).unsqueeze(1)
    results = [values.new_empty(len(index), block**2, channels) for channels in (len(values), 2, 1)]
    for first in range(0, len(index), count):
        some = slice(first, min(first + count, len(index)))
        asked = take_blocks(queries, blocks[some], block, width)
        found = exemplar.attend(asked, index[some], None if bias is None else bias[some])
        for result, part in zip(results, found, strict=True):
            result[some] = part  # small results kept between large temporaries would scatter the memory
    return tuple(from_blocks(result, block, height, width) for result in results)


class _Exemplar:
    """What is attended to: keys (C, H, W) and values (V, H, W) of one sample."""

    def __init__(self, keys: Tensor, values: Tensor, block: int) -> None:
        self._height, self._width = keys.shape[1:]
        self._block = block
        self._values = pieces(values, block)
        self._places = identity_grid(self._height, self._width, keys.device).view(-1, block * 2)
        self._near = _near(block, keys.device)
        self.keys = pieces(keys, block)

    def attend(self, queries: Tensor, index: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        """(n, p², C) over the blocks (n, k): averaged values (n, p², V), match (n, p², 2), strength (n, p², 1).

        bias (n, k * p²) is added to the logits.
        """
        logits = torch.bmm(queries, self._take(self.keys, index).transpose(1, 2)).float()
        weights = torch.softmax(logits if bias is None else logits + bias.unsqueeze(1), dim=2)
        values = self._take(self._values, index)
        warped = _averaged(weights.to(values.dtype), values)
        kept = weights * self._around(weights.detach().argmax(dim=2), index)
        strength = kept.sum(2, keepdim=True)
        match = _averaged(kept, self._take(self._places, index)) / strength.clamp_min(1e-9)
        return warped, match.to(warped.dtype), strength.to(warped.dtype)

    def _take(self, of: Tensor, index: Tensor) -> Tensor:
        return take_blocks(of, index, self._block, self._width)

    def _around(self, top: Tensor, index: Tensor) -> Tensor:
        """1 where a chosen position is near the strongest one `top`, int64 (n, p²), else 0: float (n, p², k * p²).

        An average over all places would lie between two separate matches and belong to neither.
        """
        across, reach = self._width // self._block, _reach(self._block)
        rows, columns = index // across, index % across
        away = torch.stack([x.unsqueeze(1) - x.unsqueeze(2) for x in (rows, columns)])  # of one choice from another
        steps = away + reach
        step = steps[0] * (2 * reach + 1) + steps[1]
        step = step.masked_fill((away.abs() > reach).any(0), len(self._near) - 1)
        choice, position = top // self._block**2, top % self._block**2
        step = step.gather(1, choice.unsqueeze(2).expand(-1, -1, index.shape[1]))
        rows_of_near = step * self._block**2 + position.unsqueeze(2)
        return self._near.flatten(0, 1).index_select(0, rows_of_near.flatten()).view(*top.shape, -1)


def _reach(block: int) -> int:
    """How many blocks away a position may be that is near."""
    return math.ceil(PEAK / block)


def _near(block: int, device: torch.device) -> Tensor:
    """Which positions of a block are near one of another: float (steps, p², p²) of 0 and 1.

    Steps from block to block go row by row over the square of `_reach`; the last one stands for all further ones.
    """
    places = torch.arange(block, device=device)
    steps = torch.arange(-_reach(block), _reach(block) + 1, device=device) * block
    near = ((steps[:, None, None] + places - places[:, None]).abs() <= PEAK).float()  # (step, from, to) along an axis
    both = torch.einsum("aij,bkl->abikjl", near, near).reshape(len(steps) ** 2, block**2, block**2)
    return F.pad(both, (0, 0, 0, 0, 0, 1))


def _averaged(weights: Tensor, values: Tensor) -> Tensor:
    """(n, q, m) by (n, m, V)."""
    if values.shape[2] < NARROW:
        values = values.transpose(1, 2).contiguous().transpose(1, 2)
    return torch.bmm(weights, values)
