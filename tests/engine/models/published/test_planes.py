"""What published networks are conditioned on, out of the editor's label maps and poses."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.conditions.part_edges import EDGE_PLANES, edge_planes
from engine.conditions.pose import read_pose
from engine.conditions.pose_maps import JOINT_RADIUS
from engine.conditions.pose_tensors import pose_tensors, scaled_pose
from engine.domains import CELEBAHQ
from engine.errors import InputError
from engine.models.published.arrays import condition
from engine.models.published.planes import heat_maps, planes_of
from tests.reference.parity import parity_folder, read_case

GLASSES, SKIN = CELEBAHQ.class_named("glasses").id, CELEBAHQ.class_named("skin").id


@pytest.mark.parametrize(("dataset", "channels"), [("ade20k", 151), ("celebahq", 19)])
def test_label_maps_give_the_authors_tensors(dataset: str, channels: int) -> None:
    inputs, _ = read_case(f"cocosnet/{dataset}", 0)
    labels = torch.from_numpy(inputs["in_label_ids"].astype(np.int64))[None]
    planes, expected = planes_of(dataset)(labels, None, None), condition(inputs, "", channels)
    assert torch.equal(planes, expected)
    assert planes.stride() == expected.stride()  # convolutions choose their way by it


def test_glasses_lie_over_the_face() -> None:
    labels = torch.full((1, 8, 8), SKIN)
    labels[:, 2:4, 2:6] = GLASSES
    planes = planes_of("celebahq")(labels, None, None)
    assert torch.equal(planes[:, GLASSES], (labels == GLASSES).float())
    assert planes[:, SKIN].all() and planes.sum() == 64 + 8


@pytest.mark.parametrize(("dataset", "folder", "size"), [("deepfashion", "256", 256), ("deepfashionHD", "hd", 512)])
def test_poses_give_the_authors_planes(dataset: str, folder: str, size: int) -> None:
    for path in sorted((parity_folder() / "inputs" / f"deepfashion_{folder}").glob("*_candidate.txt")):
        pose = scaled_pose(read_pose(path), 1 if size == 256 else 0.5)  # the latter are of a canvas of 1024 pixels
        tensors = pose_tensors([pose], (size, size))
        planes = planes_of(dataset)(tensors.labels, tensors, None)
        with np.load(str(path).replace("_candidate.txt", ".npz")) as stored:
            expected = torch.from_numpy(stored["label_u8"]).float() / 255
        assert torch.equal(planes[0], expected), path.name


def test_several_persons_stand_in_one_picture() -> None:
    person = read_pose(next(parity_folder().glob("inputs/deepfashion_256/*244*_candidate.txt")))
    both = np.concatenate([person, person - [30, 0, 0] * person.any(2, keepdims=True)])
    alone, together = (pose_tensors([pose], (256, 256)) for pose in (person, both))
    before, after = (planes_of("deepfashion")(tensors.labels, tensors, None) for tensors in (alone, together))
    assert (after[:, 3:] <= before[:, 3:]).all() and (after[:, 3:] < before[:, 3:]).any()
    assert after[:, :3].sum() > 1.5 * before[:, :3].sum()


def test_nobody_gives_an_empty_picture() -> None:
    nobody = pose_tensors([np.zeros((0, 18, 3))], (64, 64))
    planes = planes_of("deepfashion")(nobody.labels, nobody, None)
    assert planes.shape == (1, 20, 64, 64)
    assert not planes[:, :3].any() and (planes[:, 3:] == 1).all()


def test_edges_are_those_of_the_parts_and_of_the_photo_around() -> None:
    labels = torch.zeros(1, 32, 32, dtype=torch.int64)
    labels[:, 8:24, 8:24] = SKIN
    photo = -torch.ones(1, 3, 32, 32)
    photo[..., 28:] = 1
    bare, shown = (planes_of("celebahqedge")(labels, None, given) for given in (None, photo))
    assert bare.shape == shown.shape == (1, EDGE_PLANES, 32, 32)
    assert torch.equal(bare[:, 1:], shown[:, 1:])
    assert torch.equal(bare[:, 0], bare[:, -1])
    assert shown[0, 0, :, 25:].any() and not bare[0, 0, :, 25:].any()
    mask = {"skin": ((labels[0] == SKIN) * 255).byte().numpy()}
    expected = edge_planes(np.where(photo[0, 0].numpy() > 0, 255, 0).astype(np.uint8), mask)
    assert np.array_equal((shown[0] * 255).byte().numpy(), expected)


def test_joints_become_disks(tmp_path: Path) -> None:
    pose = np.zeros((1, 18, 3))
    pose[0, 3] = 20.4, 10.6, 0.9
    tensors = pose_tensors([pose], (32, 48))
    maps = heat_maps(tensors.labels, tensors, None)
    assert maps.shape == (1, 18, 32, 48)
    rows, columns = _places(maps[0, 3])
    assert maps.sum() == maps[0, 3].sum() == 49  # the authors' disks have as many pixels
    assert (rows.float().mean(), columns.float().mean()) == (11, 20) and rows.max() == 11 + JOINT_RADIUS


def _places(plane: Tensor) -> tuple[Tensor, Tensor]:
    return torch.nonzero(plane, as_tuple=True)


def test_other_data_sets_are_named() -> None:
    with pytest.raises(InputError, match="deepfashionHD"):
        planes_of("cityscapes")
