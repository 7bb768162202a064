"""A data set of posed photos as it lies on disk."""

import random
from pathlib import Path

import numpy as np

from engine.data.folder import read_pairs
from engine.data.image_folder import images_of_split
from engine.data.poses import read_poses
from engine.errors import InputError
from engine.images import read_photo


class PosedFolder:
    """The posed photos of one split: `<split>.txt`, `photos/`, `poses.json`, and `pairs.json` with exemplars.

    The last is read only if `paired`. Raises InputError when the folder or one of its files cannot be used.
    """

    def __init__(self, folder: Path, split: str, paired: bool = True) -> None:
        self.folder = folder
        self._poses = read_poses(folder / "poses.json")
        self._paths = {path.stem: path for path in images_of_split(folder, split)}
        self.names = [name for name in self._paths if name in self._poses]
        if not self.names:
            raise InputError(f"{folder / 'poses.json'} has no pose of a photo of the split {split}; add some.")
        self._pairs = read_pairs(folder / "pairs.json") if paired else {}

    def read(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Photo uint8 (H, W, 3) and its pose float64 (1, 18, 3) in pixels; raises InputError for a bad photo."""
        return read_photo(self._paths[name]), self._poses[name][None].astype(np.float64)

    def partners(self, name: str) -> list[str]:
        """The posed exemplars of `name` in `pairs.json`, best first; raises InputError when there are none."""
        partners = [other for other in self._pairs.get(name, []) if other in self._poses and other in self._paths]
        if not partners:
            raise InputError(f"{self.folder / 'pairs.json'} has no posed exemplar for {name}; add one.")
        return partners

    def exemplar_for(self, name: str, dice: random.Random) -> str:
        """One of the exemplars of `name`; raises InputError when there are none."""
        return dice.choice(self.partners(name))
