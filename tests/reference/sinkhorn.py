"""Top-k by regularised optimal transport, iterated to the end: the slow twin of engine/correspondence/topk.py."""

import torch
from torch import Tensor


def sinkhorn_topk(scores: Tensor, k: int, epsilon: float, iterations: int = 4000) -> Tensor:
    """Mass that each score of `scores`, float64 (rows, n), moves onto the anchor 1 of the anchors 0 and 1.

    Scores are moved to [0, 1] by their minimum and maximum; the cost is the squared distance.
    Returns (rows, n), times n, so that it is 1 where all of a score's mass goes to the anchor 1.
    """
    count = scores.shape[1]
    low, high = scores.amin(1, keepdim=True), scores.amax(1, keepdim=True)
    unit = (scores - low) / (high - low)
    log_kernel = -(unit.unsqueeze(2) - torch.tensor([0.0, 1.0], dtype=torch.float64)).square() / epsilon
    log_mass = -torch.tensor(float(count), dtype=torch.float64).log()
    log_targets = torch.tensor([(count - k) / count, k / count], dtype=torch.float64).log()
    columns = torch.zeros(len(scores), 1, 2, dtype=torch.float64)
    for _ in range(iterations):
        rows = log_mass - (log_kernel + columns).logsumexp(2, keepdim=True)
        columns = log_targets - (log_kernel + rows).logsumexp(1, keepdim=True)
    rows = log_mass - (log_kernel + columns).logsumexp(2, keepdim=True)
    return (log_kernel + rows + columns).exp()[..., 1] * count
