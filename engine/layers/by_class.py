"""Values that each class has, laid out as a map."""

import torch
from torch import Tensor


def laid_out(values: Tensor, labels: Tensor) -> Tensor:
    """Values (B, classes, D) by labels int64 (B, H, W): float (B, D, H, W), channels last."""
    return torch.stack([of_class[own] for of_class, own in zip(values, labels, strict=True)]).permute(0, 3, 1, 2)
