"""A folder of labelled photos, held in memory at the size of its domain."""

import random
from pathlib import Path

import torch
from torch import Tensor

from engine.data.folder import PhotoFolder
from engine.domains import Domain
from engine.images import resize_labels, resize_photo


class PhotoSet:
    """Photos and label maps of one split, each decoded once and kept as uint8.

    Raises InputError when the folder or one of its files cannot be used.
    """

    def __init__(self, folder: Path, domain: Domain, split: str) -> None:
        self._folder = PhotoFolder(folder, domain, split)
        self._size = domain.size
        self._held: dict[str, tuple[Tensor, Tensor]] = {}
        self.names = self._folder.names

    def read(self, name: str) -> tuple[Tensor, Tensor]:
        """Photo uint8 (3, H, W) and label map uint8 (H, W) of `name`."""
        if name not in self._held:
            photo, labels = self._folder.read(name)
            photo, labels = resize_photo(photo, self._size), resize_labels(labels, self._size)
            self._held[name] = (torch.from_numpy(photo).permute(2, 0, 1).contiguous(), torch.from_numpy(labels))
        return self._held[name]

    def exemplar_for(self, name: str, dice: random.Random) -> str:
        """One of the exemplars retrieved for `name`."""
        return dice.choice(self._folder.partners(name))

    def batch(self, names: list[str]) -> tuple[Tensor, Tensor]:
        """Photos float (B, 3, H, W) in [-1, 1] and label maps int64 (B, H, W)."""
        photos, labels = zip(*(self.read(name) for name in names), strict=True)
        return torch.stack(photos).float() / 127.5 - 1, torch.stack(labels).long()

    def conditioned(self, names: list[str]) -> tuple[Tensor, Tensor, None]:
        """As `batch`, for whom poses may come as well: there are none here."""
        return *self.batch(names), None
