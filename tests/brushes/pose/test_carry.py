import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from brushes.pose import moves
from brushes.pose.carry import Puppet, carried
from brushes.pose.skeleton import ARMS, LEGS, subtree
from tests.brushes.pose.people import poses, standing

BACKGROUND, SKIN, TOP, TROUSERS, SHOES = 0, 1, 5, 8, 12
ALL = {(0, joint) for joint in range(18)}


def doll(pose: np.ndarray) -> np.ndarray:
    """A person of 256 x 384 with sleeves, hands and shoes, drawn along the bones."""
    labels = np.zeros((384, 256), np.uint8)

    def line(a: int, b: int, class_id: int, width: int, past: float = 0.0) -> None:
        start, end = pose[0, a, :2], pose[0, b, :2]
        places = np.rint([start, end + (end - start) * past]).astype(int).tolist()
        cv2.line(labels, *places, class_id, width)

    for hip, knee, ankle in LEGS:
        line(knee, ankle, SHOES, 14, 0.15)
        line(knee, ankle, TROUSERS, 22)
        line(hip, knee, TROUSERS, 26)
    cv2.fillConvexPoly(labels, np.rint(pose[0, [2, 5, 11, 8], :2]).astype(int), TOP)
    for shoulder, elbow, wrist in ARMS:
        line(elbow, wrist, SKIN, 10, 0.25)
        line(elbow, wrist, TOP, 14)
        line(shoulder, elbow, TOP, 16)
    line(1, 0, SKIN, 12)
    cv2.circle(labels, np.rint(pose[0, 0, :2]).astype(int).tolist(), 20, SKIN, -1)
    return labels


def test_an_arm_takes_sleeve_and_hand_along_and_leaves_background() -> None:
    pose = standing() - (40, 0, 0)
    labels = doll(pose)
    after = moves.rotated(pose, {(0, 6), (0, 7)}, tuple(pose[0, 5, :2]), -np.pi / 3)
    result = carried(labels, pose, after, BACKGROUND)
    x, y = np.floor(after[0, 7, :2] + 0.3 * (after[0, 7, :2] - after[0, 6, :2])).astype(int)
    assert result[y, x] == SKIN
    elbow_x, elbow_y = np.floor(after[0, 6, :2]).astype(int)
    assert result[elbow_y, elbow_x] == TOP
    old_x, old_y = np.floor(pose[0, 7, :2]).astype(int)
    assert (result[old_y - 12 : old_y + 12, old_x - 4 : old_x + 6] == BACKGROUND).all()
    right_half = np.s_[:, : int(pose[0, 1, 0])]
    assert (result[right_half] == labels[right_half]).all()


def test_a_moved_arm_is_as_large_as_it_was() -> None:
    pose = standing() - (40, 0, 0)
    labels = doll(pose)
    after = moves.rotated(pose, {(0, 6), (0, 7)}, tuple(pose[0, 5, :2]), -np.pi / 3)
    skin = [(who == SKIN).sum() for who in (labels, carried(labels, pose, after, BACKGROUND))]
    assert abs(skin[1] - skin[0]) <= 0.05 * skin[0]


def test_behind_an_arm_over_the_torso_there_is_torso() -> None:
    pose = standing()
    chest = (pose[0, 1, :2] + pose[0, [8, 11], :2].mean(axis=0)) / 2
    pose = moves.dragged(pose, 0, 7, *chest, keeps_lengths=True)
    labels = doll(pose)
    after = moves.dragged(pose, 0, 7, *(pose[0, 5, :2] + (60, 30)), keeps_lengths=True)
    x, y = np.floor(chest).astype(int)
    assert labels[y, x] in (TOP, SKIN)
    result = carried(labels, pose, after, BACKGROUND)
    assert (result[y - 8 : y + 8, x - 8 : x + 8] == TOP).all()


def test_a_bent_knee_is_in_one_piece() -> None:
    pose = standing()
    labels = doll(pose)
    after = moves.dragged(pose, 0, 10, *(pose[0, 10, :2] + (-30, -60)), keeps_lengths=True)
    result = carried(labels, pose, after, BACKGROUND)
    count, _, stats, _ = cv2.connectedComponentsWithStats((result != BACKGROUND).view(np.uint8))
    assert count == 2, "the background and one person"
    holes, _ = cv2.connectedComponents((result == BACKGROUND).view(np.uint8))
    assert holes <= 3
    x, y = np.floor(after[0, 9, :2]).astype(int)
    assert (result[y - 4 : y + 5, x - 4 : x + 5] == TROUSERS).all()


