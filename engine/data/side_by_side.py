"""The layout of pix2pix (Isola et al. 2017): each picture shows A on the left and B on the right.

A folder has `train/` and `val/` (or `test/` in its place). Labels to facades, maps, edges to shoes and to handbags,
and night to day come so.
"""

from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from engine.data.image_folder import images_below
from engine.errors import InputError
from engine.images import read_photo, resize_photo

MULTIPLE = 32
HELD = 8000  # pairs that stay in memory; of larger sets the others are read each time

Direction = Literal["a-to-b", "b-to-a"]


class SideBySide:
    """The pairs of one split, all at the size of the first one that `area` pixels give.

    Raises InputError when the folder or one of its files cannot be used.
    """

    def __init__(self, folder: Path, split: str, area: int, direction: Direction = "a-to-b") -> None:
        found = images_below(_split_folder(folder, split))
        self.names = [path.stem for path in found]
        if len(set(self.names)) != len(found):
            raise InputError(f"Two pictures in {_split_folder(folder, split)} have the same name; rename one.")
        self._paths = dict(zip(self.names, found, strict=True))
        self._direction = direction
        first = _halves(found[0])[0]
        self.size = _size_of(first.shape, area)
        self._held: dict[str, tuple[Tensor, Tensor]] = {}

    def read(self, name: str) -> tuple[Tensor, Tensor]:
        """Photo and condition of `name`, both uint8 (3, H, W)."""
        if name in self._held:
            return self._held[name]
        a, b = (_at_size(half, self.size) for half in _halves(self._paths[name]))
        pair = (b, a) if self._direction == "a-to-b" else (a, b)
        if len(self._held) < HELD:
            self._held[name] = pair
        return pair

    def batch(self, names: list[str]) -> tuple[Tensor, Tensor]:
        """Photos and conditions, both float (B, 3, H, W) in [-1, 1]."""
        photos, conditions = zip(*(self.read(name) for name in names), strict=True)
        return tuple(torch.stack(pictures).float() / 127.5 - 1 for pictures in (photos, conditions))


def _split_folder(folder: Path, split: str) -> Path:
    names = (split, "test") if split == "val" else (split,)
    for name in names:
        if (folder / name).is_dir():
            return folder / name
    raise InputError(f"There is no folder {folder / split} with pictures side by side; make it or name another layout.")


def _halves(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """A and B, uint8 (H, W, 3)."""
    picture = read_photo(path)
    width = picture.shape[1]
    if width < 2 or width % 2:
        raise InputError(f"The picture {path} is {width} pixels wide and has no two equal halves; export it again.")
    return picture[:, : width // 2], picture[:, width // 2 :]


def _size_of(shape: tuple[int, ...], area: int) -> tuple[int, int]:
    """Height and width, multiples of 32, of about `area` pixels, in the proportion of `shape`."""
    scale = (area / (shape[0] * shape[1])) ** 0.5
    height, width = (max(MULTIPLE, round(side * scale / MULTIPLE) * MULTIPLE) for side in shape[:2])
    return height, width


def _at_size(picture: np.ndarray, size: tuple[int, int]) -> Tensor:
    """uint8 (3, height, width)."""
    return torch.from_numpy(resize_photo(picture, (size[1], size[0]))).permute(2, 0, 1).contiguous()
