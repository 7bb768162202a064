"""A head moves as a whole: one similarity from the condition's head to the exemplar's.

A face that is bent like cloth is no face any more. With another person's photo, face, glasses and hat
are therefore laid out by shift, turn and scale alone, found from the label maps by exhaustive search.
"""

import itertools
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.correspondence.grids import identity_grid, sample
from engine.layers.constants import constant
from engine.layers.precision import in_full_precision

OTHER_PERSON = 0.15  # label disagreement after registration from which on the exemplar shows another person
SCALES = (0.75, 0.87, 1.0, 1.15, 1.33)  # against the scale of the whole person
TURNS = (-0.3, -0.15, 0.0, 0.15, 0.3)  # radians
REACH = 4.0  # half the side of the window, in deviations of the face
SIDE, SHIFTS = 32, 8  # cells of the window's side, and by how many it is moved
CELL = 4  # pixels; label maps are searched at this size
UNLIKELY = (0.3, 0.15)  # how much dearer a change of scale (by e) and a turn (by a radian) make a fit


@dataclass(frozen=True)
class HeadClasses:
    """Class ids: the face, what may be worn on it, and what surrounds it."""

    face: int
    worn: tuple[int, ...] = ()
    around: tuple[int, ...] = ()

    @property
    def all(self) -> tuple[int, ...]:
        return self.face, *self.worn, *self.around


@in_full_precision
def register_head(condition: Tensor, exemplar: Tensor, head: HeadClasses, scale: float) -> Tensor | None:
    """The similarity float (1, 2, 3) that takes points of the condition's head to the exemplar's.

    Label maps int64 (1, H, W); `scale` is that of the whole person, exemplar pixels a condition pixel. None where
    one of them shows no face.
    """
    if not ((condition == head.face).any() and (exemplar == head.face).any()):
        return None
    centre, spread = _face_in_pixels(condition, head.face)
    centre_there, _ = _face_in_pixels(exemplar, head.face)
    half = REACH * spread
    factors, turns = (torch.tensor(x).flatten() for x in zip(*itertools.product(SCALES, TURNS), strict=True))
    target = _windows(_shares(condition, head), centre, half * torch.ones(1), torch.zeros(1), SIDE)
    reaches = half * scale * factors * (1 + 2 * SHIFTS / SIDE)
    there = _windows(_shares(exemplar, head), centre_there, reaches, turns, SIDE + 2 * SHIFTS)
    costs, shifts = _best_shifts(target, there)
    costs = costs.cpu() * (1 + UNLIKELY[0] * factors.log().abs() + UNLIKELY[1] * turns.abs())
    best = int(costs.argmin())
    shift = shifts[best] * (2 * half / SIDE)
    linear = scale * factors[best] * _rotations(turns[best : best + 1])[0].to(centre.device)
    return _normalised(linear, centre_there - linear @ (centre - shift), condition.shape[1:], exemplar.shape[1:])


def head_led(fine: Tensor, labels: Tensor, exemplar_labels: Tensor, points: Tensor, head: HeadClasses) -> Tensor:
    """Lead the face to `points`, and what is on and around it where the exemplar has the same there.

    fine and points float (1, H, W, 2), the points by the map that `register_head` found; labels int64 (1, H, W).
    Returns points like `fine`.
    """
    shown = sample(exemplar_labels.unsqueeze(1).float(), points, "nearest", "reflection").squeeze(1)
    others = constant((*head.worn, *head.around), labels)
    led = (labels == head.face) | (torch.isin(labels, others) & (shown == labels))
    return torch.where(led.unsqueeze(-1), points, fine)


def _face_in_pixels(labels: Tensor, face: int) -> tuple[Tensor, float]:
    """Centre (2,) of the face and its larger standard deviation, in pixels."""
    ys, xs = (labels[0] == face).nonzero().float().unbind(1)
    spread = max(xs.std(correction=0).item(), ys.std(correction=0).item(), 2.0)
    return torch.stack([xs.mean(), ys.mean()]) + 0.5, spread


def _shares(labels: Tensor, head: HeadClasses) -> Tensor:
    """Share of each class of the head in cells of CELL pixels, (1, classes, h, w); the hair counts less."""
    maps = torch.cat([(labels == number).unsqueeze(1).float() for number in head.all], dim=1)
    weights = [1.5] * (1 + len(head.worn)) + [0.7] * len(head.around)
    return F.avg_pool2d(maps, CELL) * maps.new_tensor(weights).view(1, -1, 1, 1)


def _windows(shares: Tensor, centre: Tensor, halves: Tensor, turns: Tensor, side: int) -> Tensor:
    """Squares of `side` cells around `centre`, each so many pixels to each side and turned by so much: (n, C, ., .)."""
    across = (halves.view(-1, 1, 1) * _rotations(turns).transpose(1, 2)).to(shares.device)
    grids = identity_grid(side, side, shares.device).view(1, -1, 2) @ across + centre
    size = shares.new_tensor(shares.shape[:1:-1]) * CELL
    points = (grids / size * 2 - 1).unflatten(1, (side, side))
    return sample(shares.expand(len(points), -1, -1, -1), points, beyond="zeros")


def _best_shifts(target: Tensor, there: Tensor) -> tuple[Tensor, Tensor]:
    """The least squared difference of `target` (1, C, ., .) from parts of `there` (n, C, ., .), relative to target,
    float (n,), and the shifts of those parts, in cells (n, 2)."""
    energy = target.square().sum()
    differences = F.conv2d(there.square().sum(1, keepdim=True), torch.ones_like(target[:, :1]))
    differences = (differences - 2 * F.conv2d(there, target) + energy).flatten(1)
    least, index = differences.min(1)
    columns = 2 * SHIFTS + 1
    return least / energy, torch.stack([index % columns, index // columns], dim=1) - float(SHIFTS)


def _normalised(linear: Tensor, offset: Tensor, size: torch.Size, there: torch.Size) -> Tensor:
    """linear · p + offset in pixels, for normalised points of pictures of these sizes: (1, 2, 3)."""
    half, half_there = (offset.new_tensor([s[1] / 2, s[0] / 2]) for s in (size, there))
    moved = (linear @ half + offset) / half_there - 1
    return torch.cat([linear * half / half_there.unsqueeze(1), moved.unsqueeze(1)], dim=1).unsqueeze(0)


def _rotations(turns: Tensor) -> Tensor:
    """Rotation matrices (n, 2, 2)."""
    cos, sin = turns.cos(), turns.sin()
    return torch.stack([torch.stack([cos, -sin], 1), torch.stack([sin, cos], 1)], 1)
