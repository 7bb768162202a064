"""What the photos of a data set are compared by: their look, their label maps, and tiny pictures to know copies by."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from engine.data.shown import Photos, read_shown
from engine.domains import Domain
from engine.losses.perceptual import PerceptualNetwork

PRINT = (16, 24)  # width and height of a tiny picture

_LOOK_GRID = 4
_LABEL_GRID = 8
_BATCH = 12


@dataclass(frozen=True, eq=False)
class Traits:
    """Of n photos, rows in the order of `names`:

    look    float32 (n, D) of unit length: coarsest features of a perceptual network; None unless asked for
    layout  float32 (n, D) of unit length: which classes are where
    prints  float32 (n, D) of unit length: tiny pictures without their mean; the product of two is their correlation
    shares  float64 (n, classes): of the label map
    poses   float64 (n, 18, 3) in pixels of the domain's size; None in domains of label maps
    """

    names: list[str]
    look: Tensor | None
    layout: Tensor
    prints: Tensor
    shares: np.ndarray
    poses: np.ndarray | None


@torch.no_grad()
def read_traits(
    photos: Photos, names: list[str], domain: Domain, network: PerceptualNetwork | None, device: torch.device
) -> Traits:
    """The traits of the photos `names`, with their look by `network`, which is on `device`, where there is one.

    Raises InputError when a photo cannot be used.
    """
    looks, layouts, prints, shares, poses = [], [], [], [], []
    for batch in tqdm(list(_batches(names)), "looking at photos", unit="batch", disable=None):
        shown = [read_shown(photos, name, domain) for name in batch]
        if network is not None:
            pictures = torch.stack([torch.from_numpy(one.photo).permute(2, 0, 1) for one in shown]).to(device)
            looks.append(_look(network, pictures.float() / 127.5 - 1))
        labels = torch.stack([torch.from_numpy(one.labels).long() for one in shown])
        layout, share = _layout(labels, len(domain.classes))
        layouts.append(layout)
        shares.append(share.double().numpy())
        prints.append(torch.stack([_print(one.photo) for one in shown]))
        poses += [one.pose[0] for one in shown if one.pose is not None]
    return Traits(
        names,
        F.normalize(torch.cat(looks) - torch.cat(looks).mean(0)) if looks else None,
        torch.cat(layouts),
        torch.cat(prints),
        np.concatenate(shares),
        np.stack(poses) if poses else None,
    )


def _batches(names: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(names), _BATCH):
        yield names[start : start + _BATCH]


def _look(network: PerceptualNetwork, photos: Tensor) -> Tensor:
    """The coarsest features on a grid of 4×4, float (B, D), on the CPU."""
    return F.adaptive_avg_pool2d(network(photos)[-1].float(), _LOOK_GRID).flatten(1).cpu()


def _layout(labels: Tensor, classes: int) -> tuple[Tensor, Tensor]:
    """Square roots of the classes' shares in each cell of a grid and in the whole, of unit length, and those shares.

    The product of two such rows is the mean Bhattacharyya coefficient of cells and whole, each half of it.
    """
    one_hot = F.one_hot(labels, classes).permute(0, 3, 1, 2).float()
    cells = F.adaptive_avg_pool2d(one_hot, _LABEL_GRID)
    whole = one_hot.mean((2, 3))
    rows = torch.cat([cells.sqrt().flatten(1) / _LABEL_GRID, whole.sqrt()], dim=1)
    return F.normalize(rows), whole


def _print(photo: np.ndarray) -> Tensor:
    small = torch.from_numpy(cv2.resize(photo, PRINT, interpolation=cv2.INTER_AREA)).float().flatten()
    return F.normalize(small - small.mean(), dim=0)
