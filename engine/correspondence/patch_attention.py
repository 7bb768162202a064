"""Attention over the patches of another picture: what CoCosNet warps by (Zhang et al., CVPR 2020, eq. 3).

With gradients; a few rows of the matrix of all pairs at a time where none are asked for.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.correspondence.grids import identity_grid
from engine.correspondence.patch_correlation import PatchCorrelation


@dataclass(frozen=True)
class Attended:
    """What each position of a grid takes from another grid, by a softmax over all of its positions.

    values    float (B, V, h, w): those of the other grid, weighted
    match     float (B, 2, h, w): the mean of the points (x, y) that are looked at, in [-1, 1]
    spread    float (B, 1, h, w): how far the points lie from that mean (root of the mean square)
    likeness  float (B, 1, h, w): the largest cosine
    """

    values: Tensor
    match: Tensor
    spread: Tensor
    likeness: Tensor


def attend_patches(queries: Tensor, keys: Tensor, values: Tensor, kernel: int, temperature: float) -> Attended:
    """queries float (B, C, h, w), keys (B, C, h', w'), values (B, V, h', w'); see `PatchCorrelation` for the rest."""
    height, width = queries.shape[2:]
    points = identity_grid(*keys.shape[2:], queries.device).flatten(0, 1)
    places = torch.cat([points, points.square().sum(1, keepdim=True)], dim=1)
    count = values.shape[1]
    with torch.autocast(queries.device.type, enabled=False):
        rows = []
        for query, key, value in zip(queries.float(), keys.float(), values.float(), strict=True):
            shown = torch.cat([value.flatten(1).T, places], dim=1)
            parts = []
            for _, logits in PatchCorrelation(query, key, kernel, temperature).chunks():
                best = logits.amax(1, keepdim=True) * temperature
                parts.append(torch.cat([logits.softmax(1) @ shown, best], dim=1))
            rows.append(torch.cat(parts))
        maps = torch.stack(rows).unflatten(1, (height, width)).permute(0, 3, 1, 2)
        taken, match, squares, likeness = maps.split([count, 2, 1, 1], dim=1)
        spread = (squares - match.square().sum(1, keepdim=True)).clamp_min(1e-8).sqrt()
    return Attended(taken, match, spread, likeness)
