"""StEP: a picture from a condition and a short style code (Meshry et al. 2021, section 3.2).

The code comes from an encoder that was trained before, on triplets of photos (style_encoder.py). There is no
correspondence with the exemplar: a code says how the whole of it looks.

Ours, not the paper's: the decoder's rectifiers are leaky. Where a plain one silences all channels, pixel norm
makes a speckle of what is left.
"""

from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.conditions.pose_tensors import PoseTensors
from engine.layers.equalised import EqualisedConv2d, pixel_norm
from engine.layers.instance_norm import InstanceNorm
from engine.models.mix import Mix
from engine.models.style_encoder import StyleEncoder, StyleEncoderConfig
from engine.models.translator import Alignment, Translator


@dataclass(frozen=True)
class StepConfig:
    """content_channels   the number of classes, for label maps, or 3, for conditions that are pictures
    widths             channels of the generator at strides 1, 2, 4, 8; the paper's are `PUBLISHED_WIDTHS`
    blocks             residual blocks on each side of the bottleneck
    encoder            of the style
    shrink             the generator paints at 1/shrink of the picture's size, the one that it was trained at
    """

    content_channels: int = 19
    widths: tuple[int, int, int, int] = (16, 32, 64, 128)
    blocks: int = 4
    encoder: StyleEncoderConfig = field(default_factory=StyleEncoderConfig)
    shrink: int = 1


PUBLISHED_WIDTHS = (32, 64, 128, 256)

SLOPE = 0.2

Features = tuple[Tensor, Tensor, Tensor, Tensor]


