"""CoCosNet: cross-domain correspondence and exemplar-based translation (Zhang et al., CVPR 2020), as released.

Two adaptors bring condition and exemplar into one space, where every position of the condition takes a
softmax over all positions of the exemplar; the exemplar warped by it, with the condition, conditions a
SPADE generator. The four published configurations (ade20k, celebahq, celebahqedge, deepfashion) differ
by options only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.correspondence.patch_correlation import PatchCorrelation
from engine.layers.instance_norm import InstanceResidualBlock
from engine.layers.spade import resized
from engine.models.published.adaptor import Adaptor
from engine.models.published.arrays import read_case
from engine.models.published.configurations import COCOSNET, find_configuration
from engine.models.published.features import coordinates, unit_length
from engine.models.published.options import Options, read_options
from engine.models.published.recording import Recorder
from engine.models.published.spade_generator import SpadeGenerator

NOISE = 0.01  # deviation of what replaces the exemplar's condition
MASK_STEP = 4  # of the published numbers of the warped condition


@dataclass(frozen=True)
class Matched:
    """What the correspondence found, on its grid of h × w positions.

    warp         float (B, 3, H, W): the exemplar, warped and enlarged to the condition's size
    warped_mask  float (B, C, h, w): the exemplar's condition, warped, where that was asked for
    index        int64 (B, h * w): the position of the exemplar that matches best, row by row
    probability  float (B, h * w): its weight
    margin       float (B, h * w): its logit less the second best
    """

    warp: Tensor
    warped_mask: Tensor | None
    index: Tensor
    probability: Tensor
    margin: Tensor


class Correspondence(nn.Module):
    """The authors' netCorr."""

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.options = options
        self.adaptive_model_seg = Adaptor(options, options.semantic_nc)
        self.adaptive_model_img = Adaptor(options, 3)
        mixed = options.features + options.maskmix * options.semantic_nc + options.use_coordconv * 3
        self.layer = nn.Sequential(*(InstanceResidualBlock(mixed) for _ in range(4)))
        self.phi = nn.Conv2d(mixed, options.features, 1)
        self.theta = nn.Conv2d(mixed, options.features, 1)

    def forward(self, condition: Tensor, photo: Tensor, photo_condition: Tensor, with_mask: bool = False) -> Matched:
        """condition, photo_condition float (B, C, H, W), photo float (B, 3, H, W) in [-1, 1]."""
        queries = self.queries(condition, self.condition_features(condition))
        keys = self.keys(photo_condition, self.photo_features(photo))
        return self.match(queries, keys, self.values(photo), photo_condition if with_mask else None)

    def match(self, queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None = None) -> Matched:
        """Each query takes of `values`, and of the exemplar's condition `mask` where that is given, by its keys."""
        channels, with_mask = values.shape[1], mask is not None
        if mask is not None:
            values = torch.cat([values, resized(mask, keys.shape[2:])], dim=1)
        parts = [self._match(*each) for each in zip(queries, keys, values, strict=True)]
        warped, index, probability, margin = (torch.stack(part) for part in zip(*parts, strict=True))
        warped = warped.view(len(warped), *queries.shape[2:], -1).permute(0, 3, 1, 2)
        mask = warped[:, channels:] if with_mask else None
        return Matched(self.enlarged(warped[:, :channels]), mask, index, probability, margin)

    def condition_features(self, condition: Tensor) -> Tensor:
        """A condition in the shared space, float (B, features, h, w), of unit length."""
        return unit_length(self.adaptive_model_seg(condition))

    def photo_features(self, photo: Tensor) -> Tensor:
        """A photo in the shared space, float (B, features, h, w), of unit length."""
        return unit_length(self.adaptive_model_img(photo))

    def queries(self, condition: Tensor, features: Tensor) -> Tensor:
        """What is looked for, float (B, features, h, w)."""
        return self.theta(self.layer(self._mixed(features, condition)))

    def keys(self, photo_condition: Tensor, features: Tensor) -> Tensor:
        """What it is compared with, float (B, features, h, w)."""
        mask = resized(photo_condition, features.shape[2:])
        mask = self._noise(mask) if self.options.noise_for_mask else mask
        return self.phi(self.layer(self._mixed(features, mask)))

    def _mixed(self, features: Tensor, condition: Tensor) -> Tensor:
        parts = [features]
        if self.options.use_coordconv:
            parts.append(coordinates(features))
        if self.options.maskmix:
            parts.append(resized(condition, features.shape[2:]))
        return torch.cat(parts, dim=1) if len(parts) > 1 else features

    @staticmethod
    def _noise(mask: Tensor) -> Tensor:
        """Noise as large as `mask`, always the same."""
        return NOISE * torch.randn(mask.shape, generator=torch.Generator().manual_seed(0)).to(mask)

    def values(self, photo: Tensor) -> Tensor:
        """What is warped: the photo's mean colours on the grid, or its patches of pixels."""
        stride = self.options.warp_stride
        return F.pixel_unshuffle(photo, stride) if self.options.warp_patch else F.avg_pool2d(photo, stride)

    def enlarged(self, warped: Tensor) -> Tensor:
        """Warped `values`, float (B, V, h, w), as a picture (B, 3, H, W)."""
        stride = self.options.warp_stride
        if self.options.warp_patch:
            return F.pixel_shuffle(warped, stride)
        if self.options.warp_bilinear:
            return F.interpolate(warped, scale_factor=float(stride), mode="bilinear", align_corners=False)
        return F.interpolate(warped, scale_factor=float(stride), mode="nearest")

    def _match(self, queries: Tensor, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """queries (C, h, w), keys (C, h', w'), values (V, h', w') -> warped (h * w, V), index, probability, margin."""
        colours = values.flatten(1).T
        parts = []
        for _, logits in PatchCorrelation(queries, keys, self.options.match_kernel).chunks():
            weights = logits.softmax(1)
            best, index = logits.max(1, keepdim=True)
            second = logits.scatter(1, index, -torch.inf).amax(1, keepdim=True)
            parts.append((weights @ colours, index[:, 0], weights.gather(1, index)[:, 0], (best - second)[:, 0]))
        return tuple(torch.cat(part) for part in zip(*parts, strict=True))


class CoCosNet(nn.Module):
    """netCorr and netG; see `Correspondence` and `SpadeGenerator`."""

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.options = options
        channels = {"warp": 3, "mask": options.semantic_nc, "warp_mask": 3 + options.semantic_nc}
        self.netCorr = Correspondence(options)
        self.netG = SpadeGenerator(options, channels[options.CBN_intype])

    def forward(
        self, condition: Tensor, photo: Tensor, photo_condition: Tensor, with_mask: bool = False
    ) -> tuple[Tensor, Matched]:
        """The picture (B, 3, H, W) in (-1, 1) and the match; arguments as of `Correspondence`."""
        matched = self.netCorr(condition, photo, photo_condition, with_mask)
        return self.picture(condition, matched.warp), matched

    def picture(self, condition: Tensor, warp: Tensor) -> Tensor:
        """What the generator makes of them, (B, 3, H, W) in (-1, 1)."""
        parts = {"warp": [warp], "mask": [condition], "warp_mask": [warp, condition]}
        return self.netG(torch.cat(parts[self.options.CBN_intype], dim=1))

    @torch.inference_mode()
    def reference_forward(self, *, features: bool = False, **arrays: np.ndarray) -> dict[str, Tensor]:
        """Run the stored inputs of a published case: `in_*` arrays in, `out_*` arrays by the same names out.

        in_ref_image_u8 uint8 (3, H, W); in_label_ids and in_label_ref_ids (H, W), with in_label_glasses and
        in_label_ref_glasses where there are any, or in_label_u8 and in_label_ref_u8 (C, H, W). With `features`
        the `feat_*` arrays too. Raises InputError for arrays that are missing or do not fit.
        """
        inputs = read_case(arrays, self.options.semantic_nc, self.netG.fc.weight.device)
        with Recorder(self._recorded() if features else {}) as recorder:
            picture, matched = self(*inputs, with_mask=True)
        results = {
            "out_fake_image": picture[0],
            "out_warp_out": matched.warp[0],
            "out_warp_mask_sub": matched.warped_mask[0, :, ::MASK_STEP, ::MASK_STEP],
            "out_match_index": matched.index[0],
            "out_match_prob": matched.probability[0],
            "out_match_logit_margin": matched.margin[0],
        }
        return results | {f"feat_{name}": array for name, array in recorder.arrays.items()}

    def _recorded(self) -> dict[nn.Module, tuple[str, ...]]:
        corr, generator = self.netCorr, self.netG
        once = ["adaptive_model_seg.layer1", "adaptive_model_seg.layer5", "adaptive_model_seg.head_0"]
        once += ["adaptive_model_seg", "adaptive_model_img", "theta", "phi"]
        stages = ["fc", "head_0", "up_0", "up_1", "up_3", "conv_img"] + ["attn"] * (generator.attn is not None)
        return (
            {corr.get_submodule(name): (f"corr.{name}",) for name in once}
            | {corr.layer: ("corr.layer.seg", "corr.layer.ref")}
            | {generator.get_submodule(name): (f"G.{name}",) for name in stages}
        )


def build(options: Mapping[str, Any]) -> CoCosNet:
    """The networks for the authors' `options`, weights not set. Raises InputError for options that do not fit."""
    return CoCosNet(read_options(options, netG="spade"))


def guess_options(state_dicts: Mapping[str, Mapping[str, Tensor]]) -> Mapping[str, Any]:
    """The authors' configuration that the weights are of; raises InputError when there is none."""
    return find_configuration(COCOSNET, state_dicts)
