"""Guided image-to-image translation with bi-directional feature transformation (AlBahar and Huang, ICCV 2019).

Two encoders, one for the input and one for the guide, meet at every level in an `Exchange`
(layers/feature_transformation.py), which takes the place of the norm layers; a decoder paints from
the input's features. The encoders end in residual blocks (the ResNet form) or hand every level over
to the decoder (the U-Net form). How the guide is brought in is a field of the configuration, so the
paper's method and what it is compared with in sec. 4 are one network:

    bft       each branch transforms the other, place by place
    uft       the guide transforms the input, place by place
    film      the guide transforms the input by one vector a picture
    features  both are encoded alone and concatenated after the encoders, brought to one width by a 1×1 convolution
    input     guide and input are concatenated before a single encoder
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.errors import InputError
from engine.layers.feature_transformation import BOTTLENECK, Exchange

SLOPE = 0.2
RESNET_LEVELS = 4

Form = Literal["resnet", "unet"]
Conditioning = Literal["bft", "uft", "film", "features", "input"]
CONDITIONINGS: tuple[Conditioning, ...] = ("bft", "uft", "film", "features", "input")


@dataclass(frozen=True)
class GuidedConfig:
    """form            "resnet" or "unet"
    conditioning    how the guide is brought in, one of CONDITIONINGS
    input_channels  of what is translated
    guide_channels  of what guides it
    output_channels of the picture
    width           channels of the first level; doubled level by level up to eight times that
    halvings        how often the U-Net form halves its sides, at least 5; the ResNet form halves three times
    blocks          residual blocks of the ResNet form
    bottleneck      channels within the networks of the feature transformation
    even            whether the decoder has instance norm as well. That takes from a picture how bright and
                    colourful it is as a whole, which guides often decide; our small forms have none there.
    """

    form: Form = "resnet"
    conditioning: Conditioning = "bft"
    input_channels: int = 3
    guide_channels: int = 18
    output_channels: int = 3
    width: int = 64
    halvings: int = 7
    blocks: int = 9
    bottleneck: int = BOTTLENECK
    even: bool = True

    @property
    def multiple(self) -> int:
        """Heights and widths are multiples of this."""
        return 2 ** (self.halvings if self.form == "unet" else RESNET_LEVELS - 1)

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels of the encoders' levels."""
        levels = self.halvings if self.form == "unet" else RESNET_LEVELS
        return tuple(self.width * min(2**level, 8) for level in range(levels))


_TASKS = {
    "pose": GuidedConfig(guide_channels=18),
    "texture": GuidedConfig(form="unet", input_channels=1, guide_channels=4),
    "depth": GuidedConfig(input_channels=1, guide_channels=3, output_channels=1),
}


def configurations() -> dict[str, GuidedConfig]:
    """Every named configuration: "pose-bft", "texture-film" and so on, a task of the paper and a conditioning."""
    return {
        f"{task}-{conditioning}": GuidedConfig(**vars(config) | {"conditioning": conditioning})
        for task, config in _TASKS.items()
        for conditioning in CONDITIONINGS
    }


class GuidedPix2Pix(nn.Module):
    """Input and guide to a picture in [-1, 1]; all float (B, channels, H, W), sides multiples of config.multiple."""

    def __init__(self, config: GuidedConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config)
        deepest = config.widths[-1]
        self.fuse = nn.Conv2d(2 * deepest, deepest, 1) if config.conditioning == "features" else None
        self.decoder = UnetDecoder(config) if config.form == "unet" else ResnetDecoder(config)

    def forward(self, x: Tensor, guide: Tensor) -> Tensor:
        """Raises InputError when channels or sides do not fit the configuration."""
        self._check(x, guide)
        if self.config.conditioning == "input":
            x = torch.cat([x, guide], 1)
        levels, guide = self.encoder(x, guide)
        if self.fuse is not None:
            levels[-1] = self.fuse(torch.cat([levels[-1], guide], 1))
        return self.decoder(levels)

    def _check(self, x: Tensor, guide: Tensor) -> None:
        wanted = {"input": (x, self.config.input_channels), "guide": (guide, self.config.guide_channels)}
        for name, (tensor, channels) in wanted.items():
            if tensor.shape[1] != channels:
                raise InputError(f"The {name} has {tensor.shape[1]} channels where the model takes {channels}.")
        multiple = self.config.multiple
        if x.shape[2] % multiple or x.shape[3] % multiple or x.shape[2:] != guide.shape[2:]:
            raise InputError(
                f"The input is {tuple(x.shape[2:])} and the guide {tuple(guide.shape[2:])} in size; "
                f"give both the same height and width, multiples of {multiple}."
            )


