"""RABIT as its authors released it (Zhan et al., ECCV 2022): the ADE20K configuration.

What the release runs differs from the paper. In the place of the ranking of blocks stands a dense softmax
over all pairs of 64×64 blocks, and what a block attends to within is a mixture of all blocks by it. The
confidence map is one channel: the largest of a block's weights, against the mean of that over the picture.
Our own RABIT, which ranks, is engine/models/rabit.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.correspondence.patch_correlation import PatchCorrelation
from engine.layers.convolution import laid_out, planes_layout
from engine.layers.instance_norm import InstanceResidualBlock
from engine.layers.nonlocal_attention import NonLocalAttention
from engine.layers.spade import SLOPE, SpadeResidualBlock, resized
from engine.models.published.adaptor import AdaptorTrunk, conv_norm
from engine.models.published.arrays import read_case
from engine.models.published.configurations import RABIT, find_configuration
from engine.models.published.features import centred, coordinates, unit_length
from engine.models.published.options import Options, read_options
from engine.models.published.recording import Recorder, sampled
from engine.models.published.spade_generator import DOUBLINGS, enlarge

MATCHED = 256  # channels that are compared
UNUSED = 128  # channels of two convolutions that the release stores and never runs
BLOCK = 2  # side of a block, in positions of the fine grid
SHARPNESS = 1000.0  # of the attention within a block: one over its temperature
FINE = (MATCHED, 3, 128, 256)  # channels on the fine grid: keys, photo, second, third
COARSE = (512, 256, 3)  # channels on the grid of blocks: head, last, photo
MASK_STEP = 4  # blocks from one published number of the warped condition to the next


@dataclass(frozen=True)
class Pyramid:
    """Features of one side: second (B, 128) and third (B, 256) at stride 2, head (512) and last (256) at stride 4."""

    second: Tensor
    third: Tensor
    head: Tensor
    last: Tensor


@dataclass(frozen=True)
class Aligned:
    """What the alignment found, on grids of h × w blocks and 2h × 2w positions.

    warp64, warp128    float (B, 3, h, w) and (B, 3, 2h, 2w): the exemplar warped by blocks, and within them
    confidence         float (B, 1, h, w) in (0, 1)
    warped             features of the exemplar, warped
    index, best        int64 and float (B, h * w, 2): the two best blocks, row by row, and their weights
    dots               float (B, h * w, 4, 4): attention of a block's positions to those of its mixture
    warped_mask        float (B, C, h / 4, w / 4): the exemplar's condition, warped, at the first position of every
                       fourth block of every fourth row, where that was asked for
    """

    warp64: Tensor
    warp128: Tensor
    confidence: Tensor
    warped: Pyramid
    index: Tensor
    best: Tensor
    dots: Tensor
    warped_mask: Tensor | None


@dataclass(frozen=True)
class Side:
    """One side of the match: its pyramid, and what is compared, float (B, 256, h, w) by blocks and (B, 256, 2h, 2w)."""

    pyramid: Pyramid
    coarse: Tensor
    fine: Tensor


class Adaptor(AdaptorTrunk):
    """RABIT's adaptor: float (B, C, H, W) -> the pyramid's four features, and one of 256 channels at stride 2."""

    def __init__(self, options: Options, channels_in: int) -> None:
        super().__init__(options, channels_in, strided=True)
        features = options.features
        self.deeper2 = SpadeResidualBlock(features, features, channels_in, dilation=4, hidden=options.hidden)
        self.degridding0 = conv_norm(features, features, 3, dilation=2)

    def forward(self, condition: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        second, third, head, last = self.stages(condition)
        x = F.interpolate(last, scale_factor=2.0, mode="bilinear", align_corners=True)
        return second, third, head, last, self.degridding0(self.deeper2(x, condition))


class Alignment(nn.Module):
    """The authors' netCorr."""

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.options = options
        self.adaptive_model_seg = Adaptor(options, options.semantic_nc)
        self.adaptive_model_img = Adaptor(options, 3)
        mixed = options.features + options.semantic_nc + options.use_coordconv * 3
        self.layer = nn.Sequential(*(InstanceResidualBlock(mixed) for _ in range(4)))
        self.layer.layout = torch.channels_last  # blocks are chosen by it: Winograd's smaller, more exact tiles
        self.layer6 = nn.Sequential(*(InstanceResidualBlock(mixed) for _ in range(2)))
        self.phi, self.theta = nn.Conv2d(mixed, MATCHED, 1), nn.Conv2d(mixed, MATCHED, 1)
        self.phi6, self.theta6 = nn.Conv2d(mixed, MATCHED, 1), nn.Conv2d(mixed, MATCHED, 1)
        self.phi_conf, self.theta_conf = nn.Conv2d(mixed, UNUSED, 1), nn.Conv2d(mixed, UNUSED, 1)

    def forward(
        self, condition: Tensor, photo: Tensor, photo_condition: Tensor, with_mask: bool = False
    ) -> tuple[Pyramid, Aligned]:
        """The features of the condition, and the alignment.

        condition, photo_condition float (B, C, H, W), photo float (B, 3, H, W) in [-1, 1]; H and W multiples of 32.
        """
        queries, mask = self.condition_side(condition), photo_condition if with_mask else None
        return queries.pyramid, self.match(queries, self.photo_side(photo, photo_condition), photo, mask)

    def condition_side(self, condition: Tensor) -> Side:
        """What is known of a condition alone."""
        condition = self._laid_out(condition)
        *features, fine = self.adaptive_model_seg(condition)
        pyramid = Pyramid(*features)
        coarse = self.theta(self._coarse(pyramid.last, condition))
        return Side(pyramid, coarse, centred(self.theta6(self.layer6(self._mixed(fine, condition)))))

    def photo_side(self, photo: Tensor, photo_condition: Tensor) -> Side:
        """What is known of an exemplar alone."""
        photo, photo_condition = self._laid_out(photo), self._laid_out(photo_condition)
        *features, fine = self.adaptive_model_img(photo)
        pyramid = Pyramid(*features)
        coarse = self.phi(self._coarse(pyramid.last, photo_condition))
        return Side(pyramid, coarse, centred(self.phi6(self.layer6(self._mixed(fine, photo_condition)))))

    def match(self, queries: Side, keys: Side, photo: Tensor, mask: Tensor | None = None) -> Aligned:
        """The alignment of the two sides; the exemplar's condition `mask` is warped where it is given."""
        masks = [None] * len(photo) if mask is None else resized(mask, keys.fine.shape[2:])
        values = _values(photo, keys.fine, keys.pyramid)
        compared = zip(queries.coarse, keys.coarse, queries.fine, values, masks, strict=True)
        samples = [self._match(*each) for each in compared]
        return _aligned(samples, queries.coarse.shape[2:])

    def _laid_out(self, x: Tensor) -> Tensor:
        return laid_out(x, self.adaptive_model_seg.layer1[0].weight)

    def _coarse(self, features: Tensor, condition: Tensor) -> Tensor:
        return self.layer(laid_out(self._mixed(features, condition), self.layer[0].conv1.weight))

    def _mixed(self, features: Tensor, condition: Tensor) -> Tensor:
        parts = [unit_length(features)]
        if self.options.use_coordconv:
            parts.append(coordinates(features))
        return torch.cat([*parts, resized(condition, features.shape[2:])], dim=1)

    def _match(
        self, queries: Tensor, keys: Tensor, fine: Tensor, values: Tensor, mask: Tensor | None
    ) -> dict[str, Tensor]:
        """One sample: a few rows of blocks at a time, so that the weights of all pairs never stand in memory.

        queries, keys (256, h, w), fine (256, 2h, 2w), values (V, h * w), mask (C, 2h, 2w).
        """
        fine, masks = _blocks(fine), None if mask is None else _blocks(mask).flatten(0, 1)
        width = queries.shape[2]
        parts = []
        for rows, logits in PatchCorrelation(queries, keys, self.options.match_kernel).chunks():
            weights = logits.softmax(1)
            mixed, coarse = (values @ weights.T).split((BLOCK**2 * sum(FINE), sum(COARSE)))
            keys_within, values_within = mixed.unflatten(0, (-1, BLOCK**2)).split((MATCHED, sum(FINE[1:])))
            dots = _attention_within(fine[..., rows.start * width : rows.stop * width], keys_within)
            part = {"coarse": coarse, "fine": _attended(values_within, dots), "dots": dots} | _two_best(weights)
            if masks is not None:
                part["mask"] = _warped_mask(rows, weights, dots, masks, width)
            parts.append(part)
        return {name: torch.cat([part[name] for part in parts], dim=-1) for name in parts[0]}


