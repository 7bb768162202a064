"""ADE20K as the scene parsing challenge has it (ADEChallengeData2016), and as CoCosNet asks it to be arranged.

images/{training,validation}/NAME.jpg
annotations/{training,validation}/NAME.png     or beside the photos
ade20k_ref.txt, ade20k_ref_test.txt            NAME.jpg,NAME.jpg,...
"""

from pathlib import Path

import numpy as np

from engine.conditions.label_map import checked_ids
from engine.conditions.published import ADE20K_NOTHING
from engine.data.layouts.listed import ListedPhotos, find_references, no_split
from engine.domains import Domain
from engine.errors import InputError
from engine.images import open_image, read_photo

_FOLDERS = {"train": "training", "val": "validation"}


class Ade20k(ListedPhotos):
    """The photos of one split; their names are the names of their files. Exemplars may be of the other split.

    Label maps have the values of the files, 0 for what belongs to no class; 255 is the domain's last class, unknown.
    Raises InputError when the folder or one of its files cannot be used.
    """

    def __init__(self, folder: Path, domain: Domain, split: str, paired: bool = True) -> None:
        if split not in _FOLDERS:
            raise no_split(folder, split)
        self._domain = domain
        self._images = folder / "images" if (folder / "images").is_dir() else folder
        self._annotations = folder / "annotations"
        self._split_folders = [_FOLDERS[split], *(other for key, other in _FOLDERS.items() if key != split)]
        names = sorted(path.name for path in (self._images / self._split_folders[0]).glob("*.jpg"))
        if not names:
            raise InputError(f"There is no .jpg in {self._images / self._split_folders[0]}; put the photos there.")
        super().__init__(folder, names, find_references(folder, "ade20k", split) if paired else None)

    def read(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Photo uint8 (H, W, 3) and label map uint8 (H, W) of `name`; raises InputError when they cannot be used."""
        photo_path = self._photo_path(name)
        photo = read_photo(photo_path)
        path = self._labels_path(photo_path)
        image = open_image(path, "label map")
        if image.mode not in ("L", "P", "I", "I;16"):
            raise InputError(
                f"The label map {path} is a {image.mode} image; take the annotations of ADEChallengeData2016, whose "
                "pixels are class ids."
            )
        ids = np.array(image)
        if ids.shape != photo.shape[:2]:
            raise InputError(f"The label map {path} is not of its photo's size; make both of one size.")
        ids[ids == ADE20K_NOTHING] = len(self._domain.classes) - 1
        return photo, checked_ids(ids, path, self._domain)

    def _is_there(self, name: str) -> bool:
        path = self._photo_path(name)
        return path.exists() and self._labels_path(path).exists()

    def _photo_path(self, name: str) -> Path:
        paths = [self._images / folder / name for folder in self._split_folders]
        return next((path for path in paths if path.exists()), paths[0])

    def _labels_path(self, photo_path: Path) -> Path:
        beside = photo_path.with_suffix(".png")
        return beside if beside.exists() else self._annotations / photo_path.parent.name / beside.name