class _ContentBlock(nn.Module):
    """x + IN(conv(ReLU(IN(conv(x))))). Float (B, C, H, W) in and out."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv0 = EqualisedConv2d(channels, channels, 3, padding=1)
        self.conv1 = EqualisedConv2d(channels, channels, 3, padding=1)
        self.norm = InstanceNorm()

    def forward(self, x: Tensor) -> Tensor:
        return x + self.norm(self.conv1(F.relu(self.norm(self.conv0(x)))))


class ContentEncoder(nn.Module):
    """Condition, float (B, C, H, W), to features at strides 1, 2, 4, 8; H and W multiples of 8."""

    def __init__(self, config: StepConfig) -> None:
        super().__init__()
        widths = config.widths
        self.first = EqualisedConv2d(config.content_channels, widths[0], 7, padding=3)
        steps = zip(widths[:-1], widths[1:], strict=True)
        self.down = nn.ModuleList(EqualisedConv2d(*step, 4, stride=2, padding=1) for step in steps)
        self.blocks = nn.ModuleList(_ContentBlock(widths[3]) for _ in range(config.blocks))
        self.norm = InstanceNorm()

    def forward(self, content: Tensor) -> Features:
        features = [F.relu(self.norm(self.first(content)))]
        for down in self.down:
            features.append(F.relu(self.norm(down(features[-1]))))
        for block in self.blocks:
            features[-1] = block(features[-1])
        return tuple(features)


class _StyledBlock(nn.Module):
    """x + PN(conv(act(PN(conv([x, z]))))). Float (B, C, H, W) in and out, the style (B, D, H, W)."""

    def __init__(self, channels: int, dims: int) -> None:
        super().__init__()
        self.conv0 = EqualisedConv2d(channels + dims, channels, 3, padding=1)
        self.conv1 = EqualisedConv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        hidden = F.leaky_relu(pixel_norm(self.conv0(torch.cat([x, style], dim=1))), SLOPE)
        return x + pixel_norm(self.conv1(hidden))


class _Level(nn.Module):
    """Twice the size, with what the content encoder had there, and the style. (B, C, H, W) to (B, C', 2H, 2W)."""

    def __init__(self, channels_in: int, channels_out: int, dims: int) -> None:
        super().__init__()
        self.conv0 = EqualisedConv2d(channels_in + channels_out + dims, channels_out, 3, padding=1)
        self.conv1 = EqualisedConv2d(channels_out, channels_out, 3, padding=1)

    def forward(self, x: Tensor, skip: Tensor, style: Tensor) -> Tensor:
        x = torch.cat([F.interpolate(x, scale_factor=2, mode="nearest"), skip, style], dim=1)
        x = pixel_norm(F.leaky_relu(self.conv0(x), SLOPE))
        return pixel_norm(F.leaky_relu(self.conv1(x), SLOPE))


class Decoder(nn.Module):
    """Content features and a style to the picture, float (B, 3, H, W) in [-1, 1].

    `mean`, (D,), and `scale`, scalar, are those of the codes to come: a generator that gets codes of small numbers
    takes long to heed them.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, config: StepConfig) -> None:
        super().__init__()
        widths, dims = config.widths[::-1], config.encoder.dims
        self.blocks = nn.ModuleList(_StyledBlock(widths[0], dims) for _ in range(config.blocks))
        steps = zip(widths[:-1], widths[1:], strict=True)
        self.levels = nn.ModuleList(_Level(*step, dims) for step in steps)
        self.colours = EqualisedConv2d(widths[3], 3, 1, gain=1.0)
        self.register_buffer("mean", torch.zeros(dims))
        self.register_buffer("scale", torch.ones(()))

    def expect(self, codes: Tensor) -> None:
        """Set mean and scale to those of codes (n, D)."""
        self.mean.copy_(codes.mean(0))
        self.scale.copy_(codes.var(0, correction=0).mean().sqrt().clamp_min(1e-3))

    def forward(self, features: Features, style: Tensor) -> Tensor:
        *skips, x = features
        mean = self.mean if style.dim() == 2 else self.mean[:, None, None]
        style = (style - mean) / self.scale
        pooled = _at(style, x)
        for block in self.blocks:
            x = block(x, pooled)
        for level, skip in zip(self.levels, reversed(skips), strict=True):
            x = level(x, skip, _at(style, skip))
        return self.colours(x).tanh()


def _at(style: Tensor, features: Tensor) -> Tensor:
    """A code (B, D), tiled, or a map of codes (B, D, H, W), averaged, at the size of `features`, channels last."""
    if style.dim() == 2:
        style = style[:, :, None, None].expand(-1, -1, *features.shape[2:])
    elif style.shape[2:] != features.shape[2:]:
        style = F.avg_pool2d(style, style.shape[2] // features.shape[2])
    return style.to(features.dtype).contiguous(memory_format=torch.channels_last)


class StepGenerator(nn.Module):
    """Condition, float (B, C, H, W), and style, (B, D) or a map (B, D, H, W), to a picture (B, 3, H, W)."""

    def __init__(self, config: StepConfig) -> None:
        super().__init__()
        self.content = ContentEncoder(config)
        self.decoder = Decoder(config)

    def forward(self, content: Tensor, style: Tensor) -> Tensor:
        return self.decoder(self.content(content), style)


@dataclass(frozen=True)
class Condition:
    """An encoded condition: its label map int64 (B, h, w), None for a picture, and its features.

    h and w are those that the generator paints at.
    """

    labels: Tensor | None
    features: Features


class Step(Translator):
    """The translator: style encoder and generator. An encoded exemplar is its style code, float (B, D).

    Where classes have weights of their own, each is painted in its own mix of the codes.
    """

    def __init__(self, config: StepConfig) -> None:
        super().__init__()
        self.config = config
        self.multiple = 8 * config.shrink
        self.encoder = StyleEncoder(config.encoder)
        self.generator = StepGenerator(config)
        self.to(memory_format=torch.channels_last)

    def encode_exemplar(self, photo: Tensor, labels: Tensor, pose: PoseTensors | None = None) -> Tensor:
        return self.encoder.code(photo.contiguous(memory_format=torch.channels_last))

    def style_code(self, exemplar: Tensor) -> Tensor:
        return exemplar

    def encode_condition(self, labels: Tensor, pose: PoseTensors | None = None) -> Condition:
        """A label map, or a picture float (B, 3, H, W) in [-1, 1] where conditions are pictures."""
        half, shrink = self.config.shrink // 2, self.config.shrink
        labels = labels[..., half::shrink, half::shrink]
        features = self.generator.content(self.content_of(labels))
        return Condition(None if labels.is_floating_point() else labels, features)

    def content_of(self, condition: Tensor) -> Tensor:
        """What the generator is given: a label map as one-hot planes, a picture as it is."""
        if condition.is_floating_point():
            return condition.contiguous(memory_format=torch.channels_last)
        planes = condition.unsqueeze(3) == torch.arange(self.config.content_channels, device=condition.device)
        return planes.float().permute(0, 3, 1, 2)

    def align(self, condition: Condition, exemplar: Tensor) -> Alignment:
        """No alignment: only the exemplar's code."""
        return Alignment(None, None, None, exemplar)

    def synthesise(self, condition: Condition, alignments: list[Alignment], mix: Mix) -> Tensor:
        codes = torch.stack([alignment.injection for alignment in alignments])
        image = self.generator.decoder(condition.features, self._style(condition, codes, mix))
        if self.config.shrink > 1:
            image = F.interpolate(image, scale_factor=self.config.shrink, mode="bicubic", align_corners=False)
        return image.clamp(-1, 1)

    def _style(self, condition: Condition, codes: Tensor, mix: Mix) -> Tensor:
        """Codes (exemplars, B, D) as one (B, D), or as a map (B, D, H, W) where classes have their own weights."""
        edit = mix.edit or (lambda style: style)
        if not mix.by_class or condition.labels is None:
            weights = codes.new_tensor(mix.weights)
            return edit(torch.einsum("e,ebd->bd", weights, codes))
        table = mix.table(self.config.content_channels, codes.device)
        by_class = edit(torch.einsum("ec,ebd->bcd", table, codes))
        return torch.einsum("bchw,bcd->bdhw", self.content_of(condition.labels), by_class)
