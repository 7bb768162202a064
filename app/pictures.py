"""Pictures that a person opens or drops: photo or label map, and which label map belongs to a photo."""

from pathlib import Path

import numpy as np
from PIL import Image

from engine.conditions.label_map import COLOR_TOLERANCE, read_label_map
from engine.domains import Domain
from engine.errors import InputError
from engine.images import open_image, read_photo, resize_labels, resize_photo

LONGEST_SIDE = 3072
"""Larger photos are reduced to this: a dab is still painted at once on it, and what is kept fits into memory."""

PHOTO_FILES = "*.png *.jpg *.jpeg *.webp *.tif *.tiff *.bmp"
_SHAPE_TOLERANCE = 0.02
_PROBES = 64
"""Rows and columns of the pixels that are looked at first, to tell photos from label maps."""


def label_map_in(path: Path, domain: Domain) -> np.ndarray | None:
    """The label map that the file holds, uint8 (H, W), or None when it is a photo.

    Raises InputError for neither; a JPEG, which holds no label map, is not looked into.
    """
    if _is_plainly_photo(path, domain):
        return None
    try:
        return read_label_map(path, domain)
    except InputError:
        read_photo(path)
        return None


def _is_plainly_photo(path: Path, domain: Domain) -> bool:
    """Whether a few pixels tell already; comparing all colours of a large photo takes its time."""
    if path.suffix.lower() in (".jpg", ".jpeg"):  # which blurs the borders between colours
        return True
    image = open_image(path)
    if image.mode not in ("RGB", "RGBA", "RGBX", "CMYK", "YCbCr"):
        return False
    size = min(_PROBES, image.width), min(_PROBES, image.height)
    colors = np.asarray(image.resize(size, Image.Resampling.NEAREST).convert("RGB"), dtype=np.int16).reshape(-1, 1, 3)
    far = np.abs(colors - domain.palette.astype(np.int16)).max(axis=2).min(axis=1)
    return bool((far > COLOR_TOLERANCE).any())


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
    photo = read_photo(photo_file)
    labels = read_labels_for(photo_file, (photo.shape[1], photo.shape[0]), label_file, domain)
    photo = reduced(photo)
    return photo, resize_labels(labels, (photo.shape[1], photo.shape[0]))


def read_labels_for(photo_file: Path, size: tuple[int, int], label_file: Path, domain: Domain) -> np.ndarray:
    """The label map of a photo of `size` (width, height), uint8 (h, w), of the photo's shape and any resolution.

    Raises InputError when it cannot be read or has another shape.
    """
    labels = read_label_map(label_file, domain)
    (width, height), (label_height, label_width) = size, labels.shape
    if abs(width / height - label_width / label_height) > _SHAPE_TOLERANCE * width / height:
        raise InputError(
            f"The label map {label_file.name} is {label_width}×{label_height} and the photo {photo_file.name} "
            f"{width}×{height}; choose a label map of the photo's shape."
        )
    return labels


def reduced(photo: np.ndarray) -> np.ndarray:
    """The photo, with its longer side at most `LONGEST_SIDE`."""
    height, width = photo.shape[:2]
    scale = LONGEST_SIDE / max(height, width)
    if scale >= 1:
        return photo
    return resize_photo(photo, (max(1, round(width * scale)), max(1, round(height * scale))))
