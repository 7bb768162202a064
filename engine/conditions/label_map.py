"""Label maps as files: class ids, or colours of the domain."""

from pathlib import Path

import numpy as np
from PIL import Image

from engine.domains import Domain
from engine.errors import InputError
from engine.images import open_image, save_image

# Largest difference in one channel at which a colour still counts as a class's; palettes keep further apart.
COLOR_TOLERANCE = 8
SHOWN_IDS = 8  # of a histogram in an error


def read_label_map(path: Path | str, domain: Domain) -> np.ndarray:
    """Read a label map as class ids, uint8 (H, W).

    A palette image gives its indices, a grey image its values, an RGB image the classes whose colours it
    shows. Raises InputError as `open_image` does, and for an id or colour that the domain does not have.
    """
    image = open_image(path, "label map")
    if image.mode in ("P", "L", "1") or image.mode.startswith("I"):
        return checked_ids(np.array(image), path, domain)
    if image.mode in ("RGB", "RGBA", "RGBX"):
        return _classes_of_colors(np.array(image.convert("RGB")), path, domain)
    raise InputError(
        f"The label map {path} is a {image.mode} image; save it as 8-bit PNG of class ids or in the domain's colours."
    )


def write_label_map(path: Path | str, labels: np.ndarray, domain: Domain) -> None:
    """Write class ids uint8 (H, W) as a palette PNG in the domain's colours, in one step.

    Raises InputError when the name does not end in .png or the file cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() != ".png":
        raise InputError(f"A label map is written as PNG; end the name of {path} in .png.")
    image = Image.fromarray(np.ascontiguousarray(labels, dtype=np.uint8))
    image.putpalette(domain.palette.tobytes())
    save_image(path, image)


def checked_ids(ids: np.ndarray, path: Path | str, domain: Domain) -> np.ndarray:
    """Class ids (H, W) that were read from `path`, as uint8; raises InputError with a histogram of foreign ones."""
    foreign = (ids >= len(domain.classes)) | (ids < 0)
    if foreign.any():
        y, x = np.unravel_index(foreign.argmax(), ids.shape)
        raise InputError(
            f"The label map {path} has class id {ids[y, x]} at x={x}, y={y}, but {domain.name} has the ids 0 to "
            f"{len(domain.classes) - 1} (foreign here: {_histogram(ids[foreign])}); give them numbers that "
            "`python main.py domains` lists, or name another domain."
        )
    return ids.astype(np.uint8)


def _histogram(ids: np.ndarray) -> str:
    """The most frequent ids with the number of their pixels, for people."""
    numbers, counts = np.unique(ids, return_counts=True)
    order = counts.argsort(kind="stable")[::-1][:SHOWN_IDS]
    shown = ", ".join(f"{numbers[i]} in {counts[i]} pixels" for i in order)
    return shown + (f" and {len(numbers) - SHOWN_IDS} more" if len(numbers) > SHOWN_IDS else "")


def _classes_of_colors(colors: np.ndarray, path: Path | str, domain: Domain) -> np.ndarray:
    packed = (colors.astype(np.uint32) << np.array([16, 8, 0], dtype=np.uint32)).sum(axis=2, dtype=np.uint32)
    unique, position = np.unique(packed, return_inverse=True)
    channels = np.stack([unique >> 16 & 255, unique >> 8 & 255, unique & 255], axis=1).astype(np.int16)
    distance = np.full(len(unique), 256, dtype=np.int16)
    ids = np.zeros(len(unique), dtype=np.uint8)
    for label_class in domain.classes:
        to_class = np.abs(channels - np.array(label_class.color, dtype=np.int16)).max(axis=1)
        ids[to_class < distance] = label_class.id
        distance = np.minimum(distance, to_class)
    foreign = (distance > COLOR_TOLERANCE)[position.reshape(packed.shape)]
    if foreign.any():
        y, x = np.unravel_index(foreign.argmax(), foreign.shape)
        raise InputError(
            f"The label map {path} has the colour {tuple(colors[y, x].tolist())} at x={x}, y={y}, which is no class "
            f"of {domain.name}; save it as 8-bit PNG of class ids or in the domain's colours."
        )
    return ids[position.reshape(packed.shape)]
