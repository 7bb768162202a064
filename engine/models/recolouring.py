"""Another look for what is warped: each class gets the mean and the spread of colour that its style code says."""

import torch
from torch import Tensor

from engine.layers.by_class import laid_out

CONTRAST = (0.5, 1.6)  # how far the spread may change
LEAST_SPREAD = 0.02


def recoloured(picture: Tensor, labels: Tensor, before: Tensor, after: Tensor) -> Tensor:
    """Move each class's colours from the look `before` to the look `after`.

    picture float (B, 3, H, W) in [-1, 1]; labels int64 (B, H, W); looks float (B, classes, 6): mean and standard
    deviation of red, green and blue. A look that does not change leaves its pixels as they are, to rounding.
    """
    mean, spread = before.chunk(2, dim=2)
    new_mean, new_spread = after.chunk(2, dim=2)
    contrast = (new_spread.clamp_min(LEAST_SPREAD) / spread.clamp_min(LEAST_SPREAD)).clamp(*CONTRAST)
    shift = new_mean - contrast * mean
    gain, offset = (laid_out(x, labels) for x in (contrast, shift))
    return torch.addcmul(offset, picture, gain).clamp(-1, 1)
