"""Poses for the tests of the editor."""

import numpy as np

from engine.inference.state import Keypoints

# A person who stands upright in a picture of 40 x 60 pixels; OpenPose COCO order.
STANDING = [
    (20, 10), (20, 16), (15, 16), (11, 24), (11, 32), (25, 16), (29, 24), (29, 32), (17, 34),
    (17, 45), (17, 56), (23, 34), (23, 45), (23, 56), (18, 8), (22, 8), (16, 9), (24, 9),
]  # fmt: skip


def standing(persons: int = 1, scale: float = 1.0) -> Keypoints:
    """Persons in the same pose, each 3 pixels further to the right."""
    person = np.column_stack([np.array(STANDING, np.float64) * scale, np.ones(18)])
    shift = np.array([3.0, 0.0, 0.0])
    return Keypoints(np.stack([person + number * shift for number in range(persons)]))
