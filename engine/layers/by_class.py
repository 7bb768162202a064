"""Values that each class has, laid out as a map."""

from torch import Tensor


def laid_out(values: Tensor, labels: Tensor) -> Tensor:
    """Values (B, classes, D) by labels int64 (B, H, W): float (B, D, H, W)."""
    index = labels.flatten(1).unsqueeze(2).expand(-1, -1, values.shape[2])
    return values.gather(1, index).unflatten(1, labels.shape[1:]).permute(0, 3, 1, 2)
