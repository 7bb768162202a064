"""Photos with poses, read from a data set folder."""

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.data.posed_photos import PosedPhotos
from engine.data.poses import read_poses
from engine.data.views import UNKNOWN
from engine.errors import InputError
from tests.engine.folders import TINY_DOMAIN
from tests.engine.posed_people import BODY, make_posed_people


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_posed_people(tmp_path_factory.mktemp("people"))


def test_poses_are_pixels_and_missing_keypoints_are_zero(people: Path) -> None:
    poses = read_poses(people / "poses.json")
    assert sorted(poses) == [f"p{i}" for i in range(5)]
    found = poses["p0"]
    assert found.shape == (18, 3) and found.dtype == np.float32
    assert [not point.any() for point in found] == [point is None for point in BODY]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"a": 3}', '{"a": [[1, 2, 3]]}', '{"a": [' + "null," * 17 + "[1, 2]]}",
     '{"a": [' + "null," * 17 + "[NaN, 2, 1]]}", '{"a": [' + "null," * 17 + '["x", 2, 1]]}', "[" * 100_000],
)  # fmt: skip
def test_damaged_poses_are_refused_in_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "poses.json").write_text(text)
    with pytest.raises(InputError, match=r"poses\.json"):
        read_poses(tmp_path / "poses.json")


def test_photos_without_labels_are_unknown(people: Path) -> None:
    photos = PosedPhotos(people, TINY_DOMAIN, "train")
    assert (photos.names, photos.labelled) == ([f"p{i}" for i in range(5)], ["p0", "p1", "p2"])
    layer = photos.batch(["p0", "p4"])
    assert layer.photo.shape == (2, 3, 192, 128) and layer.photo.abs().max() <= 1
    assert layer.labels[0].max() < 6 and (layer.labels[1] == UNKNOWN).all()
    neck = layer.pose[0, 1]
    column, row = int((neck[0] + 1) * 64), int((neck[1] + 1) * 96)
    assert layer.labels[0, row, column] in (1, 2, 3)  # between head and top
    assert torch.equal(layer.pose[0, 3], torch.zeros(3))


def test_a_split_without_poses_is_refused(people: Path, tmp_path: Path) -> None:
    make_posed_people(tmp_path, 1, 1)
    (tmp_path / "poses.json").write_text("{}")
    with pytest.raises(InputError, match="has no pose of a photo of the split val"):
        PosedPhotos(tmp_path, TINY_DOMAIN, "val")
