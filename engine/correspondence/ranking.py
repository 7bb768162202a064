"""Level one of bi-level alignment: for each condition block, the k best exemplar blocks (RABIT, sec. 3.2).

Blocks are compared by the cosine of their mean features. The choice is hard; in training a soft
top-k over a shortlist lets gradients reach the scores. Large images rank groups of blocks first, so
that no matrix of all blocks by all blocks is ever held.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.correspondence.gathered import gathered_dots
from engine.correspondence.topk import soft_topk

SHORTLIST = 4  # the soft top-k looks at this many times k blocks
GROUP = 4  # a group is GROUP × GROUP blocks
GROUPS_FROM = 4096  # rank groups first from this many exemplar blocks on
ROWS = 1024  # condition blocks ranked at a time


@dataclass(frozen=True)
class Ranking:
    """index      int64 (B, blocks of the condition, k): chosen blocks of the exemplar, best first
    indicator  float (B, blocks of the condition, k) in [0, 1]: soft top-k of the chosen; all ones at inference
    hard       whether the indicator is known to be all ones
    """

    index: Tensor
    indicator: Tensor
    hard: bool = False


def block_means(features: Tensor, block: int) -> Tensor:
    """Unit-length mean feature of every block, grid-shaped: (B, C, H, W) -> (B, C, H/block, W/block)."""
    return F.normalize(F.avg_pool2d(features, block), dim=1)


def rank_blocks(condition: Tensor, exemplar: Tensor, k: int, epsilon: float | None = None) -> Ranking:
    """Rank exemplar blocks for every condition block.

    condition, exemplar: block means (B, C, h, w) and (B, C, h', w'). k is cut to the number of
    exemplar blocks. With `epsilon` the indicator is the differentiable soft top-k, otherwise ones.
    """
    k = min(k, exemplar.shape[2] * exemplar.shape[3])
    if exemplar.shape[2] * exemplar.shape[3] >= GROUPS_FROM and epsilon is None:
        index = _rank_by_groups(condition, exemplar, k)
        return Ranking(index, torch.ones_like(index, dtype=condition.dtype), hard=True)
    queries, keys = condition.flatten(2).transpose(1, 2), exemplar.flatten(2)
    if epsilon is not None:
        return _rank_softly(queries @ keys, k, epsilon)
    index = torch.cat([(rows @ keys).topk(k, dim=-1).indices for rows in queries.split(ROWS, dim=1)], dim=1)
    return Ranking(index, torch.ones_like(index, dtype=condition.dtype), hard=True)


def _rank_softly(scores: Tensor, k: int, epsilon: float) -> Ranking:
    short = scores.topk(min(SHORTLIST * k, scores.shape[-1]), dim=-1)
    indicator = soft_topk(short.values.float(), k, epsilon)
    return Ranking(short.indices[..., :k], indicator[..., :k])


def _rank_by_groups(condition: Tensor, exemplar: Tensor, k: int) -> Tensor:
    """Rank within the best groups of exemplar blocks only. Returns indices (B, blocks, k)."""
    height, width = exemplar.shape[2:]
    padded = F.pad(exemplar, (0, -width % GROUP, 0, -height % GROUP))
    group_keys = F.normalize(F.avg_pool2d(padded, GROUP), dim=1).flatten(2)
    places = torch.arange(padded.shape[2] * padded.shape[3], device=exemplar.device).view(padded.shape[2:])
    members = places.unfold(0, GROUP, GROUP).unfold(1, GROUP, GROUP).reshape(-1, GROUP**2)
    there = F.pad(places.new_ones(height, width, dtype=torch.bool), (0, -width % GROUP, 0, -height % GROUP)).flatten()
    samples = zip(condition.flatten(2).mT, group_keys, padded.flatten(2).mT.contiguous(), strict=True)
    found = torch.stack([_rank_members(*sample, members, there, k) for sample in samples])
    return found // padded.shape[3] * width + found % padded.shape[3]


def _rank_members(condition: Tensor, groups: Tensor, blocks: Tensor, members: Tensor, there: Tensor, k: int) -> Tensor:
    """One sample: condition (n, C), groups (C, groups), blocks (m, C); members (groups, GROUP²), there bool (m)."""
    picked = []
    for rows in condition.split(ROWS):
        kept = (rows @ groups).topk(min(SHORTLIST * k, groups.shape[1]), dim=1).indices
        candidates = members[kept].flatten(1)
        scores = gathered_dots(rows.contiguous(), blocks, candidates)
        best = scores.masked_fill(~there[candidates], float("-inf")).topk(k, dim=1).indices
        picked.append(candidates.gather(1, best))
    return torch.cat(picked)
