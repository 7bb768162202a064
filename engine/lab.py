"""CIE Lab, the colours in which lightness stands apart, as pictures in [-1, 1]."""

import torch
from torch import Tensor

COLOURFUL = 110.0  # of a and b: further out lies no colour of sRGB
_TO_XYZ = ((0.412453, 0.357580, 0.180423), (0.212671, 0.715160, 0.072169), (0.019334, 0.119193, 0.950227))
_WHITE = (0.950456, 1.0, 1.088754)  # D65
_BEND, _SLOPE, _SHIFT = 0.008856, 7.787, 16 / 116


def to_lab(picture: Tensor) -> Tensor:
    """RGB float (B, 3, H, W) in [-1, 1] to L / 50 - 1, a / 110 and b / 110, of the same shape."""
    coded = (picture + 1) / 2
    linear = torch.where(coded > 0.04045, ((coded.clamp_min(0) + 0.055) / 1.055) ** 2.4, coded / 12.92)
    xyz = _times(_matrix(picture), linear)
    x, y, z = torch.where(xyz > _BEND, xyz.clamp_min(1e-6) ** (1 / 3), _SLOPE * xyz + _SHIFT).unbind(1)
    return torch.stack([(116 * y - 16) / 50 - 1, 500 * (x - y) / COLOURFUL, 200 * (y - z) / COLOURFUL], dim=1)


def to_rgb(lab: Tensor) -> Tensor:
    """The inverse of `to_lab`; what sRGB cannot show is cut off."""
    lightness, a, b = (lab[:, 0] + 1) * 50, lab[:, 1] * COLOURFUL, lab[:, 2] * COLOURFUL
    y = (lightness + 16) / 116
    bent = torch.stack([y + a / 500, y, y - b / 200], dim=1)
    xyz = torch.where(bent**3 > _BEND, bent**3, (bent - _SHIFT) / _SLOPE)
    linear = _times(torch.linalg.inv(_matrix(lab)), xyz)
    coded = torch.where(linear > 0.0031308, 1.055 * linear.clamp_min(1e-6) ** (1 / 2.4) - 0.055, 12.92 * linear)
    return coded.clamp(0, 1) * 2 - 1


def _times(matrix: Tensor, picture: Tensor) -> Tensor:
    """A matrix (3, 3) times every pixel, in full precision also where products of matrices are not."""
    return (matrix[:, :, None, None] * picture.unsqueeze(1)).sum(2)


def _matrix(like: Tensor) -> Tensor:
    """Linear RGB to XYZ relative to white, (3, 3)."""
    return like.new_tensor(_TO_XYZ) / like.new_tensor(_WHITE).unsqueeze(1)
