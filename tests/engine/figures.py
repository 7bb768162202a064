"""Made-up persons as tensors: label maps whose true correspondence is known, photos, tiny networks."""

import torch
from torch import Tensor

from engine.correspondence.grids import apply_affine, identity_grid
from engine.models.rabit import Rabit, RabitConfig

CLASSES = 6  # background, face, hair, top, trousers, bag
TINY = RabitConfig(classes=CLASSES, matching_dims=12, block=8, blocks_kept=2, style_dims=6, widths=(8, 12, 16, 16))


def person_at(points: Tensor) -> Tensor:
    """The class of an asymmetric person, standing in the middle of [-1, 1]², at points (..., 2). Returns int64."""
    x, y = points.unbind(-1)
    labels = torch.zeros(x.shape, dtype=torch.long)
    labels[(x.abs() < 0.3 - 0.1 * y) & (y > -0.4) & (y < 0.15)] = 3
    labels[((x - 0.12).abs() < 0.1) & (y >= 0.15) & (y < 0.8)] = 4
    labels[((x + 0.12).abs() < 0.1) & (y >= 0.15) & (y < 0.7)] = 4
    labels[(x / 0.2).square() + ((y + 0.55) / 0.2).square() < 1] = 2
    labels[((x - 0.03) / 0.13).square() + ((y + 0.52) / 0.15).square() < 1] = 1
    labels[((x - 0.42) / 0.12).square() + ((y - 0.1) / 0.14).square() < 1] = 5
    return labels


def moved_person(matrix: Tensor, height: int = 192, width: int = 128) -> Tensor:
    """The person read at `matrix` (B, 2, 3) times each point of the picture: int64 (B, height, width)."""
    return person_at(apply_affine(matrix, identity_grid(height, width)))


def random_affine(generator: torch.Generator, corner_shift: float = 0.12) -> Tensor:
    """A map (1, 2, 3) that moves three corners by up to `corner_shift` of the side."""
    corners = torch.tensor([[-1.0, -1.0, 1.0], [1.0, -1.0, 1.0], [-1.0, 1.0, 1.0]])
    moved = corners[:, :2] + (torch.rand(3, 2, generator=generator) * 2 - 1) * corner_shift * 2
    return torch.linalg.solve(corners, moved).T.unsqueeze(0)


STILL = torch.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])


def photo_like(seed: int, height: int, width: int) -> Tensor:
    """A smooth, colourful picture, float (1, 3, height, width) in [-1, 1]."""
    coarse = torch.rand(1, 3, height // 8, width // 8, generator=torch.Generator().manual_seed(seed)) * 2 - 1
    return torch.nn.functional.interpolate(coarse, (height, width), mode="bilinear")


def tiny_rabit(seed: int = 0, config: RabitConfig = TINY) -> Rabit:
    """A small network whose weights are random everywhere, also where training starts from zero."""
    torch.manual_seed(seed)
    network = Rabit(config)
    with torch.no_grad():
        for parameter in network.refinement.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    return network.eval()
