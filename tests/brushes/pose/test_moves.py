import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from brushes.pose import moves
from brushes.pose.guess import PROPORTIONS
from brushes.pose.presets import PRESETS, placed
from brushes.pose.skeleton import JOINTS, OTHER_SIDE, Visibility, subtree
from tests.brushes.pose.people import bone_lengths, coordinates, joints, poses, standing

ALL = {(0, joint) for joint in range(JOINTS)}


def test_moved_joints_move_and_others_stay() -> None:
    pose = standing()
    after = moves.moved(pose, {(0, 4), (0, 7)}, 5, -3)
    changed = (after != pose).any(axis=2)[0]
    assert np.flatnonzero(changed).tolist() == [4, 7]
    assert np.allclose(after[0, 4] - pose[0, 4], (5, -3, 0))


def test_a_wrist_reaches_its_place_and_the_elbow_stays_on_its_side() -> None:
    pose = standing()
    shoulder, elbow, wrist = pose[0, 2:5, :2]
    target = shoulder + (10, 60)
    after = moves.dragged(pose, 0, 4, *target, keeps_lengths=True)
    assert np.allclose(after[0, 4, :2], target, atol=1e-6)
    assert after[0, 3, 0] < shoulder[0], "the right elbow bends outwards, to the left of the picture"
    assert np.allclose(bone_lengths(after[0]), bone_lengths(pose[0]), atol=1e-6, equal_nan=True)
    across = moves.dragged(pose, 0, 3, *(elbow + (40, 0)), keeps_lengths=True)
    inwards = moves.dragged(across, 0, 4, *target, keeps_lengths=True)
    assert np.allclose(inwards[0, 4, :2], target, atol=1e-6)


def test_a_bent_knee_keeps_its_bend() -> None:
    pose = standing()
    bent = moves.dragged(pose, 0, 13, *(pose[0, 13, :2] - (0, 30)), keeps_lengths=True)
    turned_in = bent.copy()
    hip, ankle = bent[0, 11, :2], bent[0, 13, :2]
    assert np.isclose(hip[0], ankle[0], atol=8)
    turned_in[0, 12, 0] = (hip + ankle)[0] - bent[0, 12, 0]
    for start, side in ((bent, 1), (turned_in, -1)):
        after = moves.dragged(start, 0, 13, *(ankle + (4, -10)), keeps_lengths=True)
        assert np.sign(after[0, 12, 0] - (after[0, 11, 0] + after[0, 13, 0]) / 2) == side


def test_out_of_reach_the_limb_points_straight_at_the_place() -> None:
    pose = standing()
    shoulder = pose[0, 5, :2]
    after = moves.dragged(pose, 0, 7, shoulder[0] + 900, shoulder[1] - 900, keeps_lengths=True)
    for joint in (6, 7):
        along = after[0, joint, :2] - shoulder
        assert np.isclose(along[0], -along[1]) and along[0] > 0
    assert np.allclose(bone_lengths(after[0]), bone_lengths(pose[0]), atol=1e-6, equal_nan=True)


def test_an_elbow_carries_the_forearm_stiffly() -> None:
    pose = moves.dragged(standing(), 0, 4, *(standing()[0, 2, :2] + (10, 60)), keeps_lengths=True)
    after = moves.dragged(pose, 0, 3, 0, 0, keeps_lengths=True)
    before_wrist, after_wrist = (np.hypot(*(who[0, 4, :2] - who[0, 2, :2])) for who in (pose, after))
    assert np.isclose(before_wrist, after_wrist)
    assert not np.allclose(after[0, 4], pose[0, 4])


def test_the_neck_carries_the_person_and_a_hip_its_leg() -> None:
    pose = standing()
    after = moves.dragged(pose, 0, 1, *(pose[0, 1, :2] + (7, 9)), keeps_lengths=True)
    assert np.allclose(after[0] - pose[0], (7, 9, 0))
    hip = moves.dragged(pose, 0, 8, *(pose[0, 8, :2] + (-9, -1)), keeps_lengths=True)
    shift = hip[0] - pose[0]
    assert np.allclose(shift[[9, 10]], shift[8]) and shift[8, 0] < -5
    assert not shift[[0, 1, 2, 11, 12]].any()


@pytest.mark.parametrize("joint", [0, 14, 17])
def test_the_head_turns_about_the_neck_as_a_whole(joint: int) -> None:
    pose = standing()
    after = moves.dragged(pose, 0, joint, *(pose[0, joint, :2] + (15, 5)), keeps_lengths=True)
    head = list(subtree(0))
    assert (after[0, head, 0] > pose[0, head, 0]).all()
    neck = pose[0, 1, :2]
    assert np.allclose(np.hypot(*(after[0, head, :2] - neck).T), np.hypot(*(pose[0, head, :2] - neck).T))
    assert (after[0, 1:14] == pose[0, 1:14]).all()


