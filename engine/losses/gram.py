"""Gram matrices of a fixed network's features, and the distance of two photos in style by them."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.data.image_folder import ImageFolder
from engine.losses.perceptual import LEVELS

SHRINK = 2

_ROWS = 512
_PHOTOS = 12


def gram_matrix(features: Tensor) -> Tensor:
    """F Fᵀ / (C H W) of features F, float (B, C, H, W). Returns (B, C, C) (Gatys et al. 2016, eq. 3)."""
    _, channels, height, width = features.shape
    flat = features.flatten(2)
    return flat @ flat.transpose(1, 2) / (channels * height * width)


@torch.no_grad()
def style_grams(network: nn.Module, photo: Tensor) -> list[Tensor]:
    """Gram matrices of the first five feature maps of `network`, one row a photo, fine to coarse.

    photo: float (B, 3, H, W) in [-1, 1], H and W multiples of 64; it is halved first, for a quarter of the work.
    Each level is float (B, C (C + 1) / 2), scaled so that the squared distance of two rows is the mean squared
    difference of the two matrices.
    """
    return [_rows(gram_matrix(features.float())) for features in network(F.avg_pool2d(photo, SHRINK))[:LEVELS]]


def folder_distances(network: nn.Module, photos: ImageFolder, device: torch.device) -> Tensor:
    """`style_distances` of all `photos`, (n, n), on the CPU. The network is on `device`.

    The Gram matrices take 0.1 MB a photo with our parser's features, 1.2 MB with VGG-19's.
    """
    batches = [style_grams(network, photo.to(device)) for photo in photos.batches(_PHOTOS)]
    return style_distances([torch.cat(level) for level in zip(*batches, strict=True)]).cpu()


def style_distances(grams: Sequence[Tensor]) -> Tensor:
    """Distance in style of each photo to each, (n, n), symmetric, zero on the diagonal.

    grams: the levels as `style_grams` gives them, n rows each. Each level's squared distances are divided by
    their mean over the set, and the levels are summed. The published distance (StEP, section 3.1) sums them
    undivided; with our parser's features the finest level then gives two thirds of the sum and decides alone
    (rank correlation 0.98 with the sum, against 0.33 for the coarsest).
    """
    return sum((_level_distances(rows) for rows in grams), grams[0].new_zeros(()))


def _level_distances(rows: Tensor) -> Tensor:
    centred = rows - rows.mean(0)  # small numbers leave more digits to their differences
    distances = torch.cat([torch.cdist(part, centred).square() for part in centred.split(_ROWS)])
    distances = (distances + distances.T) / 2
    distances.fill_diagonal_(0)
    return distances / distances.mean().clamp_min(torch.finfo(distances.dtype).tiny)


def _rows(matrices: Tensor) -> Tensor:
    """The upper triangles of symmetric matrices (B, C, C), what is off the diagonal weighted for two."""
    channels = matrices.shape[1]
    row, column = torch.triu_indices(channels, channels, device=matrices.device)
    weight = torch.where(row == column, 1.0, 2.0).sqrt() / channels
    return matrices[:, row, column] * weight
