"""Registration of two label maps: the affine map, and the mirroring, that lay one over the other.

A person in another place, size or slant is found before any network looks. What registration says
enters the alignment as one part of the semantic position (semantic_position.py), for the background
as well, so that surroundings move as a whole. It is computed from small soft label maps by
Gauss-Newton on an L1-like cost, coarse to fine (Lucas and Kanade 1981; Baker and Matthews 2004).
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.correspondence.grids import apply_affine, identity_grid, sample
from engine.layers.blur import gaussian_blur
from engine.layers.by_class import one_hot
from engine.layers.precision import in_full_precision

LEVELS = ((3.0, 8), (1.5, 6), (0.7, 6))  # blur in cells, iterations
RIDGE = 1e-3  # how strongly the map is held to shift and scale
MIRROR_GAIN = 0.9  # a mirrored match must be this much better


@dataclass(frozen=True)
class Registration:
    """matrix    float (B, 2, 3): condition point -> point of the (mirrored) exemplar
    mirrored  bool (B,): the exemplar is to be mirrored left to right first
    residual  float (B,): label disagreement over the person, 0 is perfect
    head      float (1, 2, 3): a map of the head's own (head.py), or None
    """

    matrix: Tensor
    mirrored: Tensor
    residual: Tensor
    head: Tensor | None = None


def soft_labels(labels: Tensor, classes: int, cell: int = 8) -> Tensor:
    """Share of each foreground class in cells of `cell` pixels, last the share of the person.

    labels: integer (B, H, W), H and W multiples of `cell`. Returns float (B, classes, H/cell, W/cell).
    """
    shown = one_hot(labels, classes)
    return F.avg_pool2d(torch.cat([shown[:, 1:], 1 - shown[:, :1]], dim=1), cell)


@in_full_precision
def register(condition: Tensor, exemplar: Tensor, other_side: tuple[int, ...] = ()) -> Registration:
    """Register soft label maps (B, C, h, w) and (B, C, h', w'), as made by `soft_labels`.

    other_side: for each class the one that it becomes in a mirrored picture; () where all stay what they are.
    """
    batch = len(condition)
    turned = exemplar.flip(3)
    if other_side:
        turned = turned[:, [*(number - 1 for number in other_side[1:]), len(other_side) - 1]]
    both = torch.cat([exemplar, turned])
    matrix, residual = _register_one_way(condition.repeat(2, 1, 1, 1), both)
    mirrored = residual[batch:] < MIRROR_GAIN * residual[:batch]
    pick = torch.arange(batch, device=condition.device) + batch * mirrored.long()
    return Registration(matrix[pick], mirrored, residual[pick])


def _register_one_way(condition: Tensor, exemplar: Tensor) -> tuple[Tensor, Tensor]:
    prior = _shift_and_scale(condition, exemplar)
    matrix = prior
    for blur, iterations in LEVELS:
        target, source = _blur(condition, blur), _with_gradients(_blur(exemplar, blur))
        for _ in range(iterations):
            matrix = _gauss_newton_step(matrix, prior, target, source)
    return matrix, disagreement(condition, exemplar, matrix)


def disagreement(condition: Tensor, exemplar: Tensor, matrix: Tensor) -> Tensor:
    """How badly soft label maps fit under `matrix` (B, 2, 3), as a share of the person: (B,), 0 is perfect."""
    points = apply_affine(matrix, identity_grid(*condition.shape[2:], condition.device))
    difference = (sample(_blur(exemplar, 0.7), points) - _blur(condition, 0.7)).abs().sum((1, 2, 3))
    return difference / condition.sum((1, 2, 3)).clamp_min(1e-6)


def _shift_and_scale(condition: Tensor, exemplar: Tensor) -> Tensor:
    centre_c, spread_c = _person_moments(condition)
    centre_e, spread_e = _person_moments(exemplar)
    scale = (spread_e / spread_c).clamp(0.5, 2.0)
    return torch.cat([torch.diag_embed(scale), (centre_e - scale * centre_c).unsqueeze(2)], dim=2)


def _person_moments(soft: Tensor) -> tuple[Tensor, Tensor]:
    """Centre and standard deviation (B, 2) of the last channel; the whole image where it is empty."""
    grid = identity_grid(*soft.shape[2:], soft.device)
    weight = soft[:, -1] + 1e-6
    mass = weight.sum((1, 2))[:, None]
    centre = torch.einsum("bhw,hwi->bi", weight, grid) / mass
    variance = torch.einsum("bhw,hwi->bi", weight, grid.square()) / mass - centre.square()
    return centre, (variance + 1e-4).sqrt()


def _gauss_newton_step(matrix: Tensor, prior: Tensor, target: Tensor, source: Tensor) -> Tensor:
    grid = identity_grid(*target.shape[2:], target.device)
    points = apply_affine(matrix, grid)
    value, slope_x, slope_y = sample(source, points).chunk(3, dim=1)
    residual = value - target
    weight = (points.abs() < 1).all(-1).unsqueeze(1) / (0.1 + residual.abs())
    homogeneous = torch.cat([grid, torch.ones_like(grid[..., :1])], dim=-1)
    outer = torch.einsum("hwi,hwj->hwij", homogeneous, homogeneous)

    def second(a: Tensor, b: Tensor) -> Tensor:
        return torch.einsum("bhw,hwij->bij", (weight * a * b).sum(1), outer)

    def first(a: Tensor) -> Tensor:
        return torch.einsum("bhw,hwi->bi", (weight * a * residual).sum(1), homogeneous)

    cross = second(slope_x, slope_y)
    hessian = torch.cat(
        [torch.cat([second(slope_x, slope_x), cross], 2), torch.cat([cross, second(slope_y, slope_y)], 2)], 1
    )
    gradient = torch.cat([first(slope_x), first(slope_y)], dim=1)
    ridge = RIDGE * hessian.diagonal(dim1=1, dim2=2).mean(1) + 1e-6
    hessian = hessian + ridge[:, None, None] * torch.eye(6, device=hessian.device)
    gradient = gradient + ridge[:, None] * (matrix - prior).flatten(1)
    return matrix - torch.linalg.solve_ex(hessian, gradient)[0].view(-1, 2, 3)


def _with_gradients(soft: Tensor) -> Tensor:
    """Values and their slopes along x and y in normalised coordinates, stacked on channels."""
    height, width = soft.shape[2:]
    padded = F.pad(soft, (1, 1, 1, 1), mode="replicate")
    slope_x = (padded[:, :, 1:-1, 2:] - padded[:, :, 1:-1, :-2]) * width / 4
    slope_y = (padded[:, :, 2:, 1:-1] - padded[:, :, :-2, 1:-1]) * height / 4
    return torch.cat([soft, slope_x, slope_y], dim=1)


def _blur(soft: Tensor, sigma: float) -> Tensor:
    return gaussian_blur(soft, sigma, int(3 * sigma))
