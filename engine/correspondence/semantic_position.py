"""Semantic position encoding (SPE; RABIT, Zhan et al. 2022, sec. 3.3).

A position is told relative to the centre and extent of the semantic region that it lies in, not
relative to the picture. A region is a class of the label map. The background has no shape of its
own: it is told relative to the person. The centres and extents of all regions are the `Layout` of
a label map; they are the only global quantity on the condition's side, and are held during a stroke.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.correspondence.grids import identity_grid

FREQUENCIES = 4


@dataclass(frozen=True)
class Layout:
    """Where the regions of a label map lie, in normalised coordinates.

    centre, extent  float (B, classes, 2) as (x, y); extent is the standard deviation
    share           float (B, classes): part of the picture that the class covers, 0 where it is absent
    """

    centre: Tensor
    extent: Tensor
    share: Tensor


def layout_of(labels: Tensor, classes: int) -> Layout:
    """Centre and extent of every class of labels, integer (B, H, W). Class 0 gets the person's."""
    batch, height, width = labels.shape
    grid = identity_grid(height, width, labels.device).view(1, -1, 2).expand(batch, -1, -1)
    flat = labels.long().reshape(batch, -1, 1)
    moments = torch.cat([torch.ones_like(grid[..., :1]), grid, grid.square()], dim=2)
    sums = torch.zeros(batch, classes, 5, device=labels.device)
    sums.scatter_add_(1, flat.expand(-1, -1, 5), moments)
    share = sums[:, :, 0] / (height * width)
    sums[:, 0] = torch.where(sums[:, 1:, :1].sum(1) > 0, sums[:, 1:].sum(1), sums[:, 0])
    count = sums[:, :, :1].clamp_min(1)
    centre = sums[:, :, 1:3] / count
    variance = sums[:, :, 3:5] / count - centre.square()
    return Layout(centre, (variance.clamp_min(0) + (2 / height) ** 2).sqrt(), share)


def semantic_position(labels: Tensor, layout: Layout) -> Tensor:
    """(x, y) of every pixel relative to its region: ((x - cx) / sx, (y - cy) / sy), clamped to ±4.

    labels: integer (B, H, W). Returns float (B, H, W, 2).
    """
    batch, height, width = labels.shape
    index = labels.long().reshape(batch, -1, 1).expand(-1, -1, 2)
    centre = layout.centre.gather(1, index).view(batch, height, width, 2)
    extent = layout.extent.gather(1, index).view(batch, height, width, 2)
    return ((identity_grid(height, width, labels.device) - centre) / extent).clamp(-4, 4)


def sinusoids(points: Tensor, period: float) -> Tensor:
    """Sines and cosines of both coordinates at FREQUENCIES multiples of one base frequency.

    The dot product of two encodings is a bump around equal points, FREQUENCIES harmonics wide, that
    repeats every `period`. points: (B, H, W, 2). Returns (B, 4 * FREQUENCIES, H, W), unit length.
    """
    multiples = torch.arange(1, FREQUENCIES + 1, device=points.device) * (2 * math.pi / period)
    angles = (points.unsqueeze(-1) * multiples).flatten(3)
    encoded = torch.cat([angles.sin(), angles.cos()], dim=-1) / math.sqrt(2 * FREQUENCIES)
    return encoded.permute(0, 3, 1, 2)
