"""Small data sets in the layouts of their authors, of rendered persons."""

from pathlib import Path

import numpy as np

from engine.conditions.pose import write_pose
from engine.data.layouts.celebahq import GLASSES, PARTS
from engine.data.renderer import random_person, render
from engine.data.renderer.keypoints import keypoints
from engine.domains import Domain, LabelClass
from engine.images import write_image

SIZE = (64, 96)  # width and height of the rendered photos


def small_domain(name: str, classes: int, size: tuple[int, int] = (64, 64), condition: str = "labels") -> Domain:
    """A domain with so many classes, of colours that differ."""
    listed = tuple(LabelClass(i, f"class {i}", (i, 255 - i, 97 * i % 256)) for i in range(classes))
    return Domain(name, name, condition, size, listed, "rabit", {})


def make_ade20k(folder: Path, count: int = 3, beside: bool = False, size: tuple[int, int] = SIZE) -> Path:
    """`count` photos a split; label maps in annotations/, or beside the photos as CoCosNet wants them."""
    for split, short in (("training", "train"), ("validation", "val")):
        names = [f"ADE_{short}_{i:08}" for i in range(1, count + 1)]
        for i, name in enumerate(names):
            photo, labels = render(random_person(i + 10 * len(short)), size)
            write_image(folder / "images" / split / f"{name}.jpg", photo)
            labels = np.where(labels == 0, 255, labels) if i == 0 else labels
            annotations = folder / ("images" if beside else "annotations") / split
            write_image(annotations / f"{name}.png", labels.astype(np.uint8))
        train = [f"ADE_train_{i:08}.jpg" for i in range(1, count + 1)]
        lines = [f"{name}.jpg,{','.join(x for x in train if x != f'{name}.jpg')}" for name in names]
        ending = "_test" if short == "val" else ""
        (folder / f"ade20k_ref{ending}.txt").write_text("\r\n".join(lines) + "\r\n")
    return folder


def make_celebahq(folder: Path, count: int = 3, merged: bool = False) -> Path:
    """`count` photos, all in both splits, from 1999 on; masks a part, or merged but for the glasses of the first."""
    numbers = [1999 + i for i in range(count)]
    masks = folder / "CelebAMask-HQ-mask-anno"
    for i, number in enumerate(numbers):
        photo, labels = render(random_person(i), (128, 128))
        write_image(folder / "CelebA-HQ-img" / f"{number}.jpg", photo)
        labels = labels[::2, ::2].copy()
        labels[labels == PARTS.index(GLASSES)] = 1
        if merged:
            write_image(masks / "all_parts_except_glasses" / f"{number:05}.png", labels)
        else:
            for part in np.unique(labels[labels > 0]):
                path = masks / str(number // 2000) / f"{number:05}_{PARTS[part]}.png"
                write_image(path, np.repeat((labels == part)[..., None] * np.uint8(255), 3, axis=2))
        if i == 0:
            glasses = np.zeros_like(labels)
            glasses[20:24, 20:40] = 255
            write_image(masks / str(number // 2000) / f"{number:05}_{GLASSES}.png", glasses)
    for split, ending in (("train", ""), ("val", "_test")):
        (folder / f"{split}.txt").write_text("\n".join(map(str, numbers)))
        lines = [",".join(f"{other}.jpg" for other in (n, *(m for m in numbers if m != n))) for n in numbers]
        (folder / f"celebahq_ref{ending}.txt").write_text("\n".join(lines))
    return folder


def make_deepfashion(folder: Path, persons: int = 2, size: tuple[int, int] = SIZE, hd: bool = False) -> Path:
    """Two photos a person, all in both splits, and one without anybody; lists with back-slashes and CRLF.

    hd: poses belong to a canvas of 1024×1024, which the photo fills once it has been made a square.
    """
    names = []
    for i in range(persons):
        for view, kind in enumerate(("front", "back"), start=1):
            person = random_person(100 * i + view)
            name = f"WOMEN/Dresses/id_{i:08}/01_{view}_{kind}"
            write_image(folder / "img" / f"{name}.jpg", render(person, size)[0])
            pose = keypoints(person, size)
            if hd:
                scale = 1024 / size[1]
                pose = (pose + [(size[1] - size[0]) / 2, 0, 0]) * [scale, scale, 1]
            if view == 2:
                pose[:, [16, 4]] = 0  # hidden: -1 in the file
            write_pose(folder / "pose" / f"{name}_candidate.txt", pose)
            names.append(f"img/{name}.jpg")
    nobody = "MEN/Denim/id_00000265/01_4_full"
    write_image(folder / "img" / f"{nobody}.jpg", np.full((size[1], size[0], 3), 200, np.uint8))
    write_pose(folder / "pose" / f"{nobody}_candidate.txt", np.zeros((0, 18, 3)))
    listed = [*names, f"img/{nobody}.jpg"]
    for split, ending in (("train", ""), ("val", "_test")):
        write_list(folder / f"{split}.txt", [[name] for name in listed])
        lines = [[name, listed[-1], *(x for x in names[::-1] if x != name)] for name in listed]
        write_list(folder / f"deepfashion_ref{ending}.txt", lines)
    return folder


def write_list(path: Path, lines: list[list[str]]) -> None:
    """A list as it is published: back-slashes, CRLF."""
    path.write_bytes("".join(",".join(line).replace("/", "\\") + "\r\n" for line in lines).encode())
