"""Dense correspondence: every position of the condition against every position of the exemplar, in chunks."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

CHUNK_BYTES = 2**25  # of similarities at a time


@dataclass(frozen=True)
class DenseMatch:
    """warp         float (B, V, h, w): values weighted by the softmax of the similarities
    index        int64 (B, h, w): the most similar position of the exemplar, row by row
    best, second float (B, h, w): the two largest weights
    """

    warp: Tensor
    index: Tensor
    best: Tensor
    second: Tensor


def match_densely(queries: Tensor, keys: Tensor, values: Tensor, temperature: float) -> DenseMatch:
    """Softmax attention over all positions (CoCosNet, Zhang et al., CVPR 2020, eq. 3).

    queries float (B, C, h, w), keys (B, C, h', w'), values (B, V, h', w').
    """
    batch, _, height, width = queries.shape
    places = keys.flatten(2)
    rows = values.flatten(2).transpose(1, 2)
    chunk = max(1, CHUNK_BYTES // (4 * batch * places.shape[2]))
    parts = []
    for some in queries.flatten(2).transpose(1, 2).split(chunk, dim=1):
        weights = (some @ places / temperature).softmax(2)
        top = weights.topk(2, dim=2)
        parts.append((weights @ rows, top.indices[..., 0], *top.values.unbind(2)))
    warp, index, best, second = (torch.cat(column, 1) for column in zip(*parts, strict=True))
    plane = (height, width)
    return DenseMatch(warp.transpose(1, 2).unflatten(2, plane), *(x.unflatten(1, plane) for x in (index, best, second)))


def attend_densely(queries: Tensor, keys: Tensor, values: Tensor, temperature: float) -> Tensor:
    """The warp of `match_densely` alone, several times faster, and with gradients in little memory."""
    places = queries.shape[2:]
    queries, keys, rows = (x.flatten(2).transpose(1, 2).unsqueeze(1) for x in (queries, keys, values))
    wanted, wide = rows.shape[3], max(rows.shape[3], queries.shape[3])
    queries, keys, rows = (F.pad(x, (0, wide - x.shape[3])) for x in (queries, keys, rows))  # one length: no score map
    warp = F.scaled_dot_product_attention(queries, keys, rows, scale=1 / temperature)
    return warp[:, 0, :, :wanted].transpose(1, 2).unflatten(2, places)


@torch.no_grad()
def most_similar(queries: Tensor, keys: Tensor) -> tuple[Tensor, Tensor]:
    """The most similar key of each query, int64 (B, h, w), row by row, and its similarity, float (B, h, w)."""
    places, plane = keys.flatten(2), queries.shape[2:]
    chunk = max(1, CHUNK_BYTES // (4 * len(queries) * places.shape[2]))
    parts = [(some @ places).max(2) for some in queries.flatten(2).transpose(1, 2).split(chunk, dim=1)]
    similarity, index = (torch.cat(column, 1).unflatten(1, plane) for column in zip(*parts, strict=True))
    return index, similarity
