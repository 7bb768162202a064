"""Bi-level alignment, RAS: rank blocks, then attend densely within the chosen ones (RABIT, sec. 3.2).

Memory grows with positions × k × block², never with positions².
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.correspondence.blocks import from_blocks, to_blocks
from engine.correspondence.grids import identity_grid
from engine.correspondence.ranking import Ranking

CHUNK = 1024  # condition blocks attended at a time
PEAK = 3.0  # the match is averaged within this many positions of the strongest one


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
    The logit is the plain dot product: any temperature is part of the features.
    """
    height, width = queries.shape[2:]
    places = identity_grid(*keys.shape[2:], keys.device).permute(2, 0, 1).expand(len(keys), -1, -1, -1)
    key_blocks = to_blocks(keys, block)
    value_blocks = to_blocks(torch.cat([values, places.to(values.dtype)], dim=1), block)
    radius = torch.tensor([2 * PEAK / keys.shape[3], 2 * PEAK / keys.shape[2]], device=keys.device)
    chunks = [
        _attend_chunk(query, key_blocks, value_blocks, index, indicator, radius)
        for query, index, indicator in zip(
            to_blocks(queries, block).split(CHUNK, 1),
            ranking.index.split(CHUNK, 1),
            ranking.indicator.split(CHUNK, 1),
            strict=True,
        )
    ]
    joined = from_blocks(torch.cat(chunks, dim=1), block, height, width)
    channels = values.shape[1]
    return Attention(joined[:, :channels], joined[:, channels : channels + 2].permute(0, 2, 3, 1), joined[:, -1:])


def _attend_chunk(
    query: Tensor, keys: Tensor, values: Tensor, index: Tensor, indicator: Tensor, radius: Tensor
) -> Tensor:
    """Blocks (B, n, p², C) -> (B, n, p², V + 3): averaged values, match (2), strength."""
    batch = torch.arange(len(query), device=query.device)[:, None, None]
    chosen_keys = keys[batch, index].flatten(2, 3)
    chosen_values = values[batch, index].flatten(2, 3)
    logits = torch.einsum("bnqc,bnkc->bnqk", query, chosen_keys)
    bias = indicator.clamp_min(1e-6).log().repeat_interleave(keys.shape[2], dim=2)
    weights = torch.softmax(logits.float() + bias.unsqueeze(2), dim=-1)
    places = chosen_values[..., -2:]
    match, strength = _peak(weights, places, radius)
    warped = torch.einsum("bnqk,bnkv->bnqv", weights.to(values.dtype), chosen_values[..., :-2])
    return torch.cat([warped, match.to(warped.dtype), strength.to(warped.dtype)], dim=-1)


def _peak(weights: Tensor, places: Tensor, radius: Tensor) -> tuple[Tensor, Tensor]:
    """Mean place of the attention near its maximum, and the attention found there.

    An average over all places would lie between two separate matches and belong to neither.
    """
    top = weights.detach().argmax(dim=-1, keepdim=True).expand(-1, -1, -1, 2)
    centre = places.unsqueeze(2).expand(-1, -1, weights.shape[2], -1, -1)
    centre = centre.gather(3, top.unsqueeze(3))
    near = ((places.unsqueeze(2) - centre).abs() <= radius).all(-1)
    kept = weights * near
    strength = kept.sum(-1, keepdim=True)
    match = (kept.unsqueeze(-1) * places.unsqueeze(2)).sum(3) / strength.clamp_min(1e-9)
    return match, strength
