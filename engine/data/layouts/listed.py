"""What the data sets of the CoCosNet family have in common: exemplars by lists, drawn as the released loaders do."""

import random
from abc import ABC, abstractmethod
from pathlib import Path

from engine.data.folder import read_pairs
from engine.data.layouts.lists import read_references
from engine.errors import InputError

# Released loaders draw one number: below 0.7 the exemplar is a listed one, below 0.2 the last of the list.
HARD = 0.2 / 0.7


class ListedPhotos(ABC):
    """Photos of one split with listed exemplars.

    names       the photos, as the lists call them
    references  for each its exemplars, nearest first
    """

    def __init__(self, folder: Path, names: list[str], references: dict[str, list[str]] | None) -> None:
        """Without `references` there are no exemplars. Raises InputError where a photo has none that is there."""
        self.folder = folder
        self.names = names
        self._references = references or {}
        if references is not None:
            for name in names:
                self._first(name)

    def partners(self, name: str) -> list[str]:
        """The listed exemplars of `name` that are there, nearest first; raises InputError when there are none."""
        self._first(name)
        return [other for other in self._references[name] if self._is_there(other)]

    def exemplar_for(self, name: str, dice: random.Random) -> str:
        """The first exemplar of `name`, sometimes the last and hardest; raises InputError when there are none."""
        partners = self.partners(name)
        return partners[-1] if dice.random() < HARD else partners[0]

    @abstractmethod
    def _is_there(self, name: str) -> bool:
        """Whether the photo has all that is read of it."""

    def _first(self, name: str) -> str:
        """The nearest exemplar of `name` that is there."""
        for other in self._references.get(name, []):
            if self._is_there(other):
                return other
        raise InputError(
            f"The lists of {self.folder} have no exemplar of {name} that is there; add one, or write them anew with "
            "`python main.py pairs`."
        )


def find_references(folder: Path, stem: str, split: str) -> dict[str, list[str]]:
    """The exemplars of `<stem>_ref.txt`, for the split val `<stem>_ref_test.txt`, else of `pairs.json`.

    The lists lie in `folder` or in `data` in it. Raises InputError when there is none or it is damaged.
    """
    name = f"{stem}_ref{'_test' if split == 'val' else ''}.txt"
    for path in (folder / name, folder / "data" / name):
        if path.exists():
            return read_references(path)
    if (folder / "pairs.json").exists():
        return read_pairs(folder / "pairs.json")
    raise InputError(
        f"There is no list of exemplars {folder / name}; copy the published one there or write one with "
        "`python main.py pairs`."
    )


def no_split(folder: Path, split: str) -> InputError:
    """The error for a split that a layout does not have."""
    return InputError(f"The data set {folder} has the splits train and val, and no {split}; name one of them.")
