"""CoCosNet v2 (Zhou et al., CVPR 2021) as released: the authors' options, and the inputs of a published case.

The release draws at random, once an iteration, whether to propagate horizontally or vertically first;
here it is horizontally, so that the same input gives the same picture.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from engine.allocator import give_back_freed_memory
from engine.correspondence.patchmatch import PatchMatchConfig, Step
from engine.errors import InputError
from engine.layers.convolution import planes_layout
from engine.models import cocosnet2
from engine.models.cocosnet2 import COARSEST, LEVELS, CocosNet2Config, Observer, PyramidMatch
from engine.models.published.arrays import read_case
from engine.models.published.configurations import COCOSNET2, find_configuration
from engine.models.published.recording import Recorder, sampled
from engine.openmp import asleep_between_work

_FIXED = {  # what is built in, because the published script asks for it
    "netCorr": "NoVGGHPM",
    "netG": "spade",
    "PONO": True,
    "PONO_C": True,
    "match_kernel": 1,
    "norm_E": "spectralinstance",
    "norm_G": "spectralspadesyncbatch3x3",
    "featEnc_kernel": 3,
    "output_nc": 3,
}
_EXTRACTED = {
    "layer1": "layer1",
    "layer2": "layer2",
    "layer5": "layer5",
    "x6": "head_0",
    "x7": "G_middle_0",
    "x8": "G_middle_1",
    "x9": "G_middle_2",
}
_GENERATED = ("fc", "head_0", "G_middle_1", "up_0", "up_1", "up_2", "up_3", "conv_img")


class CocosNet2(cocosnet2.CocosNet2):
    """netCorr and netG, fed and read as the authors' program does."""

    layout = planes_layout()

    @torch.inference_mode()
    def reference_forward(self, *, features: bool = False, **arrays: np.ndarray) -> dict[str, Tensor]:
        """Run the stored inputs of a published case: `in_*` arrays in, `out_*` arrays by the same names out.

        in_ref_image_u8 uint8 (3, H, W), in_label_u8 and in_label_ref_u8 uint8 (C, H, W), sides multiples of 32.
        With `features` the `feat_*` arrays too. Raises InputError for arrays that are missing or do not fit.
        """
        channels = self.config.condition_channels
        condition, photo, photo_condition = read_case(arrays, channels, self.netG.fc.weight.device)
        self.netCorr.check(condition, photo, photo_condition)
        steps: dict[str, Tensor] = {}

        def observe(level: int, number: int, step: Step) -> None:
            if number in (0, self.config.patchmatch.iterations - 1):
                name = f"pm{_width(condition, level)}.iter{number}"
                steps.update({f"{name}.{part}": x for part, x in _of_step(step).items()})

        recorded = self._recorded(condition) if features else {}
        with asleep_between_work(), Recorder(recorded) as recorder:
            match = self._match(condition, photo, photo_condition, observe if features else None)
            give_back_freed_memory()
            picture = self.netG(match.warps, condition)
        results = {"out_fake_image": picture[0]} | _of_match(match)
        return results | {f"feat_{name}": x for name, x in (recorder.arrays | steps).items()}

    def _match(
        self, condition: Tensor, photo: Tensor, photo_condition: Tensor, observe: Observer | None
    ) -> PyramidMatch:
        """What `netCorr` returns for the same tensors, in less memory."""
        give_back_freed_memory()
        thetas = self.netCorr.condition_features(condition)
        phis = self.netCorr.exemplar_features(photo, photo_condition)
        give_back_freed_memory()
        return self.netCorr.match(thetas, phis, photo, observe=observe)

    def _recorded(self, condition: Tensor) -> dict[nn.Module, tuple[str, ...]]:
        corr = self.netCorr
        names = {
            getattr(corr, extractor).get_submodule(ours): (f"corr.{extractor}.{theirs}",)
            for extractor in ("adaptive_model_seg", "adaptive_model_img")
            for theirs, ours in _EXTRACTED.items()
        }
        projections = (f"{name}_{level}" for name in ("theta", "phi") for level in range(LEVELS))
        names |= {corr.get_submodule(name): (f"corr.{name}",) for name in projections}
        names |= {self.netG.get_submodule(name): (f"G.{name}",) for name in _GENERATED}
        hidden = tuple(f"pm{_width(condition, level)}.initial_hidden" for level in range(1, LEVELS))
        return names | {corr.patch_match.initial_layer: hidden}


def build(options: Mapping[str, Any]) -> CocosNet2:
    """The networks for the authors' `options`, weights not set. Raises InputError for options that do not fit."""
    for name, value in _FIXED.items():
        if options.get(name, value) != value:
            raise InputError(f"The option {name} is {options[name]!r}, but this model is built with {value!r} only.")
    width = options.get("nef", 32)
    patchmatch = PatchMatchConfig(
        dims=width, iterations=options.get("iteration_count", 5), temperature=options.get("temperature", 0.01)
    )
    channels = options.get("semantic_nc", options.get("label_nc", 20) + options.get("contain_dontcare_label", False))
    return CocosNet2(CocosNet2Config(channels, width, options.get("ngf", 64), patchmatch))


def guess_options(state_dicts: Mapping[str, Mapping[str, Tensor]]) -> Mapping[str, Any]:
    """The authors' configuration that the weights are of; raises InputError when there is none."""
    return find_configuration(COCOSNET2, state_dicts)


def _width(condition: Tensor, level: int) -> int:
    return condition.shape[3] * 2**level // COARSEST


def _of_match(match: PyramidMatch) -> dict[str, Tensor]:
    base = match.warps[0].shape[3]
    results = {f"out_warp_{warp.shape[3]}": warp[0] for warp in match.warps}
    results |= {
        f"out_match{base}_index": match.dense.index[0].flatten(),
        f"out_match{base}_prob": match.dense.best[0].flatten(),
        f"out_match{base}_prob2": match.dense.second[0].flatten(),
    }
    for index in match.matches:
        width = index.shape[2]
        results[f"out_match{width}_index_first"] = index[0, :, :, 0]
        results[f"out_match{width}_index_sub"] = index[0, :: width // base, :: width // base]
    return results


def _of_step(step: Step) -> dict[str, Tensor]:
    stride = max(1, step.hidden.shape[3] // 32)
    offsets = torch.stack([step.offsets.down[0], step.offsets.right[0]])[:, ::stride, ::stride]
    kept = step.scores.shape[3]
    return {
        "offsets_after_match": offsets.permute(0, 3, 1, 2),
        "corr": step.scores[0, ::stride, ::stride].permute(2, 0, 1),
        "hidden": sampled(step.hidden),
        "delta_x": sampled(step.change[:, :kept]),
        "delta_y": sampled(step.change[:, kept:]),
    }