def test_a_person_moved_by_whole_pixels_is_the_same_elsewhere() -> None:
    pose = standing()
    labels = doll(pose)
    result = carried(labels, pose, moves.moved(pose, ALL, 21, -7), BACKGROUND)
    assert (result == np.roll(labels, (-7, 21), axis=(0, 1))).all()


def test_a_person_grows_as_a_whole() -> None:
    pose = standing()
    labels = doll(pose)
    result = carried(labels, pose, moves.scaled(pose, ALL, (128, 192), 0.5), BACKGROUND)
    person, now = (labels != BACKGROUND).sum(), (result != BACKGROUND).sum()
    assert abs(now / person - 0.25) < 0.02
    count, _ = cv2.connectedComponents((result != BACKGROUND).view(np.uint8))
    assert count == 2


def test_classes_to_keep_neither_move_nor_are_covered() -> None:
    pose = standing()
    labels = doll(pose)
    labels[:, 200:230] = 13
    after = moves.rotated(pose, {(0, 6), (0, 7)}, tuple(pose[0, 5, :2]), -np.pi / 3)
    result = carried(labels, pose, after, BACKGROUND, keep={13, SKIN})
    for class_id in (13, SKIN):
        assert (result[labels == class_id] == class_id).all()
    assert (result != labels).any()


def test_of_two_persons_one_moves() -> None:
    pose = standing() * (0.5, 1, 1)
    two = np.concatenate([pose, pose + (120, 0, 0)])
    labels = np.maximum(doll(two[:1]), doll(two[1:]))
    after = two.copy()
    after[1] = moves.rotated(two[1:], {(0, joint) for joint in subtree(9)}, tuple(two[1, 8, :2]), 0.3)[0]
    result = carried(labels, two, after, BACKGROUND)
    assert (result[:, :118] == labels[:, :118]).all()
    assert (result != labels).any()


def test_a_puppet_gives_what_carrying_at_once_gives() -> None:
    pose = standing()
    labels = doll(pose)
    puppet = Puppet(labels, pose, BACKGROUND)
    for angle in (0.2, -0.5):
        after = moves.rotated(pose, {(0, 6), (0, 7)}, tuple(pose[0, 5, :2]), angle)
        assert (puppet.posed(after) == carried(labels, pose, after, BACKGROUND)).all()


@pytest.mark.parametrize("factor", [1, 4])
def test_large_maps_follow_as_small_ones_do(factor: int) -> None:
    pose = standing()
    small = doll(pose)
    labels = cv2.resize(small, None, fx=factor, fy=factor, interpolation=cv2.INTER_NEAREST)
    after = moves.dragged(pose, 0, 4, *(pose[0, 2, :2] + (-40, -50)), keeps_lengths=True)
    result = carried(labels, pose * (factor, factor, 1), after * (factor, factor, 1), BACKGROUND)
    expected = carried(small, pose, after, BACKGROUND)
    again = result[factor // 2 :: factor, factor // 2 :: factor]
    assert (again != expected).mean() < 0.006


@given(poses(), st.integers(0, 3), arrays(np.uint8, (20, 24), elements=st.integers(0, 6)))
def test_an_unchanged_pose_changes_no_label(pose: np.ndarray, background: int, labels: np.ndarray) -> None:
    pose[..., :2] /= 20
    assert (carried(labels, pose, pose.copy(), background) == labels).all()


@given(st.data())
def test_any_move_gives_a_map_of_known_classes(data: st.DataObject) -> None:
    before = data.draw(poses(persons=2)) / (10, 10, 1)
    after = data.draw(poses(persons=data.draw(st.integers(1, 3)))) / (10, 10, 1)
    labels = data.draw(arrays(np.uint8, (40, 30), elements=st.sampled_from([0, 3, 7])))
    labels.setflags(write=False)
    result = carried(labels, before, after, 0)
    assert result.shape == labels.shape and result.dtype == np.uint8
    assert set(np.unique(result)) <= {0, 3, 7}


@pytest.mark.parametrize("factor", [1, 3])
def test_no_crumbs_are_left_where_limbs_were_cut(factor: int) -> None:
    pose = standing() * (factor, factor, 1)
    labels = cv2.resize(doll(standing()), None, fx=factor, fy=factor, interpolation=cv2.INTER_NEAREST)
    for angle in np.linspace(-1.2, 1.2, 9):
        after = moves.rotated(pose, {(0, joint) for joint in (3, 4, 9, 10)}, tuple(pose[0, 1, :2]), float(angle))
        result = carried(labels, pose, after, BACKGROUND)
        for class_id in np.unique(result):
            _, _, stats, _ = cv2.connectedComponentsWithStats((result == class_id).view(np.uint8))
            assert stats[:, cv2.CC_STAT_AREA].min() > 8 * factor**2
