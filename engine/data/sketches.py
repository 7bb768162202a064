"""Sketches of labelled photos: given, in `sketches/NAME.png`, or the outlines of their label maps."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.conditions.sketch import outlines
from engine.errors import InputError
from engine.images import read_photo, resize_photo

GREY = np.array([0.299, 0.587, 0.114])


class Sketches:
    """The sketches of a data set at `size` (width, height); where it has no `sketches/`, they are drawn."""

    def __init__(self, folder: Path, size: tuple[int, int]) -> None:
        self._folder, self._size = folder / "sketches", size
        self._held: dict[str, Tensor] = {}

    def of(self, names: list[str], labels: Tensor) -> Tensor:
        """Lightness float (B, 1, H, W) in [-1, 1], for label maps int64 (B, H, W).

        Raises InputError for a sketch that is missing or damaged.
        """
        if not self._folder.is_dir():
            return outlines(labels)
        return torch.stack([self._read(name) for name in names])

    def _read(self, name: str) -> Tensor:
        path = self._folder / f"{name}.png"
        if name not in self._held:
            if not path.exists():
                raise InputError(f"There is no sketch {path}; add it, or remove {self._folder} to have all drawn.")
            grey = resize_photo(read_photo(path), self._size) @ GREY
            self._held[name] = torch.from_numpy(grey).float().unsqueeze(0) / 127.5 - 1
        return self._held[name]
