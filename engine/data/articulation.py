"""Limbs moved on a photo: another way to make a training pair whose true correspondence is known.

The limbs of a pose are turned about their joints, and each segment of the body is carried along as a whole. What a
limb leaves behind stays where it was as well, so that such a picture is an exemplar, never a target.
"""

import numpy as np
import torch
from torch import Tensor

from engine.conditions.pose_tensors import PoseTensors
from engine.correspondence.grids import identity_grid, sample
from engine.data.chance import Chance

# The joint that turns, what it carries, and by how many radians at most.
_TURNS = (
    (2, (3, 4), 0.7),
    (3, (4,), 0.9),
    (5, (6, 7), 0.7),
    (6, (7,), 0.9),
    (8, (9, 10), 0.3),
    (9, (10,), 0.35),
    (11, (12, 13), 0.3),
    (12, (13,), 0.35),
    (1, (0, 14, 15, 16, 17), 0.25),
)


def turned_limbs(pose: np.ndarray, chance: Chance) -> np.ndarray:
    """A pose (persons, 18, 3) with its limbs turned at random; bones keep their lengths, missing keypoints stay so."""
    moved = pose.copy()
    for person in moved:
        for joint, carried, most in _TURNS:
            angle = chance.dice.uniform(-most, most)
            there = [number for number in carried if person[number].any()]
            if person[joint].any() and there:
                turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
                person[there, :2] = (person[there, :2] - person[joint, :2]) @ turn.T + person[joint, :2]
    return moved


def carried(points: Tensor, labels: Tensor, before: Tensor, after: Tensor) -> Tensor:
    """Where points (B, H, W, 2) come to lie when each segment moves from its frame `before` to its frame `after`.

    labels int64 (B, H, W): the segment of each point; frames (B, segments, 2, 3), NaN for what does not move.
    """
    axes = after[..., :2] @ torch.linalg.inv(before[..., :2])
    shift = after[..., 2] - (axes @ before[..., 2:]).squeeze(3)
    move = torch.cat([axes, shift.unsqueeze(3)], dim=3).flatten(2)
    index = labels.flatten(1).unsqueeze(2).expand(-1, -1, 6)
    mine = move.gather(1, index).view(*labels.shape, 2, 3)
    moved = (mine[..., :2] * points.unsqueeze(3)).sum(4) + mine[..., 2]
    return torch.where(moved.isfinite(), moved, points)


def articulated(photos: Tensor, before: PoseTensors, after: PoseTensors) -> tuple[Tensor, Tensor, Tensor]:
    """Photos (B, 3, H, W) whose persons have the pose `before`, drawn with the pose `after`.

    Returns the pictures, where each pixel of the photos has gone (B, H, W, 2), and whether it can be seen there,
    bool (B, H, W).
    """
    height, width = photos.shape[2:]
    grid = identity_grid(height, width).expand(len(photos), -1, -1, -1)
    pictures = sample(photos, carried(grid, after.labels, after.frames, before.frames))
    gone = carried(grid, before.labels, before.frames, after.frames)
    found = sample(after.labels.unsqueeze(1).float(), gone, "nearest").squeeze(1).long()
    return pictures, gone, (found == before.labels) & (gone.abs() < 1).all(-1)
