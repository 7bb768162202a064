"""A made-up data set of photos with depth maps."""

from pathlib import Path

import numpy as np
from PIL import Image

from engine.images import write_image

HEIGHT, WIDTH = 70, 100


def make_depths(folder: Path, count: int = 4) -> Path:
    """Planes that come nearer from top to bottom, a box in front of each; the photo is red to the right, blue afar."""
    (folder / "depth").mkdir(parents=True)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    for i in range(count):
        depth = 1000 + 100 * i + rows * 40
        depth[20:40, 30 + 3 * i : 60] = 600
        photo = np.stack([columns * 2, np.full_like(rows, 90), depth // 20], axis=-1)
        write_image(folder / "photos" / f"d{i}.png", photo.astype(np.uint8))
        Image.fromarray(depth.astype(np.uint16)).save(folder / "depth" / f"d{i}.png")
    names = [f"d{i}" for i in range(count)]
    (folder / "train.txt").write_text("\n".join(names[:-1]))
    (folder / "val.txt").write_text(names[-1])
    return folder
