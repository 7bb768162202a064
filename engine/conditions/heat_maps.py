"""A pose as heat maps, one plane a keypoint, as pose transfer is guided by (Ma et al. 2017)."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from engine.conditions.pose import KEYPOINTS

SPREAD = 6 / 256  # of a spot, as a share of the side of a square picture of the same area


def heat_maps(poses: Sequence[np.ndarray], size: tuple[int, int]) -> Tensor:
    """Poses (persons, 18, 3) in pixels of pictures of `size` (height, width): float (B, 18, H, W) in [0, 1].

    A spot of height 1 at each keypoint of each person; nothing for one that is missing.
    """
    height, width = size
    spread = SPREAD * (height * width) ** 0.5
    rows, columns = np.arange(height) + 0.5, np.arange(width) + 0.5
    maps = np.zeros((len(poses), KEYPOINTS, height, width), np.float32)
    for planes, pose in zip(maps, poses, strict=True):
        for person in pose:
            there = person.any(1)
            across = np.exp(-0.5 * ((columns - person[there, :1]) / spread) ** 2)
            down = np.exp(-0.5 * ((rows - person[there, 1:2]) / spread) ** 2)
            planes[there] = np.maximum(planes[there], down[:, :, None] * across[:, None])
    return torch.from_numpy(maps)
