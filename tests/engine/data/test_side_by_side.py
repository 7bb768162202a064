"""Pictures A|B in one file."""

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.data.side_by_side import SideBySide
from engine.errors import InputError
from engine.images import write_image

AREA = 64 * 64


def make_pairs(folder: Path, split: str = "train", count: int = 3, size: tuple[int, int] = (40, 60)) -> Path:
    """Pictures of `size` (height, width) twice over: left dark, right light, brighter with each file."""
    for number in range(count):
        left = np.full((*size, 3), 10 + number, np.uint8)
        write_image(folder / split / f"{number}.png", np.concatenate([left, left + 200], axis=1))
    return folder


@pytest.mark.parametrize(("direction", "photo", "condition"), [("a-to-b", 210, 10), ("b-to-a", 10, 210)])
def test_one_half_is_the_photo_and_the_other_its_condition(
    tmp_path: Path, direction: str, photo: int, condition: int
) -> None:
    pairs = SideBySide(make_pairs(tmp_path), "train", AREA, direction)
    photos, conditions = pairs.batch(["0", "2"])
    for pictures, value in ((photos, photo), (conditions, condition)):
        assert pictures.shape == (2, 3, 64, 64)
        torch.testing.assert_close(pictures[0], torch.full((3, 64, 64), value / 127.5 - 1))
        assert pictures[1].mean() > pictures[0].mean()


def test_the_size_keeps_the_shape_of_the_halves(tmp_path: Path) -> None:
    pairs = SideBySide(make_pairs(tmp_path, size=(50, 100)), "train", 2 * 64 * 64)
    assert pairs.size == (64, 128) and pairs.batch(["0"])[0].shape == (1, 3, 64, 128)


def test_pictures_for_testing_can_take_the_place_of_val(tmp_path: Path) -> None:
    assert SideBySide(make_pairs(tmp_path, "test"), "val", AREA).names == ["0", "1", "2"]


def test_what_cannot_be_used_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no folder .*train"):
        SideBySide(tmp_path, "train", AREA)
    write_image(tmp_path / "train" / "odd.png", np.zeros((8, 9, 3), np.uint8))
    with pytest.raises(InputError, match=r"odd\.png is 9 pixels wide"):
        SideBySide(tmp_path, "train", AREA)
    (tmp_path / "train" / "odd.png").write_bytes(b"nonsense")
    with pytest.raises(InputError, match="odd"):
        SideBySide(tmp_path, "train", AREA)
    for place in ("a", "b"):
        write_image(tmp_path / "twice" / "train" / place / "same.png", np.zeros((8, 8, 3), np.uint8))
    with pytest.raises(InputError, match="same name"):
        SideBySide(tmp_path / "twice", "train", AREA)
