"""CelebAMask-HQ, with or without the merged label maps that CoCosNet reads.

CelebA-HQ-img/29922.jpg
CelebAMask-HQ-mask-anno/14/29922_skin.png                        a mask a part, 2,000 photos a folder
CelebAMask-HQ-mask-anno/all_parts_except_glasses/29922.png       merged, where they are there
train.txt, val.txt                                               a number a line
celebahq_ref.txt, celebahq_ref_test.txt                          29922.jpg,26768.jpg,...
"""

from pathlib import Path

import numpy as np

from engine.conditions.label_map import checked_ids
from engine.data.layouts.listed import ListedPhotos, find_references
from engine.data.layouts.lists import read_names
from engine.domains import Domain
from engine.errors import InputError
from engine.images import open_image, read_photo

# The names of the mask files by class ids, as the merged maps have them; 0 is the background.
PARTS = (
    "background",
    *("skin", "hair", "l_brow", "r_brow", "l_eye", "r_eye", "l_ear", "r_ear", "nose"),
    *("u_lip", "mouth", "l_lip", "neck", "cloth", "hat", "eye_g", "ear_r", "neck_l"),
)
GLASSES = "eye_g"
# Parts are laid over each other in this order, the one of CelebAMask-HQ's own program but for the glasses.
_ORDER = (
    *("skin", "nose", "l_eye", "r_eye", "l_brow", "r_brow", "l_ear", "r_ear", "mouth"),
    *("u_lip", "l_lip", "hair", "hat", "ear_r", "neck_l", "neck", "cloth"),
)
_PER_FOLDER = 2000


class CelebaMaskHq(ListedPhotos):
    """The photos of one split, called `29922.jpg`; label maps are half as large as the photos.

    Glasses lie over all other parts (the released loader sets their channel besides that of what they cover).
    Raises InputError when the folder or one of its files cannot be used.
    """

    def __init__(self, folder: Path, domain: Domain, split: str, paired: bool = True) -> None:
        self._domain = domain
        self._masks = folder / "CelebAMask-HQ-mask-anno"
        lines = read_names(folder / f"{split}.txt")
        self._numbers = {f"{Path(line).stem}.jpg": Path(line).stem for line in lines}
        odd = next((number for number in self._numbers.values() if not number.isdecimal()), None)
        if odd is not None:
            raise InputError(f"The list {folder / f'{split}.txt'} names {odd!r}; write the number of a photo a line.")
        references = find_references(folder, "celebahq", split) if paired else None
        super().__init__(folder, list(self._numbers), references)

    def read(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Photo uint8 (H, W, 3) and label map uint8 (h, w) of `name`; raises InputError when they cannot be used."""
        photo = read_photo(self.folder / "CelebA-HQ-img" / name)
        merged = self._merged_path(name)
        labels = self._merged(merged) if merged.exists() else self._composed(name)
        glasses = self._mask_path(name, GLASSES)
        if glasses.exists():
            labels[_mask(glasses, labels.shape)] = PARTS.index(GLASSES)
        return photo, checked_ids(labels, merged if merged.exists() else self._mask_path(name, "*"), self._domain)

    def _merged(self, path: Path) -> np.ndarray:
        image = open_image(path, "label map")
        return np.array(image if image.mode == "P" else image.convert("L"))

    def _composed(self, name: str) -> np.ndarray:
        """The masks of the parts there are, one over the other: uint8 (h, w)."""
        paths = {part: self._mask_path(name, part) for part in _ORDER}
        paths = {part: path for part, path in paths.items() if path.exists()}
        if not paths:
            missing = self._mask_path(name, "skin")
            raise InputError(f"There is no mask of {name}, such as {missing}; unpack the annotations there.")
        first = next(iter(paths.values()))
        labels = np.zeros(open_image(first, "part mask").size[::-1], np.uint8)
        for part, path in paths.items():
            labels[_mask(path, labels.shape)] = PARTS.index(part)
        return labels

    def _is_there(self, name: str) -> bool:
        if not Path(name).stem.isdecimal() or not (self.folder / "CelebA-HQ-img" / name).exists():
            return False
        return self._merged_path(name).exists() or any(self._mask_path(name, part).exists() for part in _ORDER)

    def _merged_path(self, name: str) -> Path:
        return self._masks / "all_parts_except_glasses" / f"{Path(name).stem.zfill(5)}.png"

    def _mask_path(self, name: str, part: str) -> Path:
        number = Path(name).stem
        return self._masks / str(int(number) // _PER_FOLDER) / f"{number.zfill(5)}_{part}.png"


def _mask(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    """Where a part is: bool (h, w)."""
    mask = np.asarray(open_image(path, "part mask").convert("L"))
    if mask.shape != shape:
        raise InputError(f"The mask {path} is not of the size of the other masks; export it again.")
    return mask > 127
