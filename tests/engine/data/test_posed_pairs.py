"""Pairs of posed photos: limbs are moved, and where each pixel has gone is known."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.conditions.pose_tensors import mirrored_pose, pose_tensors
from engine.correspondence.grids import identity_grid, sample
from engine.data.articulation import articulated, carried, turned_limbs
from engine.data.chance import Chance
from engine.data.pairs import PairBatch
from engine.data.posed_folder import PosedFolder
from engine.data.posed_pairs import draw_posed_pairs, posed_example
from engine.data.posed_set import PosedSet
from engine.errors import InputError
from tests.engine.posed_domain import POSED_DOMAIN, make_posed_data


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_posed_data(tmp_path_factory.mktemp("posed"))


@pytest.fixture(scope="module")
def photos(people: Path) -> PosedSet:
    return PosedSet(people, POSED_DOMAIN, "train")


def _error(pairs: PairBatch) -> torch.Tensor:
    """How far the exemplar, read at the match, is from the target where that is known."""
    warped = sample(pairs.exemplar, pairs.match)
    return (warped - pairs.target).abs().mean(1)[pairs.known]


def test_photos_and_poses_fit_the_domain(photos: PosedSet) -> None:
    photo, pose = photos.read("p0")
    assert photo.shape == (3, 192, 128) and pose.shape == (1, 18, 3)
    assert photos.names == [f"p{i}" for i in range(5)]
    assert photos.exemplar_for("p1", Chance.of_step(0, 0, 0).dice) == "p0"  # the one without a pose is none
    pictures, labels = photos.batch(["p0", "p3"])
    assert pictures.shape == (2, 3, 192, 128) and labels.shape == (2, 192, 128) and labels.max() <= 10


@given(seed=st.integers(0, 10_000))
def test_turned_limbs_keep_their_lengths(photos: PosedSet, seed: int) -> None:
    pose = photos.read("p0")[1]
    moved = turned_limbs(pose, Chance.of_step(seed, 0, 0))
    for first, second in ((2, 4), (8, 9), (9, 10), (11, 12), (12, 13)):
        if pose[0, first].any() and pose[0, second].any() and (first, second) != (2, 4):
            lengths = [np.hypot(*(p[0, first, :2] - p[0, second, :2])) for p in (pose, moved)]
            assert lengths[0] == pytest.approx(lengths[1])
    assert (pose.any(2) == moved.any(2)).all()
    assert (moved[..., 2] == pose[..., 2]).all()


def test_a_limb_is_carried_there_and_back(photos: PosedSet) -> None:
    before = photos.poses(["p0"])
    after = pose_tensors([turned_limbs(before.poses[0], Chance.of_step(3, 0, 0))], photos.size)
    grid = identity_grid(*photos.size).unsqueeze(0)
    there = carried(grid, before.labels, before.frames, after.frames)
    assert (there - grid).abs().max() > 0.02
    assert torch.equal(there[before.labels == 0], grid[before.labels == 0])
    back = carried(there, before.labels, after.frames, before.frames)
    assert torch.allclose(back, grid, atol=1e-4)


def test_the_same_pose_changes_nothing(photos: PosedSet) -> None:
    own = photos.poses(["p0", "p1"])
    pictures, gone, seen = articulated(photos.photos(["p0", "p1"]), own, own)
    assert torch.allclose(pictures, photos.photos(["p0", "p1"]), atol=1e-3)
    assert torch.allclose(gone, identity_grid(*photos.size).expand_as(gone), atol=1e-4)
    assert seen.all()


def test_matches_are_right_where_they_are_known(photos: PosedSet) -> None:
    for step in range(4):
        pairs = draw_posed_pairs(photos, 4, Chance.of_step(0, step, 0))
        assert pairs.known[~pairs.same].sum() == 0
        if pairs.same.any():
            assert pairs.known[pairs.same].float().mean() > 0.5
            assert _error(pairs).mean() < 0.06
        mirrored = pairs.mirrored(torch.tensor([True, False, True, False]))
        if pairs.same.any():
            assert _error(mirrored).mean() < 0.06
        assert torch.equal(mirrored.exemplar_labels, mirrored.exemplar_pose.labels)
        assert torch.equal(mirrored.exemplar_labels[1], pairs.exemplar_labels[1])


def test_examples_for_sheets(photos: PosedSet) -> None:
    straight, mirrored = (posed_example(photos, "p0", "p0", seed) for seed in (0, 1))
    assert _error(straight).mean() < 0.06 and _error(mirrored).mean() < 0.06
    other = posed_example(photos, "p0", "p1", 0)
    assert not other.known.any() and not other.same.any()
    assert torch.equal(other.exemplar, photos.photos(["p1"]))


def test_a_mirrored_pose_twice_is_the_same(photos: PosedSet) -> None:
    pose = photos.read("p0")[1]
    assert np.allclose(mirrored_pose(mirrored_pose(pose, 128), 128), pose)


def test_a_photo_without_a_posed_exemplar_is_named(people: Path, tmp_path: Path) -> None:
    make_posed_data(tmp_path, 2)
    (tmp_path / "pairs.json").write_text('{"p0": ["nobody"]}')
    with pytest.raises(InputError, match="no posed exemplar for p0"):
        PosedFolder(tmp_path, "train").partners("p0")
    (tmp_path / "poses.json").write_text("{}")
    with pytest.raises(InputError, match="has no pose of a photo of the split train"):
        PosedFolder(tmp_path, "train")
