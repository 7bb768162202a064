"""A folder of labelled photos, held in memory at the size of its domain."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from engine.data.folder import PhotoFolder
from engine.domains import Domain
from engine.images import resize_labels, resize_photo

HELD = 8000  # photos that stay in memory; of larger sets the others are read each time


class LabelledPhotos(Protocol):
    """The labelled photos of one split as they lie on disk, in whatever layout."""

    names: list[str]

    def read(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Photo uint8 (H, W, 3) and label map uint8 (h, w), which may be of another size."""
        ...

    def exemplar_for(self, name: str, dice: random.Random) -> str:
        """One of the exemplars of `name`."""
        ...


class PhotoSet:
    """Photos and label maps of one split, each decoded once and kept as uint8.

    `layout` reads the folder; photos of another shape are squeezed to the domain's, as the papers do. Raises
    InputError when the folder or one of its files cannot be used.
    """

    def __init__(
        self,
        folder: Path,
        domain: Domain,
        split: str,
        layout: Callable[[Path, Domain, str], LabelledPhotos] = PhotoFolder,
    ) -> None:
        self._folder = layout(folder, domain, split)
        self._size = domain.size
        self._held: dict[str, tuple[Tensor, Tensor]] = {}
        self.names = self._folder.names

    def read(self, name: str) -> tuple[Tensor, Tensor]:
        """Photo uint8 (3, H, W) and label map uint8 (H, W) of `name`."""
        if name in self._held:
            return self._held[name]
        photo, labels = self._folder.read(name)
        photo, labels = resize_photo(photo, self._size), resize_labels(labels, self._size)
        both = torch.from_numpy(photo).permute(2, 0, 1).contiguous(), torch.from_numpy(labels)
        if len(self._held) < HELD:
            self._held[name] = both
        return both

    def exemplar_for(self, name: str, dice: random.Random) -> str:
        """One of the exemplars retrieved for `name`."""
        return self._folder.exemplar_for(name, dice)

    def batch(self, names: list[str]) -> tuple[Tensor, Tensor]:
        """Photos float (B, 3, H, W) in [-1, 1] and label maps int64 (B, H, W)."""
        photos, labels = zip(*(self.read(name) for name in names), strict=True)
        return torch.stack(photos).float() / 127.5 - 1, torch.stack(labels).long()

    def conditioned(self, names: list[str]) -> tuple[Tensor, Tensor, None]:
        """As `batch`, for whom poses may come as well: there are none here."""
        return *self.batch(names), None
