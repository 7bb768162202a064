import numpy as np
from hypothesis import given

from brushes.pose.skeleton import (
    ARMS,
    BONES,
    JOINT_NAMES,
    JOINTS,
    LEGS,
    OTHER_SIDE,
    PARENT,
    Visibility,
    nearest_joint,
    subtree,
    visibility,
)
from tests.brushes.pose.people import coordinates, poses, standing


def test_the_bones_are_the_edges_of_the_tree() -> None:
    assert {(parent, joint) for joint, parent in enumerate(PARENT) if parent is not None} == set(BONES)
    assert sorted(subtree(1)) == list(range(JOINTS))


def test_the_sides_mirror_each_other() -> None:
    for joint, other in enumerate(OTHER_SIDE):
        assert OTHER_SIDE[other] == joint
        assert JOINT_NAMES[other].split()[-1] == JOINT_NAMES[joint].split()[-1]
        if PARENT[joint] is not None:
            assert PARENT[other] == OTHER_SIDE[PARENT[joint]]
    for right, left in (ARMS, LEGS):
        assert tuple(OTHER_SIDE[joint] for joint in right) == left


def test_a_shoulder_carries_its_arm() -> None:
    assert subtree(2) == (2, 3, 4)
    assert set(subtree(0)) == {0, 14, 15, 16, 17}


def test_a_joint_is_visible_hidden_or_missing() -> None:
    person = standing()[0]
    person[4] = 0
    person[7, 2] = 0
    assert visibility(person, 3) is Visibility.VISIBLE
    assert visibility(person, 4) is Visibility.MISSING
    assert visibility(person, 7) is Visibility.HIDDEN


def test_the_nearest_joint_within_reach_is_found_hidden_or_not() -> None:
    pose = np.concatenate([standing(), standing() + (60, 0, 0)])
    pose[1, 4, 2] = 0
    x, y = pose[1, 4, :2]
    assert nearest_joint(pose, x + 3, y - 2, 5) == (1, 4)
    assert nearest_joint(pose, x + 3, y - 200, 5) is None
    pose[1, 4] = 0
    assert nearest_joint(pose, x, y, 5) != (1, 4)


def test_nobody_has_no_joints() -> None:
    assert nearest_joint(np.zeros((0, 18, 3)), 5, 5, 1000) is None


@given(poses(), coordinates, coordinates)
def test_no_other_joint_is_nearer(pose: np.ndarray, x: float, y: float) -> None:
    there = pose.any(axis=2)
    found = nearest_joint(pose, x, y, 1e6)
    assert (found is None) == (not there.any())
    if found:
        distances = np.hypot(pose[there][:, 0] - x, pose[there][:, 1] - y)
        assert there[found] and np.hypot(*(pose[found][:2] - (x, y))) == distances.min()
