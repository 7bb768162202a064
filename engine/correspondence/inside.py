"""Back into the garment: a match that has left its class is led to the nearest place of that class.

A coat that is painted wider than the exemplar's has nothing to show at its rim. There the exemplar's
coat is continued from its own border inwards, as cloth would be, instead of showing the street.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.correspondence.grids import identity_grid
from engine.layers.by_class import one_hot
from engine.layers.constants import constant

CELL = 8  # pixels; the nearest places are known to this precision
INWARD = 0.5  # a match comes to lie this far inside, as a share of how far it was outside


def nearest_of_class(labels: Tensor, classes: int) -> Tensor:
    """For every cell of CELL × CELL pixels and every class, the nearest cell that the class mostly covers.

    labels: int64 (B, H, W). Returns points float (B, classes, H/CELL * W/CELL, 2); NaN where a class is absent.
    """
    shares = F.avg_pool2d(one_hot(labels, classes), CELL)
    height, width = shares.shape[2:]
    grid = identity_grid(height, width, labels.device).view(-1, 2)
    distance = torch.cdist(grid * grid.new_tensor([width, height]), grid * grid.new_tensor([width, height]))
    shares = shares.flatten(2)
    covers = (shares >= 0.5 * shares.amax(2, keepdim=True)) & (shares > 0)
    nearest = torch.full((*shares.shape, 2), float("nan"), device=labels.device)
    for picture, number in covers.any(2).nonzero().tolist():
        members = covers[picture, number].nonzero().squeeze(1)
        nearest[picture, number] = grid[members[distance[:, members].argmin(1)]]
    return nearest


def led_inside(points: Tensor, labels: Tensor, nearest: Tensor, width: int) -> Tensor:
    """Where `points` (B, h, w, 2) would lie within the class of `labels` (B, h, w), int64.

    nearest: as `nearest_of_class` gives it, for an exemplar `width` cells wide. A class that the exemplar lacks
    leaves its points as they are. Returns (B, h, w, 2).
    """
    batch, classes, cells, _ = nearest.shape
    size = constant((width, cells // width), points)
    cell = ((points.nan_to_num().clamp(-1, 1) + 1) / 2 * size).long().minimum(size.long() - 1)
    index = (labels * cells + cell[..., 1] * width + cell[..., 0]).flatten(1)
    found = nearest.flatten(1, 2).gather(1, index.unsqueeze(2).expand(-1, -1, 2)).view_as(points)
    inside = found + INWARD * (found - points)
    return torch.where(found.isnan(), points, inside)
