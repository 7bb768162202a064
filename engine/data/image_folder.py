"""Photos without labels, held in memory at one size: any folder of images, or a split of a data set."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from engine.errors import InputError
from engine.files import read_text
from engine.images import crop_to_aspect, read_photo, resize_photo

MAX_PHOTOS = 8000  # the distances of each to each must fit in memory
HELD_OUT_EACH = 10  # of a folder without lists, each tenth image is held out

_SUFFIXES = (".webp", ".png", ".jpg", ".jpeg")
_LIST_LIMIT = 64 * 1024 * 1024


class ImageFolder:
    """Photos uint8 (n, 3, H, W), each cut in the middle to the shape of `size` (width, height) and resized.

    Raises InputError when there are more than 8,000 or one cannot be read.
    """

    def __init__(self, paths: list[Path], size: tuple[int, int]) -> None:
        if len(paths) > MAX_PHOTOS:
            raise InputError(f"{paths[0].parent} has {len(paths)} images, more than {MAX_PHOTOS}; choose some of them.")
        self.names = [path.stem for path in paths]
        reading = tqdm(paths, "reading photos", unit="photo", disable=None)
        self.photos = torch.stack([torch.from_numpy(_read(path, size)) for path in reading])

    def __len__(self) -> int:
        return len(self.names)

    def batch(self, indices: list[int]) -> Tensor:
        """The photos at `indices` as float (B, 3, H, W) in [-1, 1]."""
        return self.photos[indices].float() / 127.5 - 1

    def batches(self, size: int) -> Iterator[Tensor]:
        """All photos in their order, as `batch` gives them, `size` at a time."""
        for start in range(0, len(self), size):
            yield self.batch(list(range(start, min(start + size, len(self)))))


def images_below(folder: Path) -> list[Path]:
    """Every PNG, JPEG and WebP image in `folder` and the folders in it, sorted.

    Raises InputError when there is none.
    """
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES and path.is_file())
    if not paths:
        raise InputError(f"There is no PNG, JPEG or WebP image in {folder}; name another folder.")
    return paths


def images_of_split(folder: Path, split: str) -> list[Path]:
    """The photos that `<split>.txt` of a data set names, with and without label map; of any other folder all images.

    A data set is a folder with `photos/`. Raises InputError when there is no image or no such list.
    """
    if not _is_data_set(folder):
        return images_below(folder)
    list_path = folder / f"{split}.txt"
    names = read_text(list_path, "list of photos", _LIST_LIMIT).split()
    if not names:
        raise InputError(f"The list {list_path} is empty; name another split.")
    return [_photo_path(folder, name) for name in names]


def training_and_held_out(folder: Path) -> tuple[list[Path], list[Path]]:
    """The photos of `train.txt` and `val.txt` of a data set; of any other folder nine tenths and the rest.

    Raises InputError when there are too few images or a list is missing.
    """
    if _is_data_set(folder):
        return images_of_split(folder, "train"), images_of_split(folder, "val")
    paths = images_below(folder)
    if len(paths) < 3 * HELD_OUT_EACH:
        raise InputError(f"{folder} has {len(paths)} images, fewer than {3 * HELD_OUT_EACH}; add images.")
    held_out = paths[HELD_OUT_EACH - 1 :: HELD_OUT_EACH]
    del paths[HELD_OUT_EACH - 1 :: HELD_OUT_EACH]
    return paths, held_out


def _is_data_set(folder: Path) -> bool:
    return (folder / "photos").is_dir()


def _photo_path(folder: Path, name: str) -> Path:
    paths = [folder / "photos" / f"{name}{suffix}" for suffix in _SUFFIXES]
    return next((path for path in paths if path.exists()), paths[0])


def _read(path: Path, size: tuple[int, int]) -> np.ndarray:
    """uint8 (3, H, W)."""
    return resize_photo(crop_to_aspect(read_photo(path), size), size).transpose(2, 0, 1).copy()
