"""Where neighbours look at places far apart: there the two sides are mixed, as a photo's pixels would mix them.

A pixel of a photo sees a little of both sides of every outline. A warp takes each pixel from one side alone; where the
sides come from different places, outlines are stairs.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.layers.constants import constant

TORN = 4.0  # pixels of the exemplar between what neighbours look at, from which on there is a seam


def seams_of(points: Tensor, size: tuple[int, int]) -> Tensor:
    """1 at both sides of a seam, else 0: float (B, 1, H, W) for points (B, H, W, 2).

    size: (height, width) of the exemplar in pixels.
    """
    places = points.detach().permute(0, 3, 1, 2) * constant((size[1] / 2, size[0] / 2), points).view(2, 1, 1)
    seams = torch.zeros_like(places[:, :1])
    for axis, before, after in ((2, (0, 0, 1, 0), (0, 0, 0, 1)), (3, (1, 0, 0, 0), (0, 1, 0, 0))):
        torn = (places.diff(dim=axis).abs().amax(1, keepdim=True) > TORN).to(seams.dtype)
        seams = seams.maximum(F.pad(torn, before)).maximum(F.pad(torn, after))
    return seams


def mixed_at_seams(image: Tensor, seams: Tensor) -> Tensor:
    """image float (B, 3, H, W) with pixels mixed with those around them, by 1 2 1 both ways, as far as `seams` say."""
    padded = F.pad(image, (1, 1, 1, 1), mode="replicate")
    rows = padded[:, :, :-2] + 2 * padded[:, :, 1:-1] + padded[:, :, 2:]
    around = (rows[..., :-2] + 2 * rows[..., 1:-1] + rows[..., 2:]) / 16
    return torch.lerp(image, around, seams)