class Generator(nn.Module):
    """The authors' netG: SPADE blocks conditioned on features of both sides, blended by the confidence."""

    def __init__(self, options: Options) -> None:
        super().__init__()
        width = options.ngf

        def block(channels_in: int, channels_out: int, condition_channels: int) -> SpadeResidualBlock:
            return SpadeResidualBlock(channels_in * width, channels_out * width, condition_channels)

        self.ref1_init = nn.Conv2d(3, options.semantic_nc, 3, padding=1)
        self.fc = nn.Conv2d(2 * 256, 16 * width, 3, padding=1)
        self.G_head_0 = block(16, 16, 256)
        self.G_middle_0 = block(16, 16, 256)
        self.G_middle_1 = block(16, 16, 512)
        self.G_up_0 = block(16, 8, 256)
        self.G_up_1 = block(8, 4, 256)
        self.attn = NonLocalAttention(4 * width, spectral=True)
        self.G_out_0 = block(4, 2, 128)
        self.G_out_1 = block(2, 1, options.semantic_nc)
        self.conv_img1 = nn.Conv2d(width, 3, 3, padding=1)

    def forward(self, condition: Tensor, features: Pyramid, aligned: Aligned) -> Tensor:
        """condition float (B, C, H, W), its features and the alignment. Returns the picture (B, 3, H, W) in (-1, 1)."""
        condition, warped, confidence = laid_out(condition, self.fc.weight), aligned.warped, aligned.confidence
        height, width = condition.shape[2:]
        root = torch.cat([features.last, warped.last], dim=1)
        last = _blend(features.last, warped.last, confidence)
        third = _blend(features.third, warped.third, confidence)
        x = self.G_head_0(self.fc(resized(root, (height // 2**DOUBLINGS, width // 2**DOUBLINGS))), last)
        x = self.G_middle_0(enlarge(x), last)
        x = self.G_middle_1(x, _blend(features.head, warped.head, confidence))
        x = self.G_up_0(enlarge(x), third)
        x = self.attn(self.G_up_1(enlarge(x), third))
        x = self.G_out_0(enlarge(x), _blend(features.second, warped.second, confidence))
        finest = resized(self.ref1_init(aligned.warp128), (height, width))
        x = self.G_out_1(enlarge(x), _blend(condition, finest, confidence))
        return torch.tanh(self.conv_img1(F.leaky_relu(x, SLOPE)))


class PublishedRabit(nn.Module):
    """netCorr and netG; see `Alignment` and `Generator`."""

    layout = planes_layout()

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.options = options
        self.netCorr = Alignment(options)
        self.netG = Generator(options)

    def forward(
        self, condition: Tensor, photo: Tensor, photo_condition: Tensor, with_mask: bool = False
    ) -> tuple[Tensor, Aligned]:
        """The picture (B, 3, H, W) in (-1, 1) and the alignment; arguments as of `Alignment`."""
        features, aligned = self.netCorr(condition, photo, photo_condition, with_mask)
        return self.netG(condition, features, aligned), aligned

    @torch.inference_mode()
    def reference_forward(self, *, features: bool = False, **arrays: np.ndarray) -> dict[str, Tensor]:
        """Run the stored inputs of a published case: `in_*` arrays in, `out_*` arrays by the same names out.

        in_ref_image_u8 uint8 (3, H, W), in_label_ids and in_label_ref_ids (H, W). With `features` the `feat_*`
        arrays too. Raises InputError for arrays that are missing or do not fit.
        """
        inputs = read_case(arrays, self.options.semantic_nc, self.netG.fc.weight.device)
        with Recorder(self._recorded() if features else {}) as recorder:
            picture, aligned = self(*inputs, with_mask=True)
        results = {
            "out_fake_image": picture[0],
            "out_warp64": aligned.warp64[0],
            "out_warp128": aligned.warp128[0],
            "out_conf_map": aligned.confidence[0, 0],
            "out_block_match_index": aligned.index[0, :, 0],
            "out_block_match_prob": aligned.best[0, :, 0],
            "out_block_match_prob2": aligned.best[0, :, 1],
            "out_ras_dots": aligned.dots[0],
            "out_warp_mask_sub": aligned.warped_mask[0],
        }
        if features:
            warped = aligned.warped
            planes = (aligned.warp128, warped.second, warped.third, warped.head, warped.last)
            results |= {f"feat_warped.y{number}": sampled(plane) for number, plane in enumerate(planes, 1)}
        return results | {f"feat_{name}": array for name, array in recorder.arrays.items()}

    def _recorded(self) -> dict[nn.Module, tuple[str, ...]]:
        corr = self.netCorr
        modules: dict[nn.Module, tuple[str, ...]] = {
            corr.layer: ("corr.layer.seg", "corr.layer.ref"),
            corr.layer6: ("corr.layer6.seg", "corr.layer6.ref"),
        }
        for side in ("adaptive_model_seg", "adaptive_model_img"):
            adaptor = corr.get_submodule(side)
            modules[adaptor] = tuple(f"corr.{side}.x{number}" for number in range(2, 7))
            if adaptor.attn is not None:
                modules[adaptor.attn] = (f"corr.{side}.attn",)
        modules |= {corr.get_submodule(name): (f"corr.{name}",) for name in ("theta", "phi", "theta6", "phi6")}
        return modules | {part: (f"G.{name}",) for name, part in self.netG.named_children() if name != "G_middle_0"}


def _values(photo: Tensor, fine_keys: Tensor, keys: Pyramid) -> Tensor:
    """All that is warped, as float (B, V, h * w): FINE, each channel's four positions together, then COARSE."""
    photo128, photo64 = resized(photo, fine_keys.shape[2:]), resized(photo, keys.last.shape[2:])
    fine = [F.pixel_unshuffle(x, BLOCK) for x in (fine_keys, photo128, keys.second, keys.third)]
    return torch.cat([*fine, keys.head, keys.last, photo64], dim=1).flatten(2)


def _blocks(x: Tensor) -> Tensor:
    """float (C, 2h, 2w) -> (C, 4, h * w)."""
    return F.pixel_unshuffle(x, BLOCK).flatten(1).unflatten(0, (-1, BLOCK**2))


def _attention_within(queries: Tensor, keys: Tensor) -> Tensor:
    """How much each position of a block takes from each of its mixture: (C, 4, n) and (C, 4, n) -> (4, 4, n)."""
    dots = torch.stack([(query.unsqueeze(1) * keys).sum(0) for query in queries.unbind(1)])
    return (dots * SHARPNESS).softmax(1)


def _attended(values: Tensor, dots: Tensor) -> Tensor:
    """What each position takes: values (V, 4, n) of the mixtures, weighted by dots (4, 4, n) -> (V, 4, n)."""
    return torch.stack([(values * shares).sum(1) for shares in dots], dim=1)


def _two_best(weights: Tensor) -> dict[str, Tensor]:
    """The two largest of each row of weights (n, N): (2, n)."""
    best, index = weights.topk(2, dim=1)
    return {"best": best.T, "index": index.T}


def _warped_mask(rows: slice, weights: Tensor, dots: Tensor, masks: Tensor, width: int) -> Tensor:
    """The exemplar's condition (C * 4, N) warped to the first position of every fourth block: (C, n / 16)."""
    first = -rows.start % MASK_STEP
    chosen = weights.unflatten(0, (-1, width))[first::MASK_STEP, ::MASK_STEP].flatten(0, 1)
    attention = dots[0].unflatten(1, (-1, width))[:, first::MASK_STEP, ::MASK_STEP].flatten(1)
    return ((masks @ chosen.T).unflatten(0, (-1, BLOCK**2)) * attention).sum(1)


def _aligned(samples: list[dict[str, Tensor]], size: torch.Size) -> Aligned:
    """What `Alignment._match` found for each sample, as maps; size: (h, w) of the grid of blocks."""
    found = {name: torch.stack([sample[name] for sample in samples]) for name in samples[0]}
    coarse, fine = (found[name].unflatten(-1, size) for name in ("coarse", "fine"))
    head, last, warp64 = coarse.split(COARSE, dim=1)
    warp128, second, third = F.pixel_shuffle(fine.flatten(1, 2), BLOCK).split(FINE[1:], dim=1)
    peak = found["best"][:, :1]
    small = [-(-side // MASK_STEP) for side in size]
    return Aligned(
        warp64=warp64,
        warp128=warp128,
        confidence=torch.sigmoid(peak - peak.mean(2, keepdim=True)).unflatten(2, size),
        warped=Pyramid(second, third, head, last),
        index=found["index"].transpose(1, 2),
        best=found["best"].transpose(1, 2),
        dots=found["dots"].permute(0, 3, 1, 2),
        warped_mask=found["mask"].unflatten(2, small) if "mask" in found else None,
    )


def _blend(condition: Tensor, warped: Tensor, confidence: Tensor) -> Tensor:
    """Warped features where the confidence (B, 1, h, w) is high, the condition's where it is low."""
    return torch.lerp(condition, warped, resized(confidence, condition.shape[2:]))


def build(options: Mapping[str, Any]) -> PublishedRabit:
    """The networks for the authors' `options`, weights not set. Raises InputError for options that do not fit."""
    return PublishedRabit(
        read_options(
            options,
            netG="seace",
            warp_stride=2,
            maskmix=True,
            warp_patch=False,
            warp_bilinear=False,
            noise_for_mask=False,
            correspondence="ot",
        )
    )


def guess_options(state_dicts: Mapping[str, Mapping[str, Tensor]]) -> Mapping[str, Any]:
    """The authors' configuration that the weights are of; raises InputError when there is none."""
    return find_configuration(RABIT, state_dicts)
