"""The poses of a data set: `poses.json`, for each photo 18 keypoints [x, y, confidence] or null."""

import json
from pathlib import Path

import numpy as np

from engine.conditions.pose import KEYPOINTS
from engine.errors import InputError
from engine.files import read_text

_LIMIT = 256 * 1024 * 1024


def read_poses(path: Path) -> dict[str, np.ndarray]:
    """The pose of each photo that has one: float32 (18, 3), pixels of the photo file; a missing keypoint is (0, 0, 0).

    Raises InputError when the file is missing or not of that form.
    """
    text = read_text(path, "list of poses", _LIMIT)
    try:
        poses = {str(name): _pose(points) for name, points in json.loads(text).items() if points is not None}
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise InputError(
            f"The list of poses {path} is not of the form {{name: 18 times [x, y, confidence] or null}}; write it anew."
        ) from error
    return poses


def _pose(points: list) -> np.ndarray:
    pose = np.array([(0, 0, 0) if point is None else point for point in points], dtype=np.float32)
    if pose.shape != (KEYPOINTS, 3) or not np.isfinite(pose).all():
        raise ValueError("not 18 keypoints of 3 numbers")
    return pose
