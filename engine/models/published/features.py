"""What is done to features before they are compared."""

import sys

import torch
from torch import Tensor

_TINY = sys.float_info.epsilon


def unit_length(features: Tensor) -> Tensor:
    """float (B, C, H, W) divided by its length over channels, position by position."""
    return features / (torch.linalg.vector_norm(features, dim=1, keepdim=True) + _TINY)


def centred(features: Tensor) -> Tensor:
    """The same of the features less their mean over channels."""
    return unit_length(features - features.mean(1, keepdim=True))


def coordinates(features: Tensor) -> Tensor:
    """Column, row and distance from the middle, float (B, 3, H, W) for features (B, C, H, W).

    Columns and rows run from -1 to 1.
    """
    height, width = features.shape[2:]
    x = torch.linspace(-1, 1, width, device=features.device).expand(height, -1)
    y = torch.linspace(-1, 1, height, device=features.device)[:, None].expand(-1, width)
    planes = torch.stack([x, y, torch.hypot(x, y)]).to(features.dtype)
    return planes.expand(len(features), -1, -1, -1)
