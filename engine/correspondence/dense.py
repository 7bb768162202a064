"""Dense correspondence: every position of the condition against every position of the exemplar, in chunks."""

from dataclasses import dataclass

import torch
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