class Encoder(nn.Module):
    """The input branch and, unless the two were concatenated, the guide branch, level by level."""

    def __init__(self, config: GuidedConfig) -> None:
        super().__init__()
        unet = config.form == "unet"
        self.joint = config.conditioning == "input"
        self.slope = SLOPE if unet else 0.0
        entering = config.input_channels + (config.guide_channels if self.joint else 0)
        branch = _unet_branch if unet else _resnet_branch
        self.input = branch(entering, config.widths)
        self.exchanges = nn.ModuleList(_exchanges(config))
        guide_levels = len(self.exchanges) if unet and config.conditioning != "features" else len(config.widths)
        self.guide = nn.ModuleList() if self.joint else branch(config.guide_channels, config.widths[:guide_levels])

    def forward(self, x: Tensor, guide: Tensor) -> tuple[list[Tensor], Tensor]:
        """The activated features of all levels of the input branch, and the last ones of the guide branch."""
        levels = []
        for number, enter in enumerate(self.input):
            x = enter(x)
            if number < len(self.guide):
                guide = self.guide[number](guide)
            if number < len(self.exchanges):
                x, guide = self._meet(self.exchanges[number], x, guide)
            x, guide = F.leaky_relu(x, self.slope), guide if self.joint else F.leaky_relu(guide, self.slope)
            levels.append(x)
        return levels, guide

    def _meet(self, exchange: nn.Module, x: Tensor, guide: Tensor) -> tuple[Tensor, Tensor]:
        if isinstance(exchange, nn.Identity):
            return x, guide
        return (F.instance_norm(x), guide) if self.joint else exchange(x, guide)


class ResidualBlock(nn.Module):
    """x + IN(conv(ReLU(IN(conv(x))))), borders reflected. Float (B, C, H, W), H and W at least 2."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv0 = nn.Conv2d(channels, channels, 3)
        self.conv1 = nn.Conv2d(channels, channels, 3)

    def forward(self, x: Tensor) -> Tensor:
        hidden = F.relu(F.instance_norm(self.conv0(_reflect(x, 1))))
        return x + F.instance_norm(self.conv1(_reflect(hidden, 1)))


class ResnetDecoder(nn.Module):
    """Residual blocks on the deepest level, three doublings, tanh."""

    def __init__(self, config: GuidedConfig) -> None:
        super().__init__()
        widths = config.widths[::-1]
        self.blocks = nn.Sequential(*(ResidualBlock(widths[0]) for _ in range(config.blocks)))
        self.up = nn.Sequential(*(_Doubled(before, after, config.even) for before, after in pairwise(widths)))
        self.paint = nn.Conv2d(widths[-1], config.output_channels, 7)

    def forward(self, levels: list[Tensor]) -> Tensor:
        return self.paint(_reflect(self.up(self.blocks(levels[-1])), 3)).tanh()


class _Doubled(nn.Module):
    """Transposed convolution to twice the sides, IN where `even`, ReLU."""

    def __init__(self, channels_in: int, channels_out: int, even: bool) -> None:
        super().__init__()
        self.conv = nn.ConvTranspose2d(channels_in, channels_out, 3, 2, 1, output_padding=1)
        self.even = even

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        return F.relu(F.instance_norm(x) if self.even else x)


class UnetDecoder(nn.Module):
    """From the deepest level to the picture; each doubling also gets the encoder's features of its size."""

    def __init__(self, config: GuidedConfig) -> None:
        super().__init__()
        widths = config.widths[::-1]
        outputs = (*widths[1:], config.output_channels)
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(width if number == 0 else 2 * width, output, 4, 2, 1)
            for number, (width, output) in enumerate(zip(widths, outputs, strict=True))
        )
        self.norms = nn.ModuleList(nn.InstanceNorm2d(w) if config.even else nn.Identity() for w in outputs[:-1])

    def forward(self, levels: list[Tensor]) -> Tensor:
        x = self.up[0](F.relu(levels[-1]))
        for norm, up, skip in zip(self.norms, self.up[1:], levels[-2::-1], strict=True):
            x = up(F.relu(torch.cat([skip, norm(x)], 1)))
        return x.tanh()


def _reflect(x: Tensor, margin: int) -> Tensor:
    return F.pad(x, (margin,) * 4, mode="reflect")


def _resnet_branch(channels: int, widths: tuple[int, ...]) -> nn.ModuleList:
    enter = nn.Sequential(nn.ReflectionPad2d(3), nn.Conv2d(channels, widths[0], 7))
    return nn.ModuleList([enter, *(nn.Conv2d(before, after, 3, 2, 1) for before, after in pairwise(widths))])


def _unet_branch(channels: int, widths: tuple[int, ...]) -> nn.ModuleList:
    return nn.ModuleList(nn.Conv2d(before, after, 4, 2, 1) for before, after in pairwise((channels, *widths)))


def _exchanges(config: GuidedConfig) -> list[nn.Module]:
    """One a level. The U-Net form has none at the outermost and the innermost level; the last one of the
    ResNet form leaves the guide alone, as nothing comes after it."""

    def exchange(width: int, last: bool) -> Exchange:
        to_input = config.conditioning in ("bft", "uft", "film")
        to_guide, pooled = config.conditioning == "bft" and not last, config.conditioning == "film"
        return Exchange(width, to_input, to_guide, pooled, config.bottleneck)

    widths = config.widths
    if config.form == "resnet":
        return [exchange(width, level == len(widths) - 1) for level, width in enumerate(widths)]
    return [nn.Identity(), *(exchange(width, level == len(widths) - 3) for level, width in enumerate(widths[1:-1]))]
