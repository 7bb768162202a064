"""The pose of drawn persons lies where the drawing has its limbs."""

import numpy as np
import pytest

from engine.conditions.body import body_segments
from engine.data.renderer import random_person, render
from engine.data.renderer.keypoints import keypoints
from engine.domains import FASHION

FACE, ARMS, SHOES = (FASHION.class_named(name).id for name in ("face", "arms", "shoes"))


@pytest.mark.parametrize("seed", range(4))
def test_keypoints_lie_on_the_person(seed: int) -> None:
    person = random_person(seed)
    labels = render(person)[1]
    pose = keypoints(person)
    assert pose.shape == (1, 18, 3) and (pose[..., 2] == 1).all()
    columns, rows = pose[0, :, :2].round().astype(int).T
    assert (labels[rows, columns] > 0).mean() > 0.9
    assert labels[rows[0], columns[0]] == FACE  # the nose
    below = labels[rows[10] : rows[10] + 24, columns[10] - 8 : columns[10] + 9]
    assert (below == SHOES).any()  # under the right ankle


def test_a_larger_picture_has_the_same_pose_enlarged() -> None:
    person = random_person(1)
    assert np.allclose(keypoints(person, (512, 768))[0, :, :2], 2 * keypoints(person)[0, :, :2])


def test_its_right_side_is_on_the_left_and_segments_cover_it() -> None:
    person = random_person(2)
    pose = keypoints(person)
    assert pose[0, 2, 0] < pose[0, 5, 0] and pose[0, 8, 0] < pose[0, 11, 0]
    labels, segments = render(person)[1], body_segments(pose, (384, 256))
    assert (segments[labels == FACE] > 0).all()
    assert (segments[labels > 0] > 0).mean() > 0.85
