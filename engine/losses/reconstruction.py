"""How far a picture is from the truth in the features of a fixed network (StEP, section 3.2)."""

from torch import Tensor

LEVEL_WEIGHTS = (1 / 32, 1 / 16, 1 / 8, 1 / 4, 1.0)  # fine to coarse


def feature_reconstruction(answer: list[Tensor], truth: list[Tensor]) -> Tensor:
    """Mean squared difference of features (B, C, H, W), fine to coarse, coarse levels heavier. Returns a scalar."""
    levels = zip(LEVEL_WEIGHTS, answer, truth, strict=True)
    return sum(weight * (a - t).square().mean() for weight, a, t in levels)
