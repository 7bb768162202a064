"""The planes of a pose by their properties."""

import numpy as np
import pytest

from engine.conditions.pose_maps import LIMBS, POSE_PLANES, keypoint_colour, pose_planes
from engine.errors import InputError


def _person(**points: tuple[float, float]) -> np.ndarray:
    person = np.zeros((18, 3))
    for name, place in points.items():
        person[int(name[1:])] = (*place, 1)
    return person


def test_nobody_is_black_and_far_from_everything() -> None:
    planes = pose_planes(_person(), (64, 96), 4, 32)
    assert planes.shape == (POSE_PLANES, 32, 32) and planes.dtype == np.uint8
    assert (planes[:3] == 0).all() and (planes[3:] == 255).all()


def test_a_limb_has_its_own_distance_plane() -> None:
    planes = pose_planes(_person(k1=(32, 10), k2=(10, 10)), (64, 64), 4, 64)
    limb = 3 + LIMBS.index((1, 2))
    assert planes[limb, 10, 20] == 0
    assert planes[limb, 49, 20] == (49 - 10 - 4) // 3
    others = np.delete(planes[3:], limb - 3, axis=0)
    assert (others == 255).all()


def test_joints_show_the_colour_of_their_keypoint() -> None:
    planes = pose_planes(_person(k7=(20, 30)), (64, 64), 4, 64)
    assert tuple(planes[:3, 30, 20]) == keypoint_colour(7)


def test_the_colours_are_eighteen() -> None:
    assert len({keypoint_colour(number) for number in range(18)}) == 18


def test_keypoints_outside_the_canvas_do_no_harm() -> None:
    planes = pose_planes(_person(k1=(-500, 3), k2=(900, 80)), (64, 64), 4, 64)
    assert planes[3].min() == 0


def test_another_skeleton_is_refused() -> None:
    with pytest.raises(InputError, match="18 keypoints"):
        pose_planes(np.zeros((25, 3)), (64, 64), 4, 64)
