"""A network that reads its answer off the photo: red is a person, green their keypoints."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.analysis.analyst import Findings
from engine.conditions.pose import KEYPOINTS

CLASS = 5


class Oracle(nn.Module):
    """Class 5 where the photo (B, 3, H, W) in [-1, 1] is red, heat of every keypoint where it is green."""

    def forward(self, photo: Tensor) -> Findings:
        red, green = (F.avg_pool2d(photo[:, channel, None], 2) for channel in (0, 1))
        labels = torch.full((len(photo), 19, *red.shape[2:]), -20.0)
        labels[:, 0] = 0
        labels[:, CLASS] = 20 * red[:, 0]
        heat = F.avg_pool2d(green, 2).expand(-1, KEYPOINTS, -1, -1) * 8
        return Findings(labels, heat, torch.zeros(len(photo), KEYPOINTS, 2, *heat.shape[2:]))


def people(size: tuple[int, int], *boxes: tuple[int, int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """A photo of `size` (width, height) that the oracle understands, and its true labels; boxes as left, top, right,
    bottom. The keypoints lie in the middle of a spot a fifth down each box."""
    photo = np.zeros((size[1], size[0], 3), np.uint8)
    labels = np.zeros(photo.shape[:2], np.uint8)
    for left, top, right, bottom in boxes:
        photo[top:bottom, left:right, 0] = 255
        labels[top:bottom, left:right] = CLASS
        x, y = neck((left, top, right, bottom))
        reach = (bottom - top) / 25
        rows, columns = np.mgrid[: size[1], : size[0]] + 0.5
        photo[(np.abs(rows - y) < reach) & (np.abs(columns - x) < reach), 1] = 255
    return photo, labels


def neck(box: tuple[int, int, int, int]) -> tuple[float, float]:
    """Where the keypoints of a person in `box` lie."""
    left, top, right, bottom = box
    return (left + right) / 2, top + (bottom - top) / 5
