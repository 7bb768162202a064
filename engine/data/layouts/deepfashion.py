"""DeepFashion (In-shop Clothes Retrieval) with OpenPose's poses, as CoCosNet and CoCosNet v2 arrange it.

img/WOMEN/Dresses/id_00000244/02_1_front.jpg
pose/WOMEN/Dresses/id_00000244/02_1_front_candidate.txt, ..._subset.txt
train.txt, val.txt                                  img/... a line
deepfashion_ref.txt, deepfashion_ref_test.txt       img/...,img/...,...
deepfashion_self_pair.txt                           other photos of the same person; without it, by the file names
"""

import random
from pathlib import Path, PurePosixPath

import numpy as np
from tqdm import tqdm

from engine.conditions.pose import read_pose
from engine.conditions.pose_tensors import scaled_pose
from engine.conditions.published import CANVAS_HD
from engine.data.layouts.listed import ListedPhotos, find_references
from engine.data.layouts.lists import read_names, read_references
from engine.errors import InputError
from engine.images import read_photo

OUTSIDE = 0.1  # share of the photo by which a keypoint may lie outside of it
GREY = 232  # what the authors of CoCosNet v2 fill a photo up with until it is a square

_IMAGES, _POSES = "img", "pose"


class DeepFashion(ListedPhotos):
    """The photos of one split in which a person was found; their names are their paths.

    Poses are in pixels of the photo. Exemplars are other photos of the same person in the same clothes where there
    are any, as in the published training, else listed ones. Raises InputError when the folder or one of its files
    cannot be used.
    """

    def __init__(self, folder: Path, split: str, paired: bool = True) -> None:
        self.folder = folder
        self._held: dict[str, np.ndarray] = {}
        listed = read_names(folder / f"{split}.txt")
        for name in listed:
            if PurePosixPath(name).parts[0] != _IMAGES:
                raise InputError(f"The list {folder / f'{split}.txt'} names {name}; its paths begin with {_IMAGES}/.")
        reading = tqdm(listed, "reading poses", unit="photo", disable=None)
        names = [name for name in reading if self._pose(name).any()]
        if not names:
            raise InputError(f"No photo of {folder / f'{split}.txt'} has a pose with a person; look for poses anew.")
        self._others = self._self_pairs(names) if paired else {}
        super().__init__(folder, names, find_references(folder, "deepfashion", split) if paired else None)

    def read(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Photo uint8 (H, W, 3) and its pose float64 (1, 18, 3) in pixels; raises InputError for a bad one."""
        photo = read_photo(self.folder / name)
        pose = self._pose(name)
        height, width = photo.shape[:2]
        if (pose[..., :2].max((0, 1)) > np.array([width, height]) * (1 + OUTSIDE)).any():
            raise InputError(
                f"The pose of {self.folder / name} lies outside the photo of {width}×{height} pixels; if it belongs "
                "to a canvas of 1024×1024, name the layout deepfashion-hd."
            )
        return photo, pose

    def exemplar_for(self, name: str, dice: random.Random) -> str:
        """Another photo of the same person, else a listed exemplar; raises InputError when there is neither."""
        others = [other for other in self._others.get(name, []) if self._is_there(other)]
        return dice.choice(others) if others else super().exemplar_for(name, dice)

    def _is_there(self, name: str) -> bool:
        there = (self.folder / name).exists() and self._pose_path(name).exists()
        return there and bool(self._pose(name).any())

    def _self_pairs(self, names: list[str]) -> dict[str, list[str]]:
        for folder in (self.folder, self.folder / "data"):
            path = folder / "deepfashion_self_pair.txt"
            if path.exists():
                return read_references(path)
        return same_person(names)

    def _pose_path(self, name: str) -> Path:
        _, *parts = PurePosixPath(name).parts
        return self.folder.joinpath(_POSES, *parts[:-1], f"{PurePosixPath(name).stem}_candidate.txt")

    def _pose(self, name: str) -> np.ndarray:
        """The first person's keypoints, (1, 18, 3), as they are in the file; zeros where nobody was found."""
        if name not in self._held:
            persons = read_pose(self._pose_path(name))
            self._held[name] = persons[:1] if len(persons) else np.zeros((1, 18, 3))
        return self._held[name]


class DeepFashionHd(DeepFashion):
    """The same at full resolution: poses belong to a canvas of 1024×1024 pixels that the photo fills.

    A photo that is no square is filled up to one first, left and right, as the authors' preparation does.
    """

    def read(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        photo = _square(read_photo(self.folder / name))
        height, width = CANVAS_HD
        return photo, scaled_pose(self._pose(name), (photo.shape[1] / width, photo.shape[0] / height))


def same_person(names: list[str]) -> dict[str, list[str]]:
    """For each photo the others of the same person in the same clothes, where there are any.

    They lie in one folder, and what comes before the first _ in the names of their files is the same.
    """
    groups: dict[tuple[str, str], list[str]] = {}
    for name in names:
        groups.setdefault(_clothes(name), []).append(name)
    pairs = {name: [other for other in groups[_clothes(name)] if other != name] for name in names}
    return {name: others for name, others in pairs.items() if others}


def _clothes(name: str) -> tuple[str, str]:
    path = PurePosixPath(name)
    return str(path.parent), path.name.partition("_")[0]


def _square(photo: np.ndarray) -> np.ndarray:
    """A photo (H, W, 3), grey to its left and right where it is higher than wide."""
    height, width = photo.shape[:2]
    missing = max(0, height - width)
    sides = (missing // 2, missing - missing // 2)
    return np.pad(photo, ((0, 0), sides, (0, 0)), constant_values=GREY)
