"""A made-up data set of persons whose poses are known."""

import json
from pathlib import Path

import torch

from engine.images import write_image
from tests.engine.figures import moved_person, photo_like, random_affine
from tests.engine.folders import TINY_DOMAIN

# Where the keypoints of `person_at` lie, in OpenPose COCO order; the eyes are hidden by hair.
BODY = [
    (0.03, -0.52), (0.0, -0.38), (-0.3, -0.35), None, (-0.35, 0.1), (0.3, -0.35), None, (0.42, 0.1), (-0.12, 0.15),
    (-0.12, 0.45), (-0.12, 0.68), (0.12, 0.15), (0.12, 0.45), (0.12, 0.78), None, None, (-0.12, -0.55), (0.18, -0.55),
]  # fmt: skip


def make_posed_people(folder: Path, count: int = 5, labelled: int = 3) -> Path:
    """Persons of the tiny domain, all posed, the first `labelled` with a label map; in the splits train and val."""
    names = [f"p{i}" for i in range(count)]
    generator = torch.Generator().manual_seed(5)
    poses = {}
    for i, name in enumerate(names):
        matrix = random_affine(generator)
        labels = moved_person(matrix)
        photo = photo_like(i, 192, 128) * 0.3 + (labels.unsqueeze(1) - 2) * 0.3
        write_image(
            folder / "photos" / f"{name}.png", ((photo[0].clamp(-1, 1) + 1) * 127.5).byte().permute(1, 2, 0).numpy()
        )
        if i < labelled:
            write_image(folder / "labels" / f"{name}.png", TINY_DOMAIN.palette[labels[0].numpy()])
        poses[name] = [None if point is None else _place(matrix[0], point) for point in BODY]
    for split in ("train", "val"):
        (folder / f"{split}.txt").write_text("\n".join([*names, "without-pose"]))
        (folder / f"{split}_labelled.txt").write_text("\n".join(names[:labelled]))
    (folder / "poses.json").write_text(json.dumps({**poses, "without-pose": None}))
    return folder


def _place(matrix: torch.Tensor, point: tuple[float, float]) -> list[float]:
    """Pixels of the photo, and a confidence, of a point of the person."""
    x, y = torch.linalg.solve(matrix[:, :2], torch.tensor(point) - matrix[:, 2])
    return [float((x + 1) * 64), float((y + 1) * 96), 0.9]
