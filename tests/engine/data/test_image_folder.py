"""Any folder of images, held in memory."""

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.data import image_folder
from engine.data.image_folder import ImageFolder, images_below, images_of_split, training_and_held_out
from engine.errors import InputError
from engine.images import write_image


def _image(path: Path, grey: int, size: tuple[int, int] = (24, 16)) -> None:
    write_image(path, np.full((size[1], size[0], 3), grey, np.uint8))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number, name in enumerate(["b.png", "a.jpg", "deep/er/c.webp"]):
        _image(tmp_path / name, 40 * number)
    (tmp_path / "notes.txt").write_text("no image")
    return tmp_path


def test_images_of_all_kinds_and_depths_become_one_tensor(folder: Path) -> None:
    photos = ImageFolder(images_below(folder), (8, 12))
    assert photos.names == ["a", "b", "c"] and len(photos) == 3
    assert photos.photos.shape == (3, 3, 12, 8) and photos.photos.dtype == torch.uint8
    assert [int(photo.float().mean().round()) for photo in photos.photos] == [40, 0, 80]
    batch = photos.batch([1, 2])
    assert batch[0].unique().tolist() == [-1] and batch.max() < 0
    assert torch.equal(torch.cat(list(photos.batches(2))), photos.batch([0, 1, 2]))


def test_a_photo_is_cut_rather_than_squeezed(tmp_path: Path) -> None:
    wide = np.zeros((10, 40, 3), np.uint8)
    wide[:, 15:25] = 255
    write_image(tmp_path / "wide.png", wide)
    assert (ImageFolder([tmp_path / "wide.png"], (10, 10)).photos == 255).all()


def test_the_lists_of_a_data_set_choose_its_photos(tmp_path: Path) -> None:
    for name in ("x", "y", "z"):
        _image(tmp_path / "photos" / f"{name}.png", 9)
    _image(tmp_path / "labels" / "x.png", 3)
    (tmp_path / "train.txt").write_text("z x")
    (tmp_path / "val.txt").write_text("y")
    assert [path.stem for path in images_of_split(tmp_path, "train")] == ["z", "x"]
    assert [[path.stem for path in part] for part in training_and_held_out(tmp_path)] == [["z", "x"], ["y"]]
    with pytest.raises(InputError, match=r"test\.txt"):
        images_of_split(tmp_path, "test")
    (tmp_path / "val.txt").write_text("\n")
    with pytest.raises(InputError, match=r"val\.txt is empty"):
        images_of_split(tmp_path, "val")
    (tmp_path / "val.txt").write_text("lost")
    with pytest.raises(InputError, match=r"lost\.webp"):
        ImageFolder(images_of_split(tmp_path, "val"), (8, 8))


def test_of_any_other_folder_all_images_are_taken(folder: Path) -> None:
    assert [path.stem for path in images_of_split(folder, "val")] == ["a", "b", "c"]


def test_each_tenth_image_of_a_plain_folder_is_held_out(tmp_path: Path) -> None:
    for number in range(31):
        _image(tmp_path / f"{number:02}.png", 0, (2, 2))
    training, held_out = training_and_held_out(tmp_path)
    assert [path.stem for path in held_out] == ["09", "19", "29"]
    assert len(training) == 28 and not set(training) & set(held_out)


def test_what_cannot_be_used_is_named(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match=r"no PNG, JPEG or WebP image in .*nothing; name another folder"):
        images_below(tmp_path / "nothing")
    (folder / "b.png").write_bytes(b"broken")
    with pytest.raises(InputError, match=r"b\.png is no image"):
        ImageFolder(images_below(folder), (8, 8))
    with pytest.raises(InputError, match="3 images, fewer than 30"):
        training_and_held_out(folder)
    monkeypatch.setattr(image_folder, "MAX_PHOTOS", 2)
    with pytest.raises(InputError, match="3 images, more than 2; choose some"):
        ImageFolder(images_below(folder), (8, 8))
