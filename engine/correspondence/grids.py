"""Coordinates and sampling. Everywhere a point is (x, y) in [-1, 1] from edge to edge of its own
image, pixel centres inside (`align_corners=False`), so that a picture's size does not matter."""

import torch
import torch.nn.functional as F
from torch import Tensor


def identity_grid(height: int, width: int, device: torch.device | str = "cpu") -> Tensor:
    """The centre of every pixel, float (height, width, 2) as (x, y) in (-1, 1)."""
    ys = (torch.arange(height, device=device, dtype=torch.float32) + 0.5) / height * 2 - 1
    xs = (torch.arange(width, device=device, dtype=torch.float32) + 0.5) / width * 2 - 1
    grid_y, grid_x = torch.meshgrid(ys, xs, indexing="ij")
    return torch.stack([grid_x, grid_y], dim=-1)


def apply_affine(matrix: Tensor, points: Tensor) -> Tensor:
    """Map points (H, W, 2) or (B, H, W, 2) by matrices (B, 2, 3). Returns (B, H, W, 2)."""
    if points.dim() == 3:
        points = points.unsqueeze(0)
    linear = (matrix[:, None, None, :, :2] * points.unsqueeze(-2)).sum(-1)
    return linear + matrix[:, None, None, :, 2]


def sample(values: Tensor, points: Tensor, mode: str = "bilinear", beyond: str = "border") -> Tensor:
    """Read values (B, C, H, W) at points (B, h, w, 2). Returns (B, C, h, w).

    Beyond the image there is its border, repeated, or with "reflection" its mirror image.
    """
    exact = torch.promote_types(values.dtype, points.dtype)  # points in half precision would be off by pixels
    read = F.grid_sample(values.to(exact), points.to(exact), mode=mode, padding_mode=beyond, align_corners=False)
    return read.to(values.dtype)
