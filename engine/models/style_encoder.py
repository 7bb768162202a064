"""The style encoder of StEP (Meshry et al. 2021): a photo to a short code of how it looks.

It is trained first, by itself, on triplets of photos whose Gram matrices are near and far, and then helps a
generator. The blocks are those of DRIT's attribute encoder, with pixel norm and equalised learning rates.
"""

from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

from engine.errors import InputError
from engine.layers.equalised import EqualisedConv2d, EqualisedLinear, pixel_norm
from engine.weights.registry import Weights, read_weights

SLOPE = 0.2


@dataclass(frozen=True)
class StyleEncoderConfig:
    """dims of the code; channels after the first convolution and the three blocks; shrink of the photo before.

    The paper has widths 64, 128, 192, 256 and shrink 1: `PUBLISHED`.
    """

    dims: int = 8
    widths: tuple[int, int, int, int] = (32, 64, 96, 128)
    shrink: int = 2


PUBLISHED = StyleEncoderConfig(widths=(64, 128, 192, 256), shrink=1)


class _Block(nn.Module):
    """Two rectified 3×3 convolutions beside a 1×1 one, both halved by averaging.

    (B, C, H, W) to (B, C', H/2, W/2), rounded up.
    """

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.conv0 = EqualisedConv2d(channels_in, channels_in, 3, padding=1)
        self.conv1 = EqualisedConv2d(channels_in, channels_out, 3, padding=1)
        self.shortcut = EqualisedConv2d(channels_in, channels_out, 1, gain=1.0)

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.conv0(F.leaky_relu(x, SLOPE))
        hidden = self.conv1(F.leaky_relu(hidden, SLOPE))
        return _halved(hidden) + self.shortcut(_halved(x))


def _halved(x: Tensor) -> Tensor:
    return F.avg_pool2d(x, 2, ceil_mode=True)


class StyleEncoder(nn.Module):
    """Photo, float (B, 3, H, W) in [-1, 1], to its code, float (B, dims).

    H and W are at least 32, and best those of the domain, which it was trained at.
    """

    def __init__(self, config: StyleEncoderConfig) -> None:
        super().__init__()
        self.config = config
        self.first = EqualisedConv2d(3, config.widths[0], 4, stride=2, padding=1)
        steps = zip(config.widths[:-1], config.widths[1:], strict=True)
        self.blocks = nn.ModuleList(_Block(*step) for step in steps)
        self.mean = EqualisedLinear(config.widths[-1], config.dims)
        self.log_variance = EqualisedLinear(config.widths[-1], config.dims)

    def forward(self, photo: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance of the code, each (B, dims). Only variational training uses the second."""
        pooled = self._pooled(photo)
        return self.mean(pooled), self.log_variance(pooled)

    def code(self, photo: Tensor) -> Tensor:
        """The code itself, (B, dims): the mean."""
        return self.mean(self._pooled(photo))

    def _pooled(self, photo: Tensor) -> Tensor:
        x = F.avg_pool2d(photo, self.config.shrink) if self.config.shrink > 1 else photo
        x = self.first(x)
        for block in self.blocks:
            x = pixel_norm(block(x))
        return F.leaky_relu(x, SLOPE).mean((2, 3))


def load_style_encoder(weights: Weights) -> StyleEncoder:
    """The encoder in `weights`, for inference; raises InputError when they are damaged or another model's."""
    config, tensors = read_weights(weights)
    try:
        encoder = StyleEncoder(StyleEncoderConfig(**config))
        encoder.load_state_dict(tensors)
    except (TypeError, ValueError, RuntimeError) as error:
        raise InputError(f"The weights {weights.folder} are not those of a style encoder; fetch them again.") from error
    return encoder.eval().requires_grad_(False)
