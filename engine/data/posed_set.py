"""A folder of posed photos, held in memory at the size of its domain, for domains that are conditioned on poses."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from engine.conditions.pose_tensors import PoseTensors, pose_tensors, scaled_pose
from engine.data.photo_set import HELD
from engine.data.posed_folder import PosedFolder
from engine.domains import Domain
from engine.images import resize_photo


class PhotosWithPoses(Protocol):
    """The posed photos of one split as they lie on disk, in whatever layout."""

    names: list[str]

    def read(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Photo uint8 (H, W, 3) and its pose float64 (1, 18, 3) in pixels."""
        ...

    def exemplar_for(self, name: str, dice: random.Random) -> str:
        """One of the exemplars of `name`."""
        ...


class PosedSet:
    """Photos and poses of one split, each decoded once.

    `layout` reads the folder; photos of another shape are squeezed to the domain's, with their poses. Raises
    InputError when the folder or one of its files cannot be used.
    """

    def __init__(
        self, folder: Path, domain: Domain, split: str, layout: Callable[[Path, str], PhotosWithPoses] = PosedFolder
    ) -> None:
        self._folder = layout(folder, split)
        self.size = domain.size[::-1]
        self._held: dict[str, tuple[Tensor, np.ndarray]] = {}
        self.names = self._folder.names

    def read(self, name: str) -> tuple[Tensor, np.ndarray]:
        """Photo uint8 (3, H, W) and pose float (1, 18, 3) in its pixels."""
        if name in self._held:
            return self._held[name]
        photo, pose = self._folder.read(name)
        height, width = self.size
        pose = scaled_pose(pose, (width / photo.shape[1], height / photo.shape[0]))
        small = torch.from_numpy(resize_photo(photo, (width, height)))
        both = small.permute(2, 0, 1).contiguous(), pose
        if len(self._held) < HELD:
            self._held[name] = both
        return both

    def exemplar_for(self, name: str, dice: random.Random) -> str:
        """One of the exemplars retrieved for `name`."""
        return self._folder.exemplar_for(name, dice)

    def photos(self, names: list[str]) -> Tensor:
        """Float (B, 3, H, W) in [-1, 1]."""
        return torch.stack([self.read(name)[0] for name in names]).float() / 127.5 - 1

    def poses(self, names: list[str]) -> PoseTensors:
        """The poses of photos."""
        return pose_tensors([self.read(name)[1] for name in names], self.size)

    def batch(self, names: list[str]) -> tuple[Tensor, Tensor]:
        """Photos float (B, 3, H, W) in [-1, 1] and maps of body segments int64 (B, H, W)."""
        return self.photos(names), self.poses(names).labels

    def conditioned(self, names: list[str]) -> tuple[Tensor, Tensor, PoseTensors]:
        """As `batch`, with the poses."""
        poses = self.poses(names)
        return self.photos(names), poses.labels, poses
