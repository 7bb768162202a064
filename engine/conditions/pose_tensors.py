"""Poses as networks take them: planes, the map of body segments, and a frame for each segment."""

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from engine.conditions.body import body_frames, body_segments
from engine.conditions.pose import OTHER_SIDE
from engine.conditions.pose_maps import FULL, pose_picture

PLANE_STRIDE = 2  # planes are half as large as the picture; no network looks at them any closer
STICK = 2  # half the width of a drawn limb, in pixels of a plane


@dataclass(frozen=True)
class PoseTensors:
    """The poses of a batch of pictures.

    labels  int64 (B, H, W): body segments, ids as in domains.BODY_SEGMENTS
    planes  float (B, 20, H/2, W/2) in [0, 1]: stick figure in colours and distance to each limb (pose_maps.py)
    frames  float (B, segments, 2, 3): along, across and centre of each segment in [-1, 1]; NaN where there is none
    poses   float (persons, 18, 3) a picture, in pixels of (H, W)
    """

    labels: Tensor
    planes: Tensor
    frames: Tensor
    poses: tuple[np.ndarray, ...] = field(repr=False)

    def to(self, device: torch.device) -> "PoseTensors":
        """The same on another device."""
        return PoseTensors(self.labels.to(device), self.planes.to(device), self.frames.to(device), self.poses)

    def mirrored(self, which: list[bool] | None = None) -> "PoseTensors":
        """Mirrored left to right, the persons' left and right exchanged; only the pictures `which`, where given."""
        size = self.labels.shape[1:]
        which = which if which is not None else [True] * len(self.poses)
        poses = [
            mirrored_pose(pose, size[1]) if turned else pose for pose, turned in zip(self.poses, which, strict=True)
        ]
        return pose_tensors(poses, (size[0], size[1])).to(self.labels.device)


def pose_tensors(poses: list[np.ndarray], size: tuple[int, int]) -> PoseTensors:
    """Draw the poses of pictures of `size` (height, width), even numbers; each (persons, 18, 3) in its pixels."""
    labels = [torch.from_numpy(body_segments(pose, size)).long() for pose in poses]
    frames = [torch.from_numpy(body_frames(pose, size)) for pose in poses]
    half = (size[0] // PLANE_STRIDE, size[1] // PLANE_STRIDE)
    planes = [torch.from_numpy(pose_picture(scaled_pose(pose, 1 / PLANE_STRIDE), half, STICK)) for pose in poses]
    return PoseTensors(torch.stack(labels), torch.stack(planes).float() / FULL, torch.stack(frames), tuple(poses))


def scaled_pose(pose: np.ndarray, scale: float | tuple[float, float]) -> np.ndarray:
    """A pose (..., 3) in a picture that is larger by `scale`, or by (across, down); confidences stay."""
    return pose * np.append(np.broadcast_to(scale, 2), 1.0)


def mirrored_pose(pose: np.ndarray, width: float) -> np.ndarray:
    """A pose (persons, 18, 3) in the picture mirrored left to right: x to width - x, left and right exchanged."""
    turned = pose[:, list(OTHER_SIDE)].copy()
    there = turned.any(axis=2)
    turned[..., 0] = np.where(there, width - turned[..., 0], 0)
    return turned
