"""What the authors of CoCosNet and CoCosNet v2 do to their files before the networks see them.

Photos and label maps are squeezed to a square, whatever their shape. All planes come as uint8.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from engine.conditions.part_edges import edge_planes
from engine.conditions.pose import read_pose
from engine.conditions.pose_maps import pose_planes
from engine.errors import InputError
from engine.images import open_image, read_photo

SIZE, SIZE_HD = 256, 512
STICK, STICK_HD = 4, 20
CANVAS_HD = (1024, 1024)
ADE20K_NOTHING, ADE20K_UNKNOWN = 255, 150

_Method = Image.Resampling


def published_photo(path: Path | str, size: int = SIZE) -> np.ndarray:
    """A photo, uint8 (3, size, size). Raises InputError as `read_photo` does."""
    return _squeezed(Image.fromarray(read_photo(path)), size, _Method.BICUBIC).transpose(2, 0, 1)


def ade20k_labels(path: Path | str, size: int = SIZE) -> np.ndarray:
    """A label map of ADE20K, uint8 (size, size), ids 0 to 150; what is stored as 255 is unknown, 150."""
    labels = _squeezed(open_image(path, "label map"), size, _Method.NEAREST)
    return np.where(labels == ADE20K_NOTHING, ADE20K_UNKNOWN, labels).astype(np.uint8)


def celebahq_labels(path: Path | str, size: int = SIZE) -> np.ndarray:
    """The map of all parts but glasses of CelebAMask-HQ, uint8 (size, size)."""
    return _squeezed(open_image(path, "label map").convert("L"), size, _Method.NEAREST)


def celebahq_glasses(path: Path | str | None, size: int = SIZE) -> np.ndarray:
    """The mask of glasses, uint8 (size, size), 0 or 1; none where there is no file."""
    if path is None:
        return np.zeros((size, size), np.uint8)
    return _squeezed(open_image(path, "mask of the glasses").convert("L"), size, _Method.NEAREST) // 255


def celebahq_edges(photo: Path | str, parts: Mapping[str, Path | str], size: int = SIZE) -> np.ndarray:
    """The planes of `edge_planes`, uint8 (15, size, size), from a photo and the masks of the parts there are."""
    colours = Image.fromarray(read_photo(photo)).resize((size, size), _Method.BILINEAR)
    masks = {
        name: _squeezed(open_image(path, "part mask").convert("L"), size, _Method.NEAREST)
        for name, path in parts.items()
    }
    return edge_planes(np.asarray(colours.convert("L")), masks)


def deepfashion_pose(pose: Path | str, photo: Path | str, size: int = SIZE) -> np.ndarray:
    """The planes of CoCosNet, uint8 (20, size, size); the photo says how large the pose's canvas is."""
    width, height = open_image(photo).size
    return pose_planes(_one_person(pose), (height, width), STICK, size)


def deepfashion_hd_pose(pose: Path | str, size: int = SIZE_HD) -> np.ndarray:
    """The planes of CoCosNet v2, uint8 (20, size, size), drawn on a canvas of 1024×1024 pixels."""
    return pose_planes(_one_person(pose), CANVAS_HD, STICK_HD, size)


def _one_person(path: Path | str) -> np.ndarray:
    persons = read_pose(path)
    if not len(persons):
        raise InputError(f"The pose {path} has nobody in it; choose a photo of a person.")
    return persons[0]


def _squeezed(image: Image.Image, size: int, method: Image.Resampling) -> np.ndarray:
    return np.asarray(image.resize((size, size), method))
