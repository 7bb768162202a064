"""Differentiable top-k by regularised optimal transport (RABIT, sec. 3.2, eq. 4 to 6).

Moving the mass of n scores onto the two anchors 0 and 1 under entropy regularisation has a closed
form: with two anchors the plan is a sigmoid of the score with one threshold a row, fixed by the
mass that must arrive at 1. It equals the converged Sinkhorn iteration and does not overflow.
"""

import torch
from torch import Tensor

BISECTIONS = 40


def soft_topk(scores: Tensor, k: int, epsilon: float) -> Tensor:
    """Soft indicator of the k largest scores of each row.

    scores: float (..., n), n >= k >= 1; -inf marks entries that cannot be chosen (at least k others).
    epsilon: strength of the entropy, > 0; smaller is harder.
    Returns (..., n) in [0, 1], every row summing to k. Gradients flow to the scores.
    """
    return _SoftTopK.apply(_to_unit_range(scores) / epsilon, k)


def _to_unit_range(scores: Tensor) -> Tensor:
    """Rows moved to [-1, 1] by their minimum and maximum; -inf stays."""
    finite = scores.isfinite()
    low = scores.masked_fill(~finite, float("inf")).amin(-1, keepdim=True)
    high = scores.masked_fill(~finite, float("-inf")).amax(-1, keepdim=True)
    unit = 2 * (scores.masked_fill(~finite, 0) - low) / (high - low).clamp_min(1e-12) - 1
    return unit.masked_fill(~finite, float("-inf"))


class _SoftTopK(torch.autograd.Function):
    @staticmethod
    def forward(ctx, scaled: Tensor, k: int) -> Tensor:
        finite = scaled.isfinite()
        low = -scaled.masked_fill(~finite, float("-inf")).amax(-1, keepdim=True) - 40
        high = -scaled.masked_fill(~finite, float("inf")).amin(-1, keepdim=True) + 40
        for _ in range(BISECTIONS):
            middle = (low + high) / 2
            too_little = torch.sigmoid(scaled + middle).sum(-1, keepdim=True) < k
            low, high = torch.where(too_little, middle, low), torch.where(too_little, high, middle)
        indicator = torch.sigmoid(scaled + (low + high) / 2)
        ctx.save_for_backward(indicator)
        return indicator

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple[Tensor, None]:
        (indicator,) = ctx.saved_tensors
        slope = indicator * (1 - indicator)
        mean = (slope * gradient).sum(-1, keepdim=True) / slope.sum(-1, keepdim=True).clamp_min(1e-12)
        return slope * (gradient - mean), None
