"""CoCosNet v2: full-resolution correspondence learning for image translation (Zhou et al., CVPR 2021).

Condition and exemplar meet in a pyramid of four levels. On the coarsest, every position is compared
with every other; each finer level starts from the match of the one before and refines it with
GRU-assisted PatchMatch (correspondence/patchmatch.py). The warps of all levels condition a SPADE
generator. The parts bear the names of the published weights. Any size will do whose sides are
multiples of 32; the published weights were trained at 512×512.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.correspondence.dense import DenseMatch, attend_densely, match_densely
from engine.correspondence.offset_update import UpdateWidths
from engine.correspondence.patchmatch import GruPatchMatch, Offsets, PatchMatchConfig, Step, as_rows, to_offsets
from engine.errors import InputError
from engine.layers.convolution import laid_out
from engine.layers.instance_norm import InstanceNorm
from engine.layers.residual import PreluResidualBlock
from engine.layers.spectral import SpectralConv2d
from engine.layers.strips import StripedSpadeResidualBlock

PONO_EPSILON = 1e-8
UNIT_EPSILON = 1e-10
SLOPE = 0.2
LEVELS = 4
COARSEST = 8  # stride of the level that is matched densely
MULTIPLE = 32  # the generator starts from a grid of this stride
WINDOW = 4  # candidates at first: WINDOW × WINDOW positions around the match of the level before
DILATION = 2

Observer = Callable[[int, int, Step], None]  # called with level, iteration and what was found


@dataclass(frozen=True)
class CocosNet2Config:
    """condition_channels  of the label tensor
    extractor_width     channels of the extractors at full size; also the length of compared features
    generator_width     channels of the generator at full size
    patchmatch          of the three finer levels; its `dims` are the extractors' width
    modulation_width    channels of each SPADE between its condition and what it makes of it
    patch               side in pixels of what the finest level matches: the extractors see a picture as much smaller
    matching            of the finer levels: GRU-assisted PatchMatch, or every position with every other
    """

    condition_channels: int = 20
    extractor_width: int = 32
    generator_width: int = 64
    patchmatch: PatchMatchConfig = field(default_factory=PatchMatchConfig)
    modulation_width: int = 128
    patch: int = 1
    matching: Literal["patchmatch", "dense"] = "patchmatch"


def configurations(condition_channels: int = 20) -> dict[str, CocosNet2Config]:
    """Every named configuration.

    published    as released
    trainable    the GRU gets a gradient
    dense        without PatchMatch, as a re-implementer built it for 128×128: dense attention at all four levels
    small, small-dense   trainable and dense for training on one core: narrow, patches of 2×2 pixels
    """
    published = CocosNet2Config(condition_channels)
    search = PatchMatchConfig(dims=16, candidates=4, iterations=3, trainable=True, widths=UpdateWidths(16, 16))
    small = CocosNet2Config(condition_channels, 16, 8, search, modulation_width=16, patch=2)
    return {
        "published": published,
        "trainable": replace(published, patchmatch=PatchMatchConfig(trainable=True)),
        "dense": replace(published, matching="dense"),
        "small": small,
        "small-dense": replace(small, matching="dense"),
    }


@dataclass(frozen=True)
class PyramidMatch:
    """What the correspondence network found, coarsest level first.

    dense    the match of the coarsest level
    matches  index int64 (B, h, w, K) of the three finer levels, row by row into the exemplar at their size; none
             where these are matched densely
    warps    float (B, 3, h, w) of all four levels, [-1, 1]; the finest has the size of the condition
    finest   the candidates of the finest level, None where it is matched densely
    """

    dense: DenseMatch
    matches: tuple[Tensor, ...]
    warps: tuple[Tensor, ...]
    finest: Offsets | None


class CocosNet2(nn.Module):
    """Condition, exemplar and its condition to a picture."""

    def __init__(self, config: CocosNet2Config) -> None:
        super().__init__()
        self.config = config
        self.netCorr = Correspondence(config)
        self.netG = Generator(config)
        self.to(memory_format=torch.channels_last)

    def forward(self, condition: Tensor, exemplar: Tensor, exemplar_condition: Tensor) -> Tensor:
        """All float (B, C, H, W), the exemplar in [-1, 1]. Returns (B, 3, H, W) in [-1, 1]."""
        return self.netG(self.netCorr(condition, exemplar, exemplar_condition).warps, condition)


class FeaturePyramid(nn.Module):
    """A U-Net into the shared domain; features at strides 8, 4, 2, 1 of 4, 4, 2, 1 times `width` channels (sec. 3.1).

    Its decoder is modulated by the very input (B, C, H, W).
    """

    def __init__(self, channels: int, width: int, hidden: int) -> None:
        super().__init__()
        self.layer1 = _spectral(channels, width)
        self.layer2 = nn.Sequential(_spectral(width, 2 * width), PreluResidualBlock(2 * width))
        self.layer3 = nn.Sequential(_spectral(2 * width, 4 * width, 2), PreluResidualBlock(4 * width))
        self.layer4 = nn.Sequential(_spectral(4 * width, 4 * width, 2), PreluResidualBlock(4 * width))
        self.layer5 = nn.Sequential(_spectral(4 * width, 4 * width, 2), PreluResidualBlock(4 * width))
        self.head_0 = _block(4 * width, 4 * width, channels, hidden)
        self.G_middle_0 = _block(4 * width, 4 * width, channels, hidden)
        self.G_middle_1 = _block(4 * width, 2 * width, channels, hidden)
        self.G_middle_2 = _block(2 * width, width, channels, hidden)

    def forward(self, x: Tensor) -> list[Tensor]:
        full = self.layer2(F.leaky_relu(self.layer1(x), SLOPE))
        half = self.layer3(F.leaky_relu(full, SLOPE))
        quarter = self.layer4(F.leaky_relu(half, SLOPE))
        eighth = self.layer5(F.leaky_relu(quarter, SLOPE))
        features = [self.head_0(eighth, x)]
        decoder = (self.G_middle_0, quarter), (self.G_middle_1, half), (self.G_middle_2, full)
        for block, skip in decoder:
            up = F.interpolate(features[-1], scale_factor=2, mode="bilinear", align_corners=True)
            features.append(block(up + skip, x))
        return features


class Correspondence(nn.Module):
    """The two extractors, the projections into the shared domain, and the coarse-to-fine matching (sec. 3.1, 3.2)."""

    def __init__(self, config: CocosNet2Config) -> None:
        super().__init__()
        self.config = config
        width = config.extractor_width
        self.adaptive_model_seg = FeaturePyramid(config.condition_channels, width, config.modulation_width)
        self.adaptive_model_img = FeaturePyramid(config.condition_channels + 3, width, config.modulation_width)
        for level, channels in enumerate((4 * width, 4 * width, 2 * width, width)):
            self.add_module(f"theta_{level}", nn.Conv2d(channels, width, 1))
            self.add_module(f"phi_{level}", nn.Conv2d(channels, width, 1))
        if config.matching == "patchmatch":
            self.patch_match = GruPatchMatch(config.patchmatch)

    def forward(
        self,
        condition: Tensor,
        exemplar: Tensor,
        exemplar_condition: Tensor,
        generator: torch.Generator | None = None,
        observe: Observer | None = None,
    ) -> PyramidMatch:
        """Match all levels.

        condition, exemplar_condition (B, condition_channels, H, W), exemplar (B, 3, H, W) in [-1, 1].
        generator: as in GruPatchMatch. observe: called with level, iteration and Step of each.
        Raises InputError when channels or sizes do not fit.
        """
        self.check(condition, exemplar, exemplar_condition)
        thetas, phis = self.condition_features(condition), self.exemplar_features(exemplar, exemplar_condition)
        return self.match(thetas, phis, exemplar, generator, observe)

    def match(
        self,
        thetas: list[Tensor],
        phis: list[Tensor],
        exemplar: Tensor,
        generator: torch.Generator | None = None,
        observe: Observer | None = None,
    ) -> PyramidMatch:
        """Match all levels by features of unit length, coarsest first, of condition and exemplar (B, 3, H, W)."""
        values, temperature = values_of(exemplar, self.config.patch), self.config.patchmatch.temperature
        dense = match_densely(thetas[0], phis[0], values[0], temperature)
        index, matches, warps, offsets = dense.index, [], [dense.warp], None
        for level in range(1, LEVELS):
            queries, keys = thetas[level], phis[level]
            if self.config.matching == "dense":
                warps.append(attend_densely(queries, keys, values[level], temperature))
                continue
            watch = None if observe is None else lambda number, step, level=level: observe(level, number, step)
            offsets = self.patch_match.search(queries, keys, offsets_around(index), generator, watch)
            warps.append(self.patch_match.warp(as_rows(queries), as_rows(keys), values[level], offsets))
            matches.append(self.patch_match.nearest(offsets))
            index = matches[-1][..., 0]
        warps[-1] = F.pixel_shuffle(warps[-1], self.config.patch)
        return PyramidMatch(dense, tuple(matches), tuple(warps), offsets)

    def condition_features(self, condition: Tensor) -> list[Tensor]:
        """Features of unit length of a condition (B, condition_channels, H, W), level by level."""
        return self._projected(self.adaptive_model_seg, condition, "theta")

    def exemplar_features(self, exemplar: Tensor, exemplar_condition: Tensor) -> list[Tensor]:
        """Those of an exemplar (B, 3, H, W) with its condition, which they are compared with."""
        return self._projected(self.adaptive_model_img, torch.cat([exemplar, exemplar_condition], 1), "phi")

    def _projected(self, extractor: FeaturePyramid, x: Tensor, name: str) -> list[Tensor]:
        x = laid_out(pooled(x, self.config.patch), extractor.layer1[0].weight)
        projected = []
        for level, features in enumerate(extractor(x)):
            shared = self.get_submodule(f"{name}_{level}")(_unit(features))
            unit = _unit(shared - shared.mean(1, keepdim=True))
            projected.append(unit.contiguous(memory_format=torch.channels_last))  # read row by row
        return projected

    def check(self, condition: Tensor, exemplar: Tensor, exemplar_condition: Tensor) -> None:
        """Raises InputError when channels or sizes do not fit."""
        channels = self.config.condition_channels
        given = {"condition": condition, "exemplar's condition": exemplar_condition}
        for name, tensor in given.items():
            if tensor.shape[1] != channels:
                raise InputError(f"The {name} has {tensor.shape[1]} channels where the model takes {channels}.")
        sizes = {tuple(x.shape[2:]) for x in (condition, exemplar, exemplar_condition)}
        if len(sizes) > 1 or any(side % MULTIPLE for side in condition.shape[2:]):
            raise InputError(
                f"The sizes are {sorted(sizes)}; condition, exemplar and the exemplar's condition "
                f"need the same height and width, multiples of {MULTIPLE}."
            )


class Generator(nn.Module):
    """From a grid of stride 32 to the picture, modulated by all warps and the condition at every scale (sec. 3.3)."""

    def __init__(self, config: CocosNet2Config) -> None:
        super().__init__()
        width = config.generator_width
        conditions = 3 * LEVELS + config.condition_channels
        self.fc = nn.Conv2d(conditions, 8 * width, 3, padding=1)
        hidden = config.modulation_width
        self.head_0 = _block(8 * width, 8 * width, conditions, hidden)
        self.G_middle_0 = _block(8 * width, 8 * width, conditions, hidden)
        self.G_middle_1 = _block(8 * width, 8 * width, conditions, hidden)
        self.up_0 = _block(8 * width, 8 * width, conditions, hidden)
        self.up_1 = _block(8 * width, 4 * width, conditions, hidden)
        self.up_2 = _block(4 * width, 2 * width, conditions, hidden)
        self.up_3 = _block(2 * width, width, conditions, hidden)
        self.conv_img = nn.Conv2d(width, 3, 3, padding=1)

    def forward(self, warps: tuple[Tensor, ...], condition: Tensor) -> Tensor:
        """warps float (B, 3, h, w) of any sizes, coarsest first; condition (B, C, H, W). Returns (B, 3, H, W)."""
        size = condition.shape[2:]
        guide = torch.cat([*(F.interpolate(warp, size=size) for warp in warps), condition], 1)
        guide = laid_out(guide, self.fc.weight)
        x = self.fc(F.interpolate(guide, size=(size[0] // MULTIPLE, size[1] // MULTIPLE)))
        x = self.G_middle_0(_double(self.head_0(x, guide)), guide)
        x = self.G_middle_1(x, guide)
        for block in (self.up_0, self.up_1, self.up_2, self.up_3):
            x = block(_double(x), guide)
        return self.conv_img(F.leaky_relu(x, SLOPE)).tanh()


def values_of(exemplar: Tensor, patch: int) -> list[Tensor]:
    """What each level warps, coarsest first: the exemplar (B, 3, H, W), averaged; at the finest all its pixels.

    There a position holds a patch of them: (B, 3 * patch * patch, H / patch, W / patch).
    """
    small = [F.avg_pool2d(exemplar, patch * 2 ** (LEVELS - 1 - level)) for level in range(LEVELS - 1)]
    return [*small, F.pixel_unshuffle(exemplar, patch)]


def pooled(x: Tensor, cell: int) -> Tensor:
    """Means of square cells; x itself where a cell is one pixel."""
    return x if cell == 1 else F.avg_pool2d(x, cell)


@torch.no_grad()
def offsets_around(index: Tensor) -> Offsets:
    """The first candidates of a level, from the match of the level before.

    index: int64 (B, h, w) into the h * w positions of that level. Returns offsets (B, 2h, 2w, 16): a
    dilated window around the doubled match, the same for the four positions that share a parent.
    """
    parents = to_offsets(index.unsqueeze(3))
    steps = (torch.arange(WINDOW, device=index.device, dtype=torch.float32) - 1) * DILATION
    down, right = steps.repeat_interleave(WINDOW), steps.repeat(WINDOW)
    return Offsets(_finer(2 * parents.down + down), _finer(2 * parents.right + right))


def _finer(x: Tensor) -> Tensor:
    return x.repeat_interleave(2, dim=1).repeat_interleave(2, dim=2)


def _double(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2, mode="nearest")


def _unit(x: Tensor) -> Tensor:
    return x / (x.square().sum(1, keepdim=True).sqrt() + UNIT_EPSILON)


def _spectral(channels_in: int, channels_out: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(SpectralConv2d(channels_in, channels_out, 3, stride, 1, bias=False), InstanceNorm())


def _block(channels_in: int, channels_out: int, condition_channels: int, hidden: int) -> StripedSpadeResidualBlock:
    return StripedSpadeResidualBlock(channels_in, channels_out, condition_channels, eps=PONO_EPSILON, hidden=hidden)
