"""Keypoints as heat maps and back: what the pose head learns, and what is read from it."""

from typing import NamedTuple

import torch
from torch import Tensor

SPREAD = 1.5  # standard deviation of a keypoint's heat, in cells
SEEN = 0.2  # a keypoint with less heat is missing


class HeatTargets(NamedTuple):
    """heat     in [0, 1] (B, 18, h, w)
    known    bool (B, 18, h, w): whether heat is taught here; never for a keypoint that the data lacks
    offsets  from a cell's centre to the keypoint, in cells, x before y (B, 18, 2, h, w)
    """

    heat: Tensor
    known: Tensor
    offsets: Tensor


def heat_targets(pose: Tensor, height: int, width: int) -> HeatTargets:
    """Bells of heat round the keypoints of `pose` (B, 18, 3): x and y in [-1, 1] from edge to edge, confidence.

    A keypoint outside the picture is known to be nowhere in it; one of confidence 0 is not known at all.
    """
    across, down = (_distances(pose[..., axis], cells) for axis, cells in ((0, width), (1, height)))
    inside = (pose[..., :2].abs() < 1).all(-1)[..., None, None]
    bells = _bell(down)[..., :, None] * _bell(across)[..., None, :] * inside
    offsets = torch.stack(
        [across[..., None, :].expand_as(bells), down[..., :, None].expand_as(bells)],
        dim=2,
    )
    return HeatTargets(bells, (pose[..., 2] > 0)[..., None, None].expand_as(bells), offsets)


def keypoints_of(heat: Tensor, offsets: Tensor) -> Tensor:
    """The hottest place of each keypoint: (B, 18, 3) as x and y in [-1, 1] from edge to edge, and its heat.

    heat: in [0, 1] (B, 18, h, w); offsets as in `HeatTargets`. A keypoint with less heat than SEEN is (0, 0, 0).
    """
    height, width = heat.shape[-2:]
    confidence, cell = heat.flatten(2).max(dim=2)
    shift = offsets.flatten(3).gather(3, cell[..., None, None].expand(-1, -1, 2, 1)).squeeze(3)
    centre = torch.stack([cell % width, cell // width], dim=-1) + 0.5
    points = (centre + shift) / torch.tensor([width, height], device=heat.device) * 2 - 1
    found = torch.cat([points, confidence.unsqueeze(-1)], dim=-1)
    return found * (confidence >= SEEN).unsqueeze(-1)


def _distances(place: Tensor, cells: int) -> Tensor:
    """From the centre of each of `cells` cells to `place` (B, 18) in [-1, 1]: (B, 18, cells), in cells."""
    centres = torch.arange(cells, device=place.device) + 0.5
    return ((place + 1) / 2 * cells).unsqueeze(-1) - centres


def _bell(distance: Tensor) -> Tensor:
    return torch.exp(-distance.square() / (2 * SPREAD**2))
