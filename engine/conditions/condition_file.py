"""A condition as a file: a label map, or a pose in domains that are conditioned on poses."""

import math
from pathlib import Path

import numpy as np

from engine.conditions.body import body_segments
from engine.conditions.label_map import read_label_map
from engine.conditions.pose import read_pose
from engine.domains import Domain
from engine.errors import InputError
from engine.images import MAX_MEGAPIXELS


def read_condition(
    path: Path, domain: Domain, size: tuple[int, int] | None = None
) -> tuple[np.ndarray, np.ndarray | None]:
    """The label map uint8 (H, W) in a file, and None; or the body segments and the pose (persons, 18, 3) there.

    size: (width, height) of the picture that a pose's pixels belong to; without it the domain's, or the smallest of
    its shape that shows all keypoints. Raises InputError when the file cannot be used.
    """
    if domain.condition != "pose":
        return read_label_map(path, domain), None
    pose = read_pose(path)
    if not pose.any():
        raise InputError(f"The pose {path} shows nobody; take one that shows a person.")
    width, height = size or _smallest_size(pose, domain, path)
    return body_segments(pose, (height, width)), pose


def _smallest_size(pose: np.ndarray, domain: Domain, path: Path) -> tuple[int, int]:
    """(width, height) of the domain's shape, not smaller than the domain's."""
    width, height = domain.size
    farthest = pose[..., :2].reshape(-1, 2).max(0)
    scale = max(1.0, farthest[0] / width, farthest[1] / height)
    size = (math.ceil(scale * width), math.ceil(scale * height))
    if size[0] * size[1] > MAX_MEGAPIXELS * 10**6:
        raise InputError(f"The pose {path} needs more than {MAX_MEGAPIXELS} megapixels; scale it down.")
    return size
