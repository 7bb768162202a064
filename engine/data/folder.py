"""A data set as it lies on disk: photos, label maps, splits, retrieved pairs."""

import json
import random
from pathlib import Path

import numpy as np

from engine.conditions.label_map import read_label_map
from engine.domains import Domain
from engine.errors import InputError
from engine.files import read_text
from engine.images import read_photo

_LIST_LIMIT = 64 * 1024 * 1024


class PhotoFolder:
    """The labelled photos of one split of a data set folder.

    The folder has `photos/NAME.webp` (or .png, .jpg), `labels/NAME.png`, `<split>_labelled.txt` with a
    name a line, and `pairs.json` with the best exemplars of each name.
    """

    def __init__(self, folder: Path, domain: Domain, split: str, paired: bool = True) -> None:
        """Read the lists, `pairs.json` only if `paired`; raises InputError when they are missing or damaged."""
        self.folder = folder
        self.domain = domain
        self.names = read_text(folder / f"{split}_labelled.txt", "list of photos", _LIST_LIMIT).split()
        if not self.names:
            raise InputError(f"The list {folder / f'{split}_labelled.txt'} is empty; name another split.")
        self._pairs = read_pairs(folder / "pairs.json") if paired else {}

    def read(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Photo (H, W, 3) and label map (H, W) of `name`; raises InputError when they cannot be used."""
        photo = read_photo(self._photo_path(name))
        labels_path = self._labels_path(name)
        labels = read_label_map(labels_path, self.domain)
        if labels.shape != photo.shape[:2]:
            raise InputError(f"The label map {labels_path} is not of its photo's size; make both of one size.")
        return photo, labels

    def partners(self, name: str) -> list[str]:
        """The labelled exemplars of `name` in `pairs.json`, best first; raises InputError when there are none."""
        partners = [other for other in self._pairs.get(name, []) if self._labels_path(other).exists()]
        if not partners:
            raise InputError(f"{self.folder / 'pairs.json'} has no labelled exemplar for {name}; add one.")
        return partners

    def exemplar_for(self, name: str, dice: random.Random) -> str:
        """One of the exemplars of `name`; raises InputError when there are none."""
        return dice.choice(self.partners(name))

    def _labels_path(self, name: str) -> Path:
        return self.folder / "labels" / f"{name}.png"

    def _photo_path(self, name: str) -> Path:
        paths = [self.folder / "photos" / f"{name}{suffix}" for suffix in (".webp", ".png", ".jpg")]
        return next((path for path in paths if path.exists()), paths[0])


def read_pairs(path: Path) -> dict[str, list[str]]:
    """For each photo the names of its best exemplars, best first; raises InputError for a damaged list."""
    try:
        pairs = json.loads(read_text(path, "list of pairs", _LIST_LIMIT))
        return {str(name): [str(other) for other in others] for name, others in pairs.items()}
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise InputError(f"The list of pairs {path} is not of the form {{name: [names]}}; write it anew.") from error
