"""Positional normalisation (PONO, Li et al. 2019): the only norm on the condition's side.

Each position is normalised over its own channels, so an output depends on a bounded
neighbourhood of the input and an edit can be recomputed on its own rectangle.
"""

import torch.nn.functional as F
from torch import Tensor


def pono(x: Tensor, eps: float = 1e-5) -> Tensor:
    """Subtract the mean and divide by the standard deviation over channels, position by position.

    x: float (B, C, H, W) with C > 1, fastest in channels_last memory. Returns the same shape.
    """
    return F.layer_norm(x.permute(0, 2, 3, 1), x.shape[1:2], eps=eps).permute(0, 3, 1, 2)
