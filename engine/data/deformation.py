"""Known deformations of a photo: they make a training pair whose true correspondence is known.

A picture is deformed by reading it at `source(y)`, for every pixel y of the new picture: an affine
map, mirrored or not, after a smooth random displacement.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.correspondence.grids import apply_affine, identity_grid, sample

CONTROLS = (6, 4)  # rows and columns of the displacement's control points
INVERSIONS = 8  # fixed-point steps of the inverse


@dataclass(frozen=True)
class Deformation:
    """matrix        float (B, 2, 3): point of the new picture -> point of the old one
    displacement  float (B, 2, rows, columns): added to the new picture's points first
    """

    matrix: Tensor
    displacement: Tensor

    def source(self, height: int, width: int) -> Tensor:
        """Where each pixel of the new picture comes from: (B, height, width, 2) in the old one."""
        grid = identity_grid(height, width, self.matrix.device)
        return apply_affine(self.matrix, grid + self._displacement_at(grid.expand(len(self.matrix), -1, -1, -1)))

    def target(self, points: Tensor) -> Tensor:
        """Where points (B, H, W, 2) of the old picture lie in the new one; the inverse of `source`."""
        matrix = torch.cat([self.matrix, torch.tensor([0.0, 0.0, 1.0]).expand(len(points), 1, 3).to(points)], 1)
        wanted = apply_affine(torch.linalg.inv(matrix)[:, :2], points)
        found = wanted
        for _ in range(INVERSIONS):
            found = wanted - self._displacement_at(found)
        return found

    def _displacement_at(self, points: Tensor) -> Tensor:
        return sample(self.displacement, points).permute(0, 2, 3, 1)


def random_deformation(
    batch: int, corner_shift: float, bend: float | Tensor, mirror_chance: float, generator: torch.Generator
) -> Deformation:
    """Draw deformations on the CPU.

    corner_shift: three corners move by up to this share of the side.
    bend: standard deviation of the control points' displacement, as a share of half the side;
        a number, or one for each picture, (B, 1, 1, 1).
    mirror_chance: probability of a left-right mirroring.
    """
    corners = torch.tensor([[-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]]).expand(batch, 3, 2)
    moved = corners + (torch.rand(batch, 3, 2, generator=generator) * 2 - 1) * corner_shift * 2
    homogeneous = torch.cat([moved, torch.ones(batch, 3, 1)], dim=2)
    matrix = torch.linalg.solve(homogeneous, corners).transpose(1, 2)
    mirrored = torch.rand(batch, generator=generator) < mirror_chance
    matrix = matrix * torch.where(mirrored, -1.0, 1.0)[:, None, None] ** torch.tensor([1.0, 0.0])[None, :, None]
    controls = torch.randn(batch, 2, *CONTROLS, generator=generator) * bend
    displacement = F.interpolate(controls, scale_factor=8, mode="bicubic", align_corners=False)
    return Deformation(matrix, displacement)


def deform(photo: Tensor, labels: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
    """Read photos (B, 3, H, W) bilinearly and label maps (B, H, W) at the nearest pixel, at points (B, h, w, 2)."""
    nearest = sample(labels.unsqueeze(1).float(), points, mode="nearest")
    return sample(photo, points), nearest.squeeze(1).long()
