"""Photos with depth maps."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.data.chance import Chance
from engine.data.depth_set import depth_sets, read_depth
from engine.errors import InputError
from engine.images import write_image
from tests.engine.depth_folder import make_depths


def test_sixteen_bits_are_read_in_their_own_units(tmp_path: Path) -> None:
    training, held_out = depth_sets(make_depths(tmp_path))
    assert training.names == ["d0", "d1", "d2"] and held_out.names == ["d3"]
    photo, depth = training.read("d1")
    assert photo.shape == (3, 70, 100) and depth.shape == (1, 70, 100)
    assert (depth[0, 0, 0], depth[0, -1, -1]) == (1100, 1100 + 69 * 40)
    assert training.largest() == 1200 + 69 * 40


def test_eight_bits_do_as_well(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png", np.array([[3, 200]], np.uint8))
    assert read_depth(tmp_path / "a.png").tolist() == [[3, 200]]


def test_crops_keep_photo_and_depth_together(tmp_path: Path) -> None:
    training, held_out = depth_sets(make_depths(tmp_path))
    photos, depths = training.crops(6, 32, Chance.of_step(0, 0, 0))
    assert photos.shape == (6, 3, 32, 32) and depths.shape == (6, 1, 32, 32)
    blue = ((photos[:, 2] + 1) * 127.5).round()
    assert (blue == depths[:, 0] // 20).all()
    rising = photos[:, 0].diff(dim=2).sign().mean((1, 2))
    assert rising.abs().min() == 1 and rising.unique().tolist() == [-1, 1]  # some are mirrored
    photo, depth = held_out.whole("d3")
    assert photo.shape[2:] == depth.shape[2:] == (64, 96)


def test_without_lists_each_tenth_photo_is_held_out(tmp_path: Path) -> None:
    folder = make_depths(tmp_path, 30)
    (folder / "train.txt").unlink()
    training, held_out = depth_sets(folder)
    assert (len(training.names), len(held_out.names)) == (27, 3)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("folder", r"There is no folder .*depth; depth upsampling learns from photos/ and depth/"),
        ("missing", r"Cannot read the depth map .*d0\.png"),
        ("colours", r"d0\.png is a RGB image; save it with one channel"),
        ("size", r"d0\.png is not of its photo's size"),
        ("nothing", r"d0\.png has no depth anywhere"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, damage: str, said: str) -> None:
    folder = make_depths(tmp_path)
    path = folder / "depth" / "d0.png"
    if damage == "folder":
        (folder / "depth").rename(folder / "elsewhere")
    elif damage == "missing":
        path.unlink()
    else:
        shape = {"colours": (70, 100, 3), "size": (70, 90), "nothing": (70, 100)}[damage]
        Image.fromarray(np.full(shape, 0 if damage == "nothing" else 9, np.uint8)).save(path)
    with pytest.raises(InputError, match=said):
        depth_sets(folder)[0].read("d0")


def test_photos_that_are_too_small_are_named(tmp_path: Path) -> None:
    training, _ = depth_sets(make_depths(tmp_path))
    with pytest.raises(InputError, match=r"d\d\.png has a side below 128 pixels; take larger ones"):
        training.crops(1, 128, Chance.of_step(0, 0, 0))
