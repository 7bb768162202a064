"""Body segments: which pixels a pose gives to which limb, and the frames of limbs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.conditions.body import OTHER_SIDE_SEGMENT, body_frames, body_segments
from engine.conditions.pose_tensors import mirrored_pose, pose_tensors, scaled_pose
from engine.domains import BODY_SEGMENTS

SIZE = (384, 256)
NUMBERS = {name: number for number, (name, _) in enumerate(BODY_SEGMENTS)}


def standing() -> np.ndarray:
    """A person who faces the camera, arms a little away from the body; (1, 18, 3) in pixels of SIZE."""
    places = {
        0: (128, 60), 1: (128, 95), 2: (105, 95), 3: (92, 140), 4: (84, 182), 5: (151, 95), 6: (164, 140),
        7: (172, 182), 8: (113, 195), 9: (110, 265), 10: (108, 335), 11: (143, 195), 12: (146, 265), 13: (148, 335),
        14: (122, 54), 15: (134, 54), 16: (115, 58), 17: (141, 58),
    }  # fmt: skip
    return np.array([[(*places[joint], 0.9) for joint in range(18)]])


def test_each_bone_lies_in_its_own_segment() -> None:
    person = standing()
    labels = body_segments(person, SIZE)
    middles = {
        "right upper arm": (2, 3), "right forearm": (3, 4), "left upper arm": (5, 6), "left forearm": (6, 7),
        "right thigh": (8, 9), "right shin": (9, 10), "left thigh": (11, 12), "left shin": (12, 13),
    }  # fmt: skip
    for name, (first, second) in middles.items():
        x, y = person[0, [first, second], :2].mean(0).astype(int)
        assert labels[y, x] == NUMBERS[name]
    assert labels[60, 128] == NUMBERS["head"]
    assert labels[140, 128] == NUMBERS["torso"]
    assert labels[10, 10] == 0


def test_missing_keypoints_leave_out_their_segments() -> None:
    person = standing()
    person[0, 4] = 0
    labels = body_segments(person, SIZE)
    assert not (labels == NUMBERS["right forearm"]).any()
    assert np.isnan(body_frames(person, SIZE)[NUMBERS["right forearm"]]).all()
    assert (labels == NUMBERS["left forearm"]).any()


def test_nobody_is_background() -> None:
    assert not body_segments(np.zeros((0, 18, 3)), SIZE).any()
    assert not body_segments(np.zeros((1, 18, 3)), SIZE).any()
    assert np.isnan(body_frames(np.zeros((0, 18, 3)), SIZE)).all()


def test_frames_lie_on_their_limb() -> None:
    person = standing()
    frame = body_frames(person, SIZE)[NUMBERS["right thigh"]]
    half = np.array([128, 192])
    along, across, centre = (frame.T * half[None])[0], (frame.T * half[None])[1], (frame[:, 2] + 1) * half
    assert np.allclose(centre, person[0, [8, 9], :2].mean(0), atol=0.01)
    bone = person[0, 9, :2] - person[0, 8, :2]
    assert abs(along[0] * bone[1] - along[1] * bone[0]) < 1e-3 * np.hypot(*bone) * np.hypot(*along)
    assert abs(along @ across) < 1e-3


def test_a_large_map_is_the_small_one_enlarged() -> None:
    small, large = body_segments(standing(), SIZE), body_segments(scaled_pose(standing(), 6), (384 * 6, 256 * 6))
    assert (large[3::6, 3::6] == small).mean() > 0.99


@given(shift=st.floats(-60, 60), drop=st.sets(st.integers(0, 17), max_size=8))
def test_a_mirrored_pose_has_the_mirrored_segments_of_the_other_side(shift: float, drop: set[int]) -> None:
    person = standing()
    person[0, :, 0] += shift
    person[0, sorted(drop)] = 0
    mirrored = body_segments(mirrored_pose(person, SIZE[1]), SIZE)
    expected = np.array(OTHER_SIDE_SEGMENT, np.uint8)[body_segments(person, SIZE)[:, ::-1]]
    assert (mirrored != expected).mean() < 0.004  # pixels just as near to two bones


def test_tensors_mirrored_twice_are_the_same() -> None:
    tensors = pose_tensors([standing(), standing() * [0.5, 0.5, 1]], SIZE)
    again = tensors.mirrored().mirrored()
    assert (again.labels == tensors.labels).all()
    assert (again.planes - tensors.planes).abs().max() == 0
    one = tensors.mirrored([False, True])
    assert (one.labels[0] == tensors.labels[0]).all()
    assert (one.labels[1] != tensors.labels[1]).any()


def test_planes_are_a_figure_and_distances() -> None:
    planes = pose_tensors([standing()], SIZE).planes
    assert planes.shape == (1, 20, 192, 128)
    assert planes[0, :3].amax() > 0.5
    assert planes[0, 3 + 7].amin() == 0  # the right thigh
    assert planes.amin() >= 0
    assert planes.amax() == pytest.approx(1, abs=0.5)
