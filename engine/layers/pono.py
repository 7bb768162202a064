"""Positional normalisation (PONO, Li et al. 2019): the only norm on the condition's side.

Each position is normalised over its own channels, so an output depends on a bounded
neighbourhood of the input and an edit can be recomputed on its own rectangle.
"""

from torch import Tensor


def pono(x: Tensor, eps: float = 1e-5) -> Tensor:
    """Subtract the mean and divide by the standard deviation over channels, position by position.

    x: float (B, C, H, W) with C > 1. Returns the same shape.
    """
    centred = x - x.mean(dim=1, keepdim=True)
    return centred * (centred.square().mean(dim=1, keepdim=True) + eps).rsqrt()
