"""Photos with poses, some of them with label maps, held in memory at the size of their domain."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from engine.conditions.label_map import read_label_map
from engine.data.image_folder import images_of_split
from engine.data.poses import read_poses
from engine.data.views import UNKNOWN, Layer
from engine.domains import Domain
from engine.errors import InputError
from engine.files import read_text
from engine.images import read_photo, resize_labels, resize_photo

Held = tuple[Tensor, Tensor, Tensor]  # photo, labels and pose

_LIST_LIMIT = 64 * 1024 * 1024


class PosedPhotos:
    """The posed photos of one split: `<split>.txt`, `<split>_labelled.txt`, `poses.json`, `photos/` and `labels/`.

    names     all of them
    labelled  those with a label map
    Raises InputError when the folder or one of its files cannot be used.
    """

    def __init__(self, folder: Path, domain: Domain, split: str) -> None:
        poses = read_poses(folder / "poses.json")
        paths = {path.stem: path for path in images_of_split(folder, split) if path.stem in poses}
        if not paths:
            raise InputError(f"{folder / 'poses.json'} has no pose of a photo of the split {split}; add some.")
        list_path = folder / f"{split}_labelled.txt"
        with_labels = set(read_text(list_path, "list of photos", _LIST_LIMIT).split())
        self.names = list(paths)
        self.labelled = [name for name in paths if name in with_labels]
        self._held = {
            name: _read(path, folder / "labels" / f"{name}.png" if name in with_labels else None, poses[name], domain)
            for name, path in tqdm(paths.items(), "reading photos", unit="photo", disable=None)
        }

    def read(self, name: str) -> Held:
        """Photo uint8 (3, H, W), labels uint8 (H, W) and pose float (18, 3) of `name`, as a `Layer` has them."""
        return self._held[name]

    def batch(self, names: list[str]) -> Layer:
        """The photos called `names`; where there is no label map, labels are UNKNOWN."""
        photos, labels, poses = zip(*(self.read(name) for name in names), strict=True)
        return Layer(torch.stack(photos).float() / 127.5 - 1, torch.stack(labels).long(), torch.stack(poses))


def _read(photo_path: Path, labels_path: Path | None, pose: np.ndarray, domain: Domain) -> Held:
    photo = read_photo(photo_path)
    points = pose.copy()
    points[:, :2] = (points[:, :2] / [photo.shape[1], photo.shape[0]] * 2 - 1) * (pose[:, 2:] > 0)
    small = resize_photo(photo, domain.size)
    labels = np.full(small.shape[:2], UNKNOWN, np.uint8)
    if labels_path is not None:
        labels = resize_labels(read_label_map(labels_path, domain), domain.size)
    return torch.from_numpy(small).permute(2, 0, 1).contiguous(), torch.from_numpy(labels), torch.from_numpy(points)