@given(poses(), joints, coordinates, coordinates)
def test_bones_keep_their_lengths(pose: np.ndarray, joint: int, x: float, y: float) -> None:
    before = bone_lengths(pose[0])
    after = bone_lengths(moves.dragged(pose, 0, joint, x, y, keeps_lengths=True)[0])
    # where the joint to turn about is missing, the joint is carried freely: it has no bone to keep
    assert np.allclose(before, after, atol=1e-6, equal_nan=True)


@given(poses(), joints, coordinates, coordinates, st.floats(-7, 7), st.booleans())
def test_moves_never_change_what_they_are_given(
    pose: np.ndarray, joint: int, x: float, y: float, angle: float, keeps_lengths: bool
) -> None:
    kept = pose.copy()
    pose.setflags(write=False)
    some = {(0, joint), (0, 3), (len(pose) - 1, 9)}
    results = [
        moves.moved(pose, some, x, y),
        moves.dragged(pose, 0, joint, x, y, keeps_lengths),
        moves.symmetric(kept, moves.moved(pose, some, x, y), 0, [joint, 3]),
        moves.rotated(pose, some, (x, y), angle),
        moves.scaled(pose, some, (x, y), angle),
        moves.mirrored(pose, 256),
        moves.added(pose, 0, joint, x, y),
        moves.with_person(pose, pose[0]),
        moves.without_person(pose, 0),
        moves.with_visibility(pose, 0, joint, Visibility.MISSING),
    ]
    assert (pose == kept).all()
    assert not any(np.shares_memory(result, pose) for result in results)


@given(poses(), joints, coordinates, coordinates, st.booleans())
def test_missing_joints_stay_missing_and_others_do_not_vanish(
    pose: np.ndarray, joint: int, x: float, y: float, keeps_lengths: bool
) -> None:
    there = pose.any(axis=2)
    everything = {(person, joint) for person in range(len(pose)) for joint in range(JOINTS)}
    for after in (
        moves.dragged(pose, 0, joint, x, y, keeps_lengths),
        moves.moved(pose, everything, -pose[0, joint, 0], -pose[0, joint, 1]),
        moves.scaled(pose, everything, (0, 0), 0),
        moves.mirrored(pose, pose[0, joint, 0])[:, list(OTHER_SIDE)],
    ):
        assert (after.any(axis=2) == there).all()


@given(poses(), st.integers(0, 4000))
def test_mirrored_twice_is_the_pose_to_the_bit(pose: np.ndarray, width: int) -> None:
    pose[..., 0] = np.rint(pose[..., 0] * 2**20) / 2**20
    pose = moves.mirrored(pose, width)  # takes hidden joints off (0, 0)
    assert (moves.mirrored(moves.mirrored(pose, width), width) == pose).all()


@given(st.floats(-1e6, 1e6))
def test_the_finest_places_come_back_but_for_a_rounding(x: float) -> None:
    pose = standing()
    pose[0, 4, 0] = x
    again = moves.mirrored(moves.mirrored(pose, 256), 256)
    assert abs(again[0, 4, 0] - x) <= 2**-33


def test_the_mirror_exchanges_left_and_right() -> None:
    pose = standing()
    pose[0, 3] = 0
    after = moves.mirrored(pose, 256)
    assert np.allclose(after[0, 7], (256 - pose[0, 4, 0], pose[0, 4, 1], 1))
    assert not after[0, 6].any() and after[0, 3].any()


@given(poses(), st.floats(-7, 7), coordinates, coordinates)
def test_turning_there_and_back_changes_nothing(pose: np.ndarray, angle: float, x: float, y: float) -> None:
    there = moves.rotated(pose, ALL, (x, y), angle)
    assert np.allclose(moves.rotated(there, ALL, (x, y), -angle), pose, atol=1e-9)


@given(poses(), st.floats(0.1, 10), coordinates, coordinates)
def test_scaling_there_and_back_changes_nothing(pose: np.ndarray, factor: float, x: float, y: float) -> None:
    there = moves.scaled(pose, ALL, (x, y), factor)
    assert np.allclose(moves.scaled(there, ALL, (x, y), 1 / factor), pose, atol=1e-8)


def test_turns_are_clockwise_on_the_screen() -> None:
    pose = np.zeros((1, 18, 3))
    pose[0, 4] = 10, 0, 1
    assert np.allclose(moves.rotated(pose, {(0, 4)}, (0, 0), math.pi / 2)[0, 4, :2], (0, 10))


