"""The contextual loss against its definition, position by position."""

import math

import torch
from torch import Tensor

from engine.losses.contextual import BANDWIDTH, contextual_loss


def _slow(answer: Tensor, reference: Tensor) -> float:
    """The loss of one pair, (C, n) and (C, m), in loops."""

    def unit(column: list[float]) -> list[float]:
        mean = sum(column) / len(column)
        centred = [value - mean for value in column]
        length = math.sqrt(sum(value * value for value in centred))
        return [value / length for value in centred]

    x, y = ([unit(column) for column in side.T.tolist()] for side in (answer, reference))
    best = []
    for one in x:
        distances = [1 - sum(a * b for a, b in zip(one, other, strict=True)) for other in y]
        nearest = min(distances) + 1e-3
        weights = [math.exp((1 - d / nearest) / BANDWIDTH) for d in distances]
        best.append(max(weights) / sum(weights))
    return -math.log(sum(best) / len(best))


def test_it_equals_the_slow_form() -> None:
    torch.manual_seed(0)
    answer, reference = torch.randn(2, 6, 3, 4), torch.randn(2, 6, 2, 5)
    fast = contextual_loss(answer, reference).tolist()
    for b in range(2):
        assert abs(fast[b] - _slow(answer[b].flatten(1), reference[b].flatten(1))) < 1e-4


def test_the_same_features_elsewhere_cost_nothing() -> None:
    torch.manual_seed(0)
    features = torch.randn(1, 16, 4, 4)
    shuffled = features.flatten(2)[..., torch.randperm(16)].view_as(features)
    assert contextual_loss(features, shuffled).item() < 1e-3
    assert contextual_loss(features, torch.randn(1, 16, 4, 4)).item() > 0.1
