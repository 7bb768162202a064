"""Spatially adaptive denormalisation, SPADE (Park et al., CVPR 2019), over positional normalisation.

As CoCosNet, CoCosNet v2 and RABIT use it: PONO in the place of batch normalisation, and borders
reflected in the place of zeros. The names of the parts are those of the published state dicts.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.layers.convolution import Conv3, convolve, is_planes
from engine.layers.spectral import SpectralConv2d

HIDDEN = 128
WIDE = 128  # channels, in and out, from which Winograd's tiles pay for both maps together
SLOPE = 0.2
PONO_EPSILON = 1e-5


def positional_norm(x: Tensor, eps: float = PONO_EPSILON) -> Tensor:
    """PONO with the unbiased variance of the published models: (x - mean) / sqrt(var + eps) over channels.

    x: float (B, C, H, W) with C > 1, fastest in channels_last memory. Returns the same shape.
    """
    channels = x.shape[1]
    shrink = (channels - 1) / channels  # layer_norm divides by the biased variance, which is this much smaller
    normalised = F.layer_norm(x.permute(0, 2, 3, 1), (channels,), eps=eps * shrink).permute(0, 3, 1, 2)
    return normalised * shrink**0.5


def positional_norm_of_planes(x: Tensor, eps: float = PONO_EPSILON) -> Tensor:
    """The same of x float (B, C, H, W) with C > 1, fastest in planes, which stay planes."""
    centred = x - x.mean(1, keepdim=True)
    variance = centred.square().sum(1, keepdim=True) / (x.shape[1] - 1)
    return centred * (variance + eps).rsqrt()


def resized(condition: Tensor, size: torch.Size | tuple[int, int]) -> Tensor:
    """`condition` (B, G, H, W) at `size` (height, width): the nearest values; where they are every n-th, a view."""
    (height, rows), (width, columns) = zip(condition.shape[-2:], size, strict=True)
    if height % rows == width % columns == 0:
        return condition[..., :: height // rows, :: width // columns]
    return F.interpolate(condition, size=tuple(size), mode="nearest")


class Spade(nn.Module):
    """x normalised by position, times 1 + gamma, plus beta, both maps computed from a condition (eq. 1).

    channels            of what is normalised
    condition_channels  of the condition
    eps                 of PONO: 1e-5 in CoCosNet and RABIT, 1e-8 in CoCosNet v2
    hidden              channels between the condition and both maps
    """

    def __init__(self, channels: int, condition_channels: int, eps: float = PONO_EPSILON, hidden: int = HIDDEN) -> None:
        super().__init__()
        self.eps = eps
        self.mlp_shared = nn.Sequential(nn.ReflectionPad2d(1), Conv3(condition_channels, hidden, 3), nn.ReLU(True))
        self.pad = nn.ReflectionPad2d(1)
        self.mlp_gamma = nn.Conv2d(hidden, channels, 3)
        self.mlp_beta = nn.Conv2d(hidden, channels, 3)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """x float (B, C, H, W), condition float (B, G, H', W') of any size. Returns x's shape."""
        return self.modulate(self.normalise(x), condition)

    def normalise(self, x: Tensor) -> Tensor:
        """PONO of x, float (B, C, H, W), the way that is faster for the layout of the weights."""
        return (positional_norm_of_planes if is_planes(self.mlp_gamma.weight) else positional_norm)(x, self.eps)

    def modulate(self, normalised: Tensor, condition: Tensor) -> Tensor:
        """The same for an x that is normalised already."""
        hidden = self.pad(self.mlp_shared(resized(condition, normalised.shape[-2:])))
        weight = torch.cat([self.mlp_gamma.weight, self.mlp_beta.weight])
        bias = torch.cat([self.mlp_gamma.bias + 1, self.mlp_beta.bias])
        gamma, beta = convolve(hidden, weight, bias, channels=WIDE).chunk(2, dim=1)
        return torch.addcmul(beta, normalised, gamma)


class SpadeResidualBlock(nn.Module):
    """A residual block of two 3×3 convolutions, each after SPADE and a leaky ReLU (Park et al., fig. 4).

    Where the channels change, the shortcut is a 1×1 convolution after SPADE without an activation.
    Dilated blocks spread the taps of both convolutions.
    """

    def __init__(
        self,
        channels_in: int,
        channels_out: int,
        condition_channels: int,
        *,
        eps: float = PONO_EPSILON,
        dilation: int = 1,
        hidden: int = HIDDEN,
    ) -> None:
        super().__init__()
        middle = min(channels_in, channels_out)
        self.pad = nn.ReflectionPad2d(dilation)
        self.conv_0 = SpectralConv2d(channels_in, middle, 3, dilation=dilation)
        self.conv_1 = SpectralConv2d(middle, channels_out, 3, dilation=dilation)
        self.norm_0 = Spade(channels_in, condition_channels, eps, hidden)
        self.norm_1 = Spade(middle, condition_channels, eps, hidden)
        self.conv_s: SpectralConv2d | None = None
        if channels_in != channels_out:
            self.conv_s = SpectralConv2d(channels_in, channels_out, 1, bias=False)
            self.norm_s = Spade(channels_in, condition_channels, eps, hidden)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """x float (B, channels_in, H, W), condition (B, G, H', W'). Returns (B, channels_out, H, W)."""
        condition = resized(condition, x.shape[-2:])
        normalised = self.norm_0.normalise(x)
        hidden = self.conv_0(self.pad(_activate(self.norm_0.modulate(normalised, condition))))
        residual = self.conv_1(self.pad(_activate(self.norm_1(hidden, condition))))
        shortcut = x if self.conv_s is None else self.conv_s(self.norm_s.modulate(normalised, condition))
        return shortcut + residual


def _activate(x: Tensor) -> Tensor:
    return F.leaky_relu(x, SLOPE)
