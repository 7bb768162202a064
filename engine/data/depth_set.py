"""Photos with their depth maps, such as those of NYU Depth v2.

photos/NAME.png (or .jpg, .webp)   the photo
depth/NAME.png                     its depth, one channel of 8 or 16 bits, of the photo's size, in any unit
train.txt, val.txt                 a name a line; without them each tenth photo is held out
"""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.data.chance import Chance
from engine.data.image_folder import training_and_held_out
from engine.errors import InputError
from engine.images import open_image, read_photo

MULTIPLE = 16  # of the sides of what is cut out of a photo: the network's 8, and the largest factor


class DepthSet:
    """The photos of one split with their depth maps, each decoded once.

    Raises InputError when the folder or one of its files cannot be used.
    """

    def __init__(self, paths: list[Path], depths: Path) -> None:
        self._paths = {path.stem: path for path in paths}
        self._depths = depths
        self._held: dict[str, tuple[Tensor, Tensor]] = {}
        self.names = list(self._paths)

    def read(self, name: str) -> tuple[Tensor, Tensor]:
        """Photo uint8 (3, H, W) and depth float (1, H, W) in the file's units."""
        if name not in self._held:
            photo, depth = read_photo(self._paths[name]), read_depth(self._depths / f"{name}.png")
            if depth.shape != photo.shape[:2]:
                raise InputError(
                    f"The depth map {self._depths / f'{name}.png'} is not of its photo's size; make both of one size."
                )
            self._held[name] = torch.from_numpy(photo).permute(2, 0, 1), torch.from_numpy(depth).unsqueeze(0)
        return self._held[name]

    def largest(self) -> float:
        """The largest depth of all."""
        return max(float(self.read(name)[1].max()) for name in self.names)

    def crops(self, count: int, side: int, chance: Chance) -> tuple[Tensor, Tensor]:
        """Squares drawn at random, half of them mirrored: photos (B, 3, side, side) in [-1, 1], depths (B, 1, ...)."""
        cut = []
        for name in chance.dice.choices(self.names, k=count):
            photo, depth = self.read(name)
            if min(depth.shape[1:]) < side:
                raise InputError(f"The photo {self._paths[name]} has a side below {side} pixels; take larger ones.")
            top, left = (chance.dice.randint(0, whole - side) for whole in depth.shape[1:])
            turned = chance.dice.random() < 0.5
            parts = (x[:, top : top + side, left : left + side] for x in (photo, depth))
            cut.append([part.flip(2) if turned else part for part in parts])
        photos, depths = (torch.stack(parts) for parts in zip(*cut, strict=True))
        return photos.float() / 127.5 - 1, depths

    def whole(self, name: str) -> tuple[Tensor, Tensor]:
        """One photo (1, 3, H, W) in [-1, 1] and its depth (1, 1, H, W), cut in the middle to multiples of 16."""
        photo, depth = self.read(name)
        height, width = (side // MULTIPLE * MULTIPLE for side in depth.shape[1:])
        if not height or not width:
            raise InputError(f"The photo {self._paths[name]} has a side below {MULTIPLE} pixels; take larger ones.")
        top, left = ((side - kept) // 2 for side, kept in zip(depth.shape[1:], (height, width), strict=True))
        photo, depth = (x[:, top : top + height, left : left + width].unsqueeze(0) for x in (photo, depth))
        return photo.float() / 127.5 - 1, depth


def depth_sets(folder: Path) -> tuple[DepthSet, DepthSet]:
    """What is trained on and what is held out; raises InputError when the folder cannot be used."""
    for part in ("photos", "depth"):
        if not (folder / part).is_dir():
            raise InputError(f"There is no folder {folder / part}; depth upsampling learns from photos/ and depth/.")
    listed = (folder / "train.txt").exists()
    training, held_out = training_and_held_out(folder if listed else folder / "photos")
    return DepthSet(training, folder / "depth"), DepthSet(held_out, folder / "depth")


def read_depth(path: Path) -> np.ndarray:
    """A depth map, float32 (H, W), in the units of the file.

    Raises InputError as `open_image` does, for colours, and where nothing has a depth.
    """
    image = open_image(path, "depth map")
    if image.mode != "L" and not image.mode.startswith("I"):
        raise InputError(f"The depth map {path} is a {image.mode} image; save it with one channel of 8 or 16 bits.")
    depth = np.array(image).astype(np.float32)
    if depth.max(initial=0) <= 0:
        raise InputError(f"The depth map {path} has no depth anywhere; remove it and its photo.")
    return depth
