"""How different two pictures look: LPIPS (Zhang et al. 2018, eq. 1), without its learned weights of channels."""

import torch.nn.functional as F
from torch import Tensor


def perceptual_distance(first: list[Tensor], second: list[Tensor]) -> Tensor:
    """Squared distance of features of unit length, averaged over positions and then over levels.

    Levels are float (B, C, H, W), as a perceptual network gives them. Returns (B,), in [0, 4], 0 for equal pictures.
    """
    levels = [
        (F.normalize(a, dim=1) - F.normalize(b, dim=1)).square().sum(1).mean((1, 2))
        for a, b in zip(first, second, strict=True)
    ]
    return sum(levels) / len(levels)
