"""The contextual loss (Mechrez et al. 2018), in its forward form with positional centring (CoCosNet)."""

import torch.nn.functional as F
from torch import Tensor

BANDWIDTH = 0.1


def contextual_loss(answer: Tensor, reference: Tensor) -> Tensor:
    """How badly each feature of `answer` finds a feature of its own in `reference`, wherever it lies.

    answer (B, C, h, w), reference (B, C, h', w'). Features are centred over channels, made unit
    length and compared by cosine. Returns (B,), >= 0.
    """
    x = _unit(answer.float().flatten(2))
    y = _unit(reference.float().flatten(2))
    distance = 1 - x.transpose(1, 2) @ y
    relative = distance / (distance.amin(2, keepdim=True) + 1e-3)
    affinity = ((1 - relative) / BANDWIDTH).softmax(2)
    return -affinity.amax(2).mean(1).clamp_min(1e-6).log()


def _unit(features: Tensor) -> Tensor:
    return F.normalize(features - features.mean(1, keepdim=True), dim=1)
