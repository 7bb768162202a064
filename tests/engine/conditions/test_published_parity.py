"""Our planes against the inputs that the authors' programs made of the same files; `-s` prints the differences."""

from pathlib import Path

import numpy as np
import pytest

from engine.conditions import published
from engine.conditions.part_edges import PARTS
from tests.reference.parity import parity_folder

ONE_LEVEL = 1  # what another JPEG decoder or resizer may make of it
FRACTIONAL = "__fractional"


def test_poses_at_256() -> None:
    for path, stored in _stored("deepfashion_256"):
        planes = published.deepfashion_pose(_beside(path, "_candidate.txt"), path.with_suffix(".jpg"))
        _same_pose(path, planes, stored["label_u8"])


def test_poses_at_512() -> None:
    stems = [path for path, _ in _stored("deepfashion_hd")]
    assert any(path.stem.endswith(FRACTIONAL) for path in stems)
    for path, stored in _stored("deepfashion_hd"):
        planes = published.deepfashion_hd_pose(_beside(path, "_candidate.txt"))
        _same_pose(path, planes, stored["label_u8"])


def test_label_maps_of_ade20k() -> None:
    for path, stored in _stored("ade20k"):
        labels = published.ade20k_labels(path.with_suffix(".png"))
        assert np.array_equal(labels, stored["label_ids"]), path
        if "class_pixel_count" in stored:
            assert np.array_equal(np.bincount(labels.ravel(), minlength=151), stored["class_pixel_count"])
            _near(path, published.published_photo(path.with_suffix(".jpg")), stored["image_u8"])


def test_label_maps_and_glasses_of_celebahq() -> None:
    for path, stored in _stored("celebahq"):
        number = path.stem.partition("__")[0]
        glasses = _beside(path, "_eye_g.png")
        mask = published.celebahq_glasses(glasses if glasses.exists() else None)
        assert np.array_equal(published.celebahq_labels(path.with_name(f"{number}.png")), stored["label_ids"]), path
        assert np.array_equal(mask, stored["glasses"]), path
        assert mask.any() == glasses.exists()
        if "image_u8" in stored:
            _near(path, published.published_photo(path.with_suffix(".jpg")), stored["image_u8"])


def test_edges_of_celebahq() -> None:
    for path, stored in _stored("celebahqedge"):
        parts = {name: _beside(path, f"_{name}.png") for name in PARTS}
        present = {name: file for name, file in parts.items() if file.exists()}
        planes, expected = published.celebahq_edges(path.with_suffix(".jpg"), present), stored["label_u8"]
        assert planes.shape == expected.shape
        _near(path, planes[1:], expected[1:])
        differing = (planes[0] != expected[0]).mean()
        print(f"{path.stem:52} Canny edges differ at {differing:.5f}")
        assert differing <= 0.001


def _stored(folder: str) -> list[tuple[Path, dict[str, np.ndarray]]]:
    paths = sorted((parity_folder() / "inputs" / folder).glob("*.npz"))
    if not paths:
        pytest.skip(f"there are no samples in {folder}")
    return [(path, dict(np.load(path))) for path in paths]


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.stem + ending)


def _same_pose(path: Path, planes: np.ndarray, expected: np.ndarray) -> None:
    assert planes.shape == expected.shape
    assert np.array_equal(planes[:3], expected[:3]), path
    _near(path, planes[3:], expected[3:])


def _near(path: Path, found: np.ndarray, expected: np.ndarray) -> None:
    difference = np.abs(found.astype(int) - expected).max()
    print(f"{path.stem:52} differs by {difference}")
    assert difference <= ONE_LEVEL, path
