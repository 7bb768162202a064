"""The three protocols of the evaluation: which exemplar a photo is regenerated from."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from engine.conditions.label_map import read_label_map
from engine.domains import Domain
from engine.errors import InputError
from engine.files import read_text
from engine.images import read_photo

PROTOCOLS = ("warp", "mirror", "swap")

_SHIFT = {"warp": 0.12, "mirror": 0.06}
_SEED = 2024
_LIST_LIMIT = 64 * 1024 * 1024


@dataclass(frozen=True, eq=False)
class Case:
    """One question of a protocol: regenerate `truth` from its label map and the exemplar.

    Photos are RGB uint8 (H, W, 3), label maps uint8 (H, W). In the swap protocol the exemplar shows
    another person, so `truth` is no truth for the colours.
    """

    name: str
    truth: np.ndarray
    labels: np.ndarray
    exemplar: np.ndarray
    exemplar_labels: np.ndarray


class Photos:
    """The labelled photos of one split of a data set folder.

    The folder has `photos/NAME.webp` (or .png, .jpg), `labels/NAME.png`, `<split>_labelled.txt` with a
    name a line, and `pairs.json` with the best exemplars of each name.
    """

    def __init__(self, folder: Path, domain: Domain, split: str) -> None:
        """Read the lists; raises InputError when they are missing or damaged."""
        self.folder = folder
        self.domain = domain
        self.names = read_text(folder / f"{split}_labelled.txt", "list of photos", _LIST_LIMIT).split()
        if not self.names:
            raise InputError(f"The list {folder / f'{split}_labelled.txt'} is empty; name another split.")
        self._pairs = _read_pairs(folder / "pairs.json")

    def read(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Photo (H, W, 3) and label map (H, W) of `name`; raises InputError when they cannot be used."""
        photo = read_photo(self._photo_path(name))
        labels_path = self.folder / "labels" / f"{name}.png"
        labels = read_label_map(labels_path, self.domain)
        if labels.shape != photo.shape[:2]:
            raise InputError(f"The label map {labels_path} is not of its photo's size; make both of one size.")
        return photo, labels

    def partner(self, name: str) -> str:
        """The best labelled exemplar of `name` in `pairs.json`; raises InputError when there is none."""
        for other in self._pairs.get(name, []):
            if (self.folder / "labels" / f"{other}.png").exists():
                return other
        raise InputError(f"{self.folder / 'pairs.json'} has no labelled exemplar for {name}; add one.")

    def _photo_path(self, name: str) -> Path:
        paths = [self.folder / "photos" / f"{name}{suffix}" for suffix in (".webp", ".png", ".jpg")]
        return next((path for path in paths if path.exists()), paths[0])


def cases(photos: Photos, protocol: str, limit: int | None = None) -> Iterator[Case]:
    """The cases of `protocol` ("warp", "mirror" or "swap") for the first `limit` photos.

    The same photo has the same case each time, whatever the limit.
    """
    for name in photos.names[:limit]:
        truth, labels = photos.read(name)
        if protocol == "swap":
            exemplar, exemplar_labels = photos.read(photos.partner(name))
        else:
            random = np.random.default_rng([_SEED, PROTOCOLS.index(protocol), *name.encode()])
            exemplar, exemplar_labels = warped(truth, labels, _SHIFT[protocol], random, protocol == "mirror")
        yield Case(name, truth, labels, exemplar, exemplar_labels)


def warped(
    photo: np.ndarray, labels: np.ndarray, shift: float, generator: np.random.Generator, mirrored: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Photo (H, W, 3) and labels (H, W) through one affine map that moves three corners.

    Each corner moves by up to `shift` times the side along each axis; the border is replicated. With
    `mirrored` both are mirrored left to right first.
    """
    if mirrored:
        photo, labels = photo[:, ::-1], labels[:, ::-1]
    height, width = labels.shape
    corners = np.array([[0, 0], [width - 1, 0], [0, height - 1]], dtype=np.float32)
    moved = corners + generator.uniform(-shift, shift, (3, 2)) * (width, height)
    matrix = cv2.getAffineTransform(corners, moved.astype(np.float32))
    size, border = (width, height), cv2.BORDER_REPLICATE
    return (
        cv2.warpAffine(np.ascontiguousarray(photo), matrix, size, flags=cv2.INTER_LINEAR, borderMode=border),
        cv2.warpAffine(np.ascontiguousarray(labels), matrix, size, flags=cv2.INTER_NEAREST, borderMode=border),
    )


def _read_pairs(path: Path) -> dict[str, list[str]]:
    try:
        pairs = json.loads(read_text(path, "list of pairs", _LIST_LIMIT))
        return {str(name): [str(other) for other in others] for name, others in pairs.items()}
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise InputError(f"The list of pairs {path} is not of the form {{name: [names]}}; write it anew.") from error
