"""Semantic position encoding (SPE; RABIT, Zhan et al. 2022, sec. 3.3).

A position is told relative to the centre and extent of the semantic region that it lies in, not
relative to the picture. A region is a class of the label map. The background has no shape of its
own: it is told relative to the person. Where a pose says how a region, a limb, lies, the position is told along
and across the limb, so that it turns with it. The centres and extents of all regions are the `Layout` of
a label map; they are the only global quantity on the condition's side, and are held during a stroke.
"""

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from engine.correspondence.grids import identity_grid
from engine.layers.constants import constant
from engine.layers.precision import in_full_precision

FREQUENCIES = 4


@dataclass(frozen=True)
class Layout:
    """Where the regions of a label map lie, in normalised coordinates.

    centre, extent  float (B, classes, 2) as (x, y); extent is the standard deviation
    share           float (B, classes): part of the picture that the class covers, 0 where it is absent
    axes            float (B, classes, 2, 2), for regions that are turned: in columns the directions that take the
                    place of x and y, one standard deviation long; None where no region is
    """

    centre: Tensor
    extent: Tensor
    share: Tensor
    axes: Tensor | None = None

    def place_within(self, labels: Tensor, points: Tensor) -> Tensor:
        """Points (B, h, w, 2) relative to the regions of `labels` (B, h, w) that they are told in, not bounded."""
        away = points - _of_region(self.centre, labels)
        if self.axes is None:
            return away / _of_region(self.extent, labels)
        return _turned(_of_region(torch.linalg.inv_ex(self.axes)[0].flatten(2), labels), away)

    def point_at(self, labels: Tensor, places: Tensor) -> Tensor:
        """The inverse of `place_within`."""
        if self.axes is None:
            return _of_region(self.centre, labels) + _of_region(self.extent, labels) * places
        return _of_region(self.centre, labels) + _turned(_of_region(self.axes.flatten(2), labels), places)


@in_full_precision
def seen_through(condition: Layout, exemplar: Layout, matrix: Tensor, size: tuple[int, int]) -> Layout:
    """The exemplar's limbs, each as broad and as slanted as registration makes the condition's; others as they are.

    A limb's ends tell how it is turned and how long it is, but not how it is sheared: that is taken over from
    `matrix` (B, 2, 3), condition point -> exemplar point, and turned with the limb. size: height and width of the
    exemplar.
    """
    if condition.axes is None or exemplar.axes is None:
        return exemplar
    pixels = constant((size[1] / 2, size[0] / 2), matrix).unsqueeze(1)
    expected = pixels * (matrix[:, None, :, :2] @ condition.axes)
    along = pixels * exemplar.axes[..., :1]
    was, now = expected[..., 0], along[..., 0]
    cos = (was * now).sum(2)
    sin = was[..., 0] * now[..., 1] - was[..., 1] * now[..., 0]
    length = torch.hypot(cos, sin).clamp_min(1e-9)
    cos, sin = cos / length, sin / length
    turn = torch.stack([torch.stack([cos, -sin], 2), torch.stack([sin, cos], 2)], 2)
    return replace(exemplar, axes=torch.cat([along, turn @ expected[..., 1:]], dim=3) / pixels)


def layout_of(labels: Tensor, classes: int) -> Layout:
    """Centre and extent of every class of labels, integer (B, H, W). Class 0 gets the person's."""
    batch, height, width = labels.shape
    grid = identity_grid(height, width, labels.device).view(1, -1, 2).expand(batch, -1, -1)
    flat = labels.long().reshape(batch, -1, 1)
    moments = torch.cat([torch.ones_like(grid[..., :1]), grid, grid.square()], dim=2)
    sums = torch.zeros(batch, classes, 5, device=labels.device)
    sums.scatter_add_(1, flat.expand(-1, -1, 5), moments)
    share = sums[:, :, 0] / (height * width)
    sums[:, 0] = torch.where(sums[:, 1:, :1].sum(1) > 0, sums[:, 1:].sum(1), sums[:, 0])
    count = sums[:, :, :1].clamp_min(1)
    centre = sums[:, :, 1:3] / count
    variance = sums[:, :, 3:5] / count - centre.square()
    return Layout(centre, (variance.clamp_min(0) + (2 / height) ** 2).sqrt(), share)


def layout_of_pose(labels: Tensor, classes: int, frames: Tensor) -> Layout:
    """As `layout_of`, with the centres and axes of limbs as `frames` (B, classes, 2, 3) say; NaN for regions unturned.

    (conditions/pose_tensors.py)
    """
    return turned_by(layout_of(labels, classes), frames)


def turned_by(layout: Layout, frames: Tensor) -> Layout:
    """A layout with the centres and axes of limbs as `frames` (B, classes, 2, 3) say; NaN for regions unturned."""
    turned = frames.isfinite().flatten(2).all(2)
    axes = torch.where(turned[:, :, None, None], frames[..., :2], torch.diag_embed(layout.extent))
    centre = torch.where(turned.unsqueeze(2), frames[..., 2], layout.centre)
    return Layout(centre, layout.extent, layout.share, axes)


def semantic_position(labels: Tensor, layout: Layout) -> Tensor:
    """(x, y) of every pixel relative to its region: ((x - cx) / sx, (y - cy) / sy), clamped to ±4.

    labels: integer (B, H, W). Returns float (B, H, W, 2).
    """
    height, width = labels.shape[1:]
    return layout.place_within(labels, identity_grid(height, width, labels.device)).clamp(-4, 4)


def sinusoids(points: Tensor, period: float) -> Tensor:
    """Sines and cosines of both coordinates at FREQUENCIES multiples of one base frequency.

    The dot product of two encodings is a bump around equal points, FREQUENCIES harmonics wide, that
    repeats every `period`. points: (B, H, W, 2). Returns (B, 4 * FREQUENCIES, H, W), unit length.
    """
    multiples = torch.arange(1, FREQUENCIES + 1, device=points.device) * (2 * math.pi / period)
    angles = (points.unsqueeze(-1) * multiples).flatten(3)
    encoded = torch.cat([angles.sin(), angles.cos()], dim=-1) / math.sqrt(2 * FREQUENCIES)
    return encoded.permute(0, 3, 1, 2)


def _of_region(values: Tensor, labels: Tensor) -> Tensor:
    """Values (B, classes, D) of the region at each place of labels, integer (B, h, w): (B, h, w, D)."""
    index = labels.long().flatten(1).unsqueeze(2).expand(-1, -1, values.shape[2])
    return values.gather(1, index).unflatten(1, labels.shape[1:])


def _turned(matrices: Tensor, vectors: Tensor) -> Tensor:
    """Matrices (B, h, w, 4), row by row, times vectors (B, h, w, 2)."""
    return (matrices.unflatten(3, (2, 2)) * vectors.unsqueeze(3)).sum(4)
