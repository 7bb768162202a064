"""Values that each class has, laid out as a map."""

import torch
from torch import Tensor


def one_hot(labels: Tensor, classes: int) -> Tensor:
    """Labels, integer (B, H, W), as planes of 0 and 1: float (B, classes, H, W), channels last.

    Unlike torch's own it makes no int64 planes, eight times as large, and looks at no value, which a GPU would have
    to be waited for.
    """
    return (labels.unsqueeze(3) == torch.arange(classes, device=labels.device)).permute(0, 3, 1, 2).float()


def laid_out(values: Tensor, labels: Tensor) -> Tensor:
    """Values (B, classes, D) by labels int64 (B, H, W): float (B, D, H, W), channels last."""
    return torch.stack([of_class[own] for of_class, own in zip(values, labels, strict=True)]).permute(0, 3, 1, 2)
