"""The body behind a pose: its joints, bones and sides, and what is under the pointer.

A pose is float64 (persons, 18, 3): x and y in pixels and a confidence, joints in OpenPose COCO order. A joint is
visible where its confidence is above 0, hidden where it is 0 but has a place, and missing where it is (0, 0, 0).
"""

from enum import Enum

import numpy as np

JOINTS = 18
NOSE, NECK = 0, 1
RIGHT_SHOULDER, RIGHT_ELBOW, RIGHT_WRIST, LEFT_SHOULDER, LEFT_ELBOW, LEFT_WRIST = 2, 3, 4, 5, 6, 7
RIGHT_HIP, RIGHT_KNEE, RIGHT_ANKLE, LEFT_HIP, LEFT_KNEE, LEFT_ANKLE = 8, 9, 10, 11, 12, 13
RIGHT_EYE, LEFT_EYE, RIGHT_EAR, LEFT_EAR = 14, 15, 16, 17
HEAD = (NOSE, RIGHT_EYE, LEFT_EYE, RIGHT_EAR, LEFT_EAR)

JOINT_NAMES = (
    "nose", "neck",
    "right shoulder", "right elbow", "right wrist", "left shoulder", "left elbow", "left wrist",
    "right hip", "right knee", "right ankle", "left hip", "left knee", "left ankle",
    "right eye", "left eye", "right ear", "left ear",
)  # fmt: skip

# For each joint the one on the other side of the body, or itself.
OTHER_SIDE = (0, 1, 5, 6, 7, 2, 3, 4, 11, 12, 13, 8, 9, 10, 15, 14, 17, 16)

# For each joint the one that carries it, in a tree that is rooted at the neck; None for the neck.
PARENT = (1, None, 1, 2, 3, 1, 5, 6, 1, 8, 9, 1, 11, 12, 0, 0, 14, 15)

# The limbs as pairs (parent, joint), in the order in which OpenPose draws them.
BONES = (
    (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10),
    (1, 11), (11, 12), (12, 13), (1, 0), (0, 14), (14, 16), (0, 15), (15, 17),
)  # fmt: skip

# Chains of two bones: root, middle and end.
ARMS = ((2, 3, 4), (5, 6, 7))
LEGS = ((8, 9, 10), (11, 12, 13))


class Visibility(Enum):
    """How much is known of a joint."""

    VISIBLE = "visible"
    HIDDEN = "hidden"
    MISSING = "missing"


def visibility(person: np.ndarray, joint: int) -> Visibility:
    """Whether a joint of one person (18, 3) is visible, hidden or missing."""
    if person[joint, 2] > 0:
        return Visibility.VISIBLE
    return Visibility.HIDDEN if person[joint].any() else Visibility.MISSING


def placed_joints(pose: np.ndarray) -> np.ndarray:
    """Which joints have a place, hidden ones included: bool (..., 18) for float (..., 18, 3)."""
    return pose.any(axis=-1)


def subtree(joint: int) -> tuple[int, ...]:
    """The joint and all that it carries, parents first."""
    found = [joint]
    for carrier in found:
        found.extend(child for child, parent in enumerate(PARENT) if parent == carrier)
    return tuple(found)


def nearest_joint(pose: np.ndarray, x: float, y: float, reach: float) -> tuple[int, int] | None:
    """(person, joint) of the joint nearest to (x, y), at most `reach` pixels away; None when there is none."""
    distances = np.where(placed_joints(pose), np.hypot(pose[..., 0] - x, pose[..., 1] - y), np.inf)
    if not distances.size or distances.min() > reach:
        return None
    person, joint = np.unravel_index(int(distances.argmin()), distances.shape)
    return int(person), int(joint)
