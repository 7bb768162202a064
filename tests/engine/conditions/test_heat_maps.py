"""Poses as heat maps."""

import numpy as np
import torch

from engine.conditions.heat_maps import heat_maps
from engine.conditions.pose import OTHER_SIDE
from engine.conditions.pose_tensors import mirrored_pose


def _pose() -> np.ndarray:
    pose = np.random.default_rng(0).uniform(10, 50, (1, 18, 3))
    pose[..., 2] = 1
    pose[0, 5] = 0
    return pose


def test_a_spot_lies_at_each_keypoint_that_is_there() -> None:
    maps = heat_maps([_pose()], (96, 64))
    assert maps.shape == (1, 18, 96, 64) and not maps[0, 5].any()
    for number, (x, y, _) in enumerate(_pose()[0]):
        if number != 5:
            row, column = np.unravel_index(int(maps[0, number].argmax()), (96, 64))
            assert abs(column + 0.5 - x) <= 0.5 and abs(row + 0.5 - y) <= 0.5
            assert 0.9 < maps[0, number].max() <= 1


def test_a_mirrored_pose_has_left_and_right_exchanged() -> None:
    maps, mirrored = (heat_maps([pose], (96, 64)) for pose in (_pose(), mirrored_pose(_pose(), 64)))
    assert (mirrored - maps.flip(3)[:, list(OTHER_SIDE)]).abs().max() < 1e-5
    assert (mirrored - maps.flip(3)).abs().max() > 0.5


def test_persons_share_the_planes() -> None:
    poses = _pose(), _pose() + [8, 30, 0]
    both = heat_maps([np.concatenate(poses)], (96, 64))
    assert torch.equal(both, torch.maximum(*(heat_maps([pose], (96, 64)) for pose in poses)))
