"""Views of photos with labels and poses: moved, turned, mirrored, near or far, one in front of another.

Coordinates are points (x, y) in [-1, 1] from edge to edge, as in `engine.correspondence.grids`.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.conditions.pose import OTHER_SIDE
from engine.correspondence.grids import apply_affine, identity_grid, sample

UNKNOWN = 255  # the label of a pixel that nobody labelled
_ELSEWHERE = 9.0  # far outside any picture


@dataclass(frozen=True)
class Layer:
    """photo   float (B, 3, H, W) in [-1, 1]
    labels  class ids or UNKNOWN, int64 (B, H, W)
    pose    float (B, 18, 3): points and confidence, 0 where the keypoint is not known
    """

    photo: Tensor
    labels: Tensor
    pose: Tensor


@dataclass(frozen=True)
class Placement:
    """matrix    float (B, 2, 3): point of the photo -> point of the view
    mirrored  bool (B,): whether left and right change places
    """

    matrix: Tensor
    mirrored: Tensor

    def source(self, height: int, width: int) -> Tensor:
        """Where each pixel of a view comes from: points of the photo (B, height, width, 2)."""
        last = torch.tensor([0.0, 0.0, 1.0]).expand(len(self.matrix), 1, 3)
        inverse = torch.linalg.inv(torch.cat([self.matrix, last], 1))[:, :2]
        return apply_affine(inverse, identity_grid(height, width))

    def move(self, pose: Tensor) -> Tensor:
        """The pose (B, 18, 3) in the view; the keypoints of a mirrored person change sides."""
        points = apply_affine(self.matrix, pose[:, None, :, :2]).squeeze(1)
        moved = torch.cat([points, pose[..., 2:]], dim=-1)
        return torch.where(self.mirrored[:, None, None], moved[:, list(OTHER_SIDE)], moved)


def random_placements(count: int, aspect: float, farthest: float, generator: torch.Generator) -> Placement:
    """Half of the placements keep the person about as it is; the others come near, go far, and look elsewhere.

    aspect: width by height of photo and view. farthest: size of the smallest photo in its view.
    """

    def uniform(low: Tensor | float, high: Tensor | float) -> Tensor:
        return low + (high - low) * torch.rand(count, generator=generator)

    def normal(deviation: float) -> Tensor:
        return (torch.randn(count, generator=generator) * deviation).clamp(-3 * deviation, 3 * deviation)

    wild = uniform(0, 1) < 0.5
    zoom = torch.where(wild, uniform(math.log(farthest), math.log(2.2)), uniform(math.log(0.85), math.log(1.2))).exp()
    reach = (zoom - 1).abs() * wild + 0.12
    angle = torch.where(wild, normal(0.22), normal(0.09))
    stretch = normal(0.06).exp()
    mirrored = uniform(0, 1) < 0.5
    cos, sin = angle.cos(), angle.sin()
    across, down = zoom * stretch, zoom / stretch
    sign = 1 - 2 * mirrored.float()
    rows = [
        torch.stack([sign * across * cos, -down * sin / aspect, uniform(-reach, reach)], 1),
        torch.stack([sign * across * sin * aspect, down * cos, uniform(-reach, reach)], 1),
    ]
    return Placement(torch.stack(rows, 1), mirrored)


def seen_photo(photo: Tensor, points: Tensor) -> Tensor:
    """Photo (B, 3, H, W) read at points (B, h, w, 2) without aliasing: (B, 3, h, w)."""
    step = (points[:, 1:, :, 1] - points[:, :-1, :, 1]).mean((1, 2)) / 2 * photo.shape[2]  # pixels of the photo
    while (step > 1.5).any():
        halved = F.interpolate(F.avg_pool2d(photo, 2), scale_factor=2, mode="bilinear", align_corners=False)
        photo = torch.where((step > 1.5)[:, None, None, None], halved, photo)
        step = step / 2
    return sample(photo, points)


def seen_labels(labels: Tensor, points: Tensor) -> Tensor:
    """Labels (B, H, W) at the pixels nearest to points (B, h, w, 2): (B, h, w)."""
    return sample(labels.unsqueeze(1).float(), points, mode="nearest").squeeze(1).long()


def inside(points: Tensor) -> Tensor:
    """Whether points (B, h, w, 2) lie in their picture: bool (B, h, w)."""
    return (points.abs() <= 1).all(-1)


def plain(layer: Layer, chosen: Tensor, generator: torch.Generator) -> Layer:
    """`layer` with nobody in it where `chosen` (bool (B,)): one colour, or clouds and grain."""
    count, size = len(chosen), layer.photo.shape[2:]
    colour = torch.rand(count, 3, 1, 1, generator=generator) * 2 - 1
    cloudy, grainy = (torch.rand(2, count, 1, 1, 1, generator=generator) * 2 - 1).clamp_min(0)
    clouds = F.interpolate(torch.randn(count, 3, 9, 6, generator=generator), size, mode="bicubic")
    grain = torch.randn(count, 1, *size, generator=generator)
    nothing = (colour + cloudy * clouds + 0.7 * grainy * grain).clamp(-1, 1)
    return Layer(
        torch.where(chosen[:, None, None, None], nothing, layer.photo),
        torch.where(chosen[:, None, None], 0, layer.labels),
        torch.where(chosen[:, None, None], torch.tensor([_ELSEWHERE, _ELSEWHERE, 1.0]), layer.pose),
    )
