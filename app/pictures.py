"""Pictures that a person opens or drops: photo or label map, and which label map belongs to a photo."""

from pathlib import Path

import numpy as np

from engine.conditions.label_map import read_label_map
from engine.domains import Domain
from engine.errors import InputError
from engine.images import read_photo, resize_labels, resize_photo
from engine.inference.state import Exemplar, Pixels

LONGEST_SIDE = 1024
"""Larger photos are reduced to this: beyond it nothing is live on a laptop."""

PHOTO_FILES = "*.png *.jpg *.jpeg *.webp *.tif *.tiff *.bmp"
_SHAPE_TOLERANCE = 0.02


def label_map_in(path: Path, domain: Domain) -> np.ndarray | None:
    """The label map that the file holds, uint8 (H, W), or None when it is a photo. Raises InputError for neither."""
    try:
        return read_label_map(path, domain)
    except InputError:
        read_photo(path)
        return None


def find_label_file(photo: Path) -> Path | None:
    """The label map of a photo: `<stem>.png` in a `labels` folder beside it or its folder, or `<stem>*labels.png`."""
    stem = photo.stem
    candidates = [
        photo.parent / "labels" / f"{stem}.png",
        photo.parent.parent / "labels" / f"{stem}.png",
        photo.parent / f"{stem}.png",
        photo.parent / f"{stem}_labels.png",
        photo.parent / f"{stem}-labels.png",
        photo.parent / f"{stem}.labels.png",
    ]
    return next((path for path in candidates if path.is_file() and path != photo), None)


def read_pair(photo_file: Path, label_file: Path, domain: Domain) -> tuple[np.ndarray, np.ndarray]:
    """A photo RGB (H, W, 3) and its label map (H, W), both of the photo's size and not larger than `LONGEST_SIDE`.

    Raises InputError when one cannot be read or their shapes differ.
    """
    photo, labels = read_photo(photo_file), read_label_map(label_file, domain)
    (height, width), (label_height, label_width) = photo.shape[:2], labels.shape
    if abs(width / height - label_width / label_height) > _SHAPE_TOLERANCE * width / height:
        raise InputError(
            f"The label map {label_file.name} is {label_width}×{label_height} and the photo {photo_file.name} "
            f"{width}×{height}; choose a label map of the photo's shape."
        )
    photo = reduced(photo)
    return photo, resize_labels(labels, (photo.shape[1], photo.shape[0]))


def reduced(photo: np.ndarray) -> np.ndarray:
    """The photo, with its longer side at most `LONGEST_SIDE`."""
    height, width = photo.shape[:2]
    scale = LONGEST_SIDE / max(height, width)
    if scale >= 1:
        return photo
    return resize_photo(photo, (max(1, round(width * scale)), max(1, round(height * scale))))


def read_exemplar(photo_file: Path, label_file: Path, domain: Domain) -> Exemplar:
    """An exemplar from two files; raises InputError as `read_pair` does."""
    photo, labels = read_pair(photo_file, label_file, domain)
    return Exemplar(Pixels(photo), Pixels(labels), photo_file.stem)
