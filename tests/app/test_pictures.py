from pathlib import Path

import numpy as np
import pytest

from app.pictures import LONGEST_SIDE, find_label_file, label_map_in, read_pair
from engine.domains import FASHION
from engine.errors import InputError
from engine.images import write_image


def photo_file(folder: Path, size: tuple[int, int] = (20, 30)) -> Path:
    write_image(folder / "p.jpg", np.full((size[1], size[0], 3), 120, np.uint8))
    return folder / "p.jpg"


def label_file(path: Path, size: tuple[int, int] = (20, 30)) -> Path:
    path.parent.mkdir(exist_ok=True)
    write_image(path, np.full((size[1], size[0]), 4, np.uint8))
    return path


@pytest.mark.parametrize("name", ["labels/p.png", "../labels/p.png", "p.png", "p_labels.png", "p-labels.png"])
def test_the_label_map_beside_a_photo_is_found(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    photo = photo_file(folder)
    assert find_label_file(photo) is None
    labels = label_file(folder / name)
    assert find_label_file(photo).samefile(labels)


def test_label_maps_are_told_from_photos(tmp_path: Path) -> None:
    assert label_map_in(photo_file(tmp_path), FASHION) is None
    assert label_map_in(label_file(tmp_path / "l.png"), FASHION)[0, 0] == 4
    noise = np.random.default_rng(0).integers(0, 256, (30, 20, 3), dtype=np.uint8)
    write_image(tmp_path / "noise.png", noise)
    assert label_map_in(tmp_path / "noise.png", FASHION) is None
    colored = FASHION.palette[np.arange(200).reshape(10, 20) % 19]
    write_image(tmp_path / "colored.png", colored)
    assert label_map_in(tmp_path / "colored.png", FASHION)[0, :3].tolist() == [0, 1, 2]
    colored[3, 3] = 255, 0, 0  # few pixels may say otherwise than those that are looked at first
    write_image(tmp_path / "nearly.png", np.kron(colored, np.ones((40, 40, 1), np.uint8)))
    assert label_map_in(tmp_path / "nearly.png", FASHION) is None
    (tmp_path / "x.png").write_bytes(b"nothing")
    with pytest.raises(InputError, match="x.png"):
        label_map_in(tmp_path / "x.png", FASHION)


def test_a_label_map_of_another_shape_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="30×20.*20×30"):
        read_pair(photo_file(tmp_path), label_file(tmp_path / "l.png", (30, 20)), FASHION)


def test_large_photos_are_reduced_with_their_label_maps(tmp_path: Path) -> None:
    photo, labels = read_pair(photo_file(tmp_path, (2400, 3600)), label_file(tmp_path / "l.png"), FASHION)
    assert max(photo.shape) == LONGEST_SIDE and photo.shape[:2] == labels.shape