@pytest.mark.parametrize("keeps_lengths", [True, False])
@pytest.mark.parametrize("joint", [2, 3, 4, 8, 9, 10])
def test_a_symmetric_person_stays_so(joint: int, keeps_lengths: bool) -> None:
    pose = standing()
    x, y = pose[0, joint, :2] + (-12, -9)
    after = moves.symmetric(pose, moves.dragged(pose, 0, joint, x, y, keeps_lengths), 0, [joint])
    again = moves.mirrored(after, 2 * pose[0, 1, 0])
    assert np.allclose(again, after, atol=1e-6)
    assert (after[0, OTHER_SIDE[joint]] != pose[0, OTHER_SIDE[joint]]).any()


def test_the_mirror_is_the_persons_own_axis() -> None:
    pose = moves.rotated(standing(), ALL, (128, 190), 0.6)
    x, y = pose[0, 4, :2] + (-20, -15)
    turned = moves.symmetric(pose, moves.dragged(pose, 0, 4, x, y, True), 0, [4])
    upright = moves.rotated(turned, ALL, (128, 190), -0.6)
    axis = upright[0, 1, 0]
    assert np.allclose(moves.mirrored(upright, 2 * axis), upright, atol=1e-6)


@given(poses(persons=1, missing=False), st.sampled_from([2, 3, 4, 8, 9, 10]), coordinates, coordinates)
def test_a_symmetric_move_keeps_lengths_where_the_move_did(pose: np.ndarray, joint: int, x: float, y: float) -> None:
    after = moves.symmetric(pose, moves.dragged(pose, 0, joint, x, y, True), 0, [joint])
    assert np.allclose(bone_lengths(after[0]), bone_lengths(pose[0]), atol=1e-6, equal_nan=True)


def test_a_person_moved_as_a_whole_has_no_mirror_image() -> None:
    pose = standing()
    after = moves.moved(pose, ALL, 12, 5)
    assert (moves.symmetric(pose, after, 0, range(JOINTS)) == after).all()


def test_joints_are_shown_hidden_removed_and_brought_back() -> None:
    pose = standing()
    hidden = moves.with_visibility(pose, 0, 4, Visibility.HIDDEN)
    assert hidden[0, 4, 2] == 0 and (hidden[0, 4, :2] == pose[0, 4, :2]).all()
    missing = moves.with_visibility(hidden, 0, 4, Visibility.MISSING)
    assert not missing[0, 4].any()
    back = moves.with_visibility(missing, 0, 4, Visibility.VISIBLE)
    assert np.allclose(back[0, 4], pose[0, 4], atol=1e-6), "the mirror image of the left wrist"
    with pytest.raises(ValueError, match="no joint"):
        moves.with_visibility(np.zeros((1, 18, 3)), 0, 4, Visibility.VISIBLE)


@given(st.lists(joints, min_size=1, max_size=17, unique=True), st.floats(-0.8, 0.8), st.floats(0.3, 3))
def test_guessed_joints_of_a_standard_person_are_where_they_were(lost: list[int], angle: float, factor: float) -> None:
    pose = standing()
    pose[0, :, :2] = PROPORTIONS * 100 * factor + (300, 200)
    pose = moves.rotated(pose, ALL, (250, 250), angle)
    there = np.delete(np.arange(JOINTS), lost)
    assume(np.ptp(PROPORTIONS[there], axis=0).max() > 0.05)
    less = pose.copy()
    less[0, lost] = 0
    for joint in lost:
        place = moves.guess_place(less, 0, joint)
        # halfway is not exact for a bent limb
        assert np.hypot(*(pose[0, joint, :2] - place)) < 12 * factor


def test_a_single_joint_is_enough_to_guess_from() -> None:
    pose = np.zeros((1, 18, 3))
    pose[0, 1] = 100, 80, 1
    x, y = moves.guess_place(pose, 0, 8)
    assert x < 100 and y > 120
    assert moves.guess_place(np.zeros((1, 18, 3)), 0, 8) is None


def test_persons_come_and_go() -> None:
    pose = standing()
    two = moves.with_person(pose, pose[0] + (50, 0, 0))
    assert two.shape == (2, 18, 3)
    assert (moves.without_person(two, 0)[0] == two[1]).all()
    assert moves.without_person(pose, 0).shape == (0, 18, 3)
    assert moves.with_person(np.zeros((0, 18, 3)), pose[0]).shape == (1, 18, 3)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_fit_the_canvas_and_the_person(name: str) -> None:
    person = placed(PRESETS[name], None, 256, 384)
    assert (person[:, 2] == 1).all()
    assert (person[:, :2] > 0).all() and (person[:, :2] < (256, 384)).all()
    like = standing()[0] * (0.5, 0.5, 1) + (70, 20, 0)
    fitted = placed(PRESETS[name], like, 256, 384)
    assert np.allclose(fitted[1], like[1])
    torsos = [np.hypot(*(who[[8, 11], :2].mean(axis=0) - who[1, :2])) for who in (fitted, like)]
    assert np.isclose(*torsos)
    no_hips = like.copy()
    no_hips[8] = 0
    assert (placed(PRESETS[name], no_hips, 256, 384) == person).all()
