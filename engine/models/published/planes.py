"""The planes that the published networks are conditioned on, out of the editor's label maps and poses.

Each of the authors' data sets has its own; engine/conditions/published.py makes the same out of their files.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Protocol

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from engine.conditions.faces import GLASSES, part_masks, without_glasses
from engine.conditions.part_edges import edge_planes
from engine.conditions.pose_maps import FULL, POSE_PLANES, joint_disks, pose_planes
from engine.conditions.pose_tensors import PoseTensors, scaled_pose
from engine.conditions.published import CANVAS_HD, STICK, STICK_HD
from engine.domains import ADE20K, CELEBAHQ
from engine.errors import InputError


class Planes(Protocol):
    """labels int64 (B, H, W) to float (B, C, H, W); photo float (B, 3, H, W) in [-1, 1], where it is known, as that of
    an exemplar is. H = W where a pose is drawn."""

    def __call__(self, labels: Tensor, pose: PoseTensors | None, photo: Tensor | None) -> Tensor: ...


def planes_of(dataset: str) -> Planes:
    """The planes of the authors' `dataset_mode`; raises InputError for another one."""
    if dataset not in _PLANES:
        raise InputError(f"There is no data set {dataset!r}; choose one of: {', '.join(_PLANES)}.")
    return _PLANES[dataset]


def heat_maps(labels: Tensor, pose: PoseTensors | None, photo: Tensor | None) -> Tensor:
    """A disk for each joint, float (B, 18, H, W) of zeros and ones: the guide of guided pix2pix."""
    assert pose is not None
    size = labels.shape[1:]
    return _stacked(joint_disks(persons, size) for persons in pose.poses).to(labels.device)


def _one_hot(labels: Tensor, pose: PoseTensors | None, photo: Tensor | None, classes: int) -> Tensor:
    planes = labels.unsqueeze(3) == torch.arange(classes, device=labels.device)
    return planes.float().permute(0, 3, 1, 2)


def _face(labels: Tensor, pose: PoseTensors | None, photo: Tensor | None) -> Tensor:
    """One plane a class; that of the glasses lies over those of the face beneath."""
    bare = np.stack([without_glasses(one) for one in labels.byte().cpu().numpy()])
    planes = _one_hot(torch.from_numpy(bare).long().to(labels.device), None, None, len(CELEBAHQ.classes))
    planes[:, GLASSES] = (labels == GLASSES).float()
    return planes


def _edges(labels: Tensor, pose: PoseTensors | None, photo: Tensor | None) -> Tensor:
    """Edges of the parts, and of the photo where no part lies; a condition has no photo, and those of parts alone."""
    greys = np.zeros(labels.shape, np.uint8) if photo is None else [_grey(one) for one in photo]
    parts = [part_masks(one) for one in labels.byte().cpu().numpy()]
    with ThreadPoolExecutor(torch.get_num_threads()) as pool:  # 0.1 s a picture, most of it outside of the interpreter
        return _stacked(pool.map(edge_planes, greys, parts)).to(labels.device)


def _grey(photo: Tensor) -> np.ndarray:
    """A photo float (3, H, W) in [-1, 1] as uint8 (H, W)."""
    colours = ((photo.permute(1, 2, 0) + 1) * 127.5).round().clamp(0, 255).byte().cpu().numpy()
    return np.asarray(Image.fromarray(colours).convert("L"))


def _sticks(labels: Tensor, pose: PoseTensors | None, photo: Tensor | None, stick: int, canvas: int) -> Tensor:
    """Stick figures and distances to limbs, drawn on a canvas of that side, 0 for the size of the labels."""
    assert pose is not None
    side = labels.shape[1]
    canvas = canvas or side
    drawn = (_persons(scaled_pose(persons, canvas / side), canvas, stick, side) for persons in pose.poses)
    return _stacked(drawn).to(labels.device)


def _persons(pose: np.ndarray, canvas: int, stick: int, side: int) -> np.ndarray:
    """uint8 (20, side, side): a later person is drawn over earlier ones, a distance is that to the nearest limb."""
    planes = np.full((POSE_PLANES, side, side), FULL, np.uint8)
    planes[:3] = 0
    for person in pose:
        drawn = pose_planes(person, (canvas, canvas), stick, side)
        planes[:3] = np.where(drawn[:3].any(0), drawn[:3], planes[:3])
        planes[3:] = np.minimum(drawn[3:], planes[3:])
    return planes


def _stacked(planes: Iterable[np.ndarray]) -> Tensor:
    """uint8 (C, H, W) of several pictures as float (B, C, H, W) in [0, 1], in channels_last memory."""
    stacked = torch.from_numpy(np.stack(list(planes))).float() / FULL
    return stacked.contiguous(memory_format=torch.channels_last)


_PLANES: dict[str, Planes] = {
    "ade20k": partial(_one_hot, classes=len(ADE20K.classes)),
    "celebahq": _face,
    "celebahqedge": _edges,
    "deepfashion": partial(_sticks, stick=STICK, canvas=0),
    "deepfashionHD": partial(_sticks, stick=STICK_HD, canvas=CANVAS_HD[0]),
}
