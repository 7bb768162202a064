"""Guided image-to-image translation (AlBahar and Huang, ICCV 2019) as released: names, options and inputs.

The authors' `G_bottleneck` networks read the guide and transform the input; `bottleneck` read the input
and transform the guide. Those of the last level are in every checkpoint though nothing uses them.
"""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from engine.errors import InputError
from engine.layers.feature_transformation import FeatureTransformation
from engine.models.guided_pix2pix import GuidedConfig, GuidedPix2Pix
from engine.models.published.aliases import aliased
from engine.models.published.recording import Recorder

FORMS = {"bFT_resnet": "resnet", "bFT_unet": "unet"}
HEAT_MAPS = 18  # channels of a guide that is a pose, fed as [0, 1]; every other guide is fed as [-1, 1]
_UNUSED = "unused:"
_ALPHA_BETA = (("alpha", "scale"), ("beta", "shift"))
_DIRECTIONS = (("G_", "input"), ("", "guide"))


class PublishedGuidedPix2Pix(nn.Module):
    """The authors' netG over our network, which does the work; the two share their convolutions."""

    def __init__(self, config: GuidedConfig) -> None:
        super().__init__()
        network = GuidedPix2Pix(config)
        self._unregistered = {"network": network}  # else every weight would be listed twice
        unused = FeatureTransformation(config.widths[-1])
        names = published_names(config)
        self.netG = aliased(
            {
                theirs: (unused if ours.startswith(_UNUSED) else network).get_submodule(ours.removeprefix(_UNUSED))
                for theirs, ours in names.items()
            }
        )

    def forward(self, x: Tensor, guide: Tensor) -> Tensor:
        """As of GuidedPix2Pix."""
        return self._unregistered["network"](x, guide)

    @torch.inference_mode()
    def reference_forward(self, *, features: bool = False, **arrays: np.ndarray) -> dict[str, Tensor]:
        """Run the stored inputs of a published case: `in_*` arrays in, `out_*` arrays by the same names out.

        in_input_u8, in_guide_u8: uint8 (C, H, W). Returns float "out_fake" (C, H, W) in [-1, 1]; with
        `features` also "feat_<module>". Raises InputError for arrays that are missing or do not fit.
        """
        x = self._read(arrays, "in_input_u8") * 2 - 1
        guide = self._read(arrays, "in_guide_u8")
        if guide.shape[1] != HEAT_MAPS:
            guide = guide * 2 - 1
        with Recorder(self._recorded() if features else {}) as recorder:
            fake = self(x, guide)
        return {"out_fake": fake[0]} | {f"feat_{name}": x for name, x in recorder.arrays.items()}

    def _read(self, arrays: Mapping[str, np.ndarray], name: str) -> Tensor:
        if name not in arrays or arrays[name].ndim != 3:
            raise InputError(f"{name} is needed, uint8 (C, H, W).")
        values = torch.from_numpy(np.ascontiguousarray(arrays[name]))[None].float() / 255
        return values.to(next(self.parameters()).device).contiguous(memory_format=torch.channels_last)

    def _recorded(self) -> dict[nn.Module, tuple[str, ...]]:
        network = self._unregistered["network"]
        inputs, guides, decoder = network.encoder.input, network.encoder.guide, network.decoder
        if network.config.form == "resnet":
            named = {
                "padding_in": inputs[0],
                "padding_g": guides[0],
                "conv1": inputs[1],
                "conv1_g": guides[1],
                "conv2": inputs[2],
                "conv3": inputs[3],
                "conv3_g": guides[3],
                "resnet": decoder.blocks,
                "pre_decoder": decoder.up,
            }
        else:
            named = {f"downconv{number + 1}": inputs[number] for number in range(4)}
            named |= {"G_downconv1": guides[0], "G_downconv4": guides[3], "downconv5": inputs[-1]}
            named |= {"upconv1": decoder.norms[0]}
            named |= {f"upconv{number}": decoder.norms[number - 5] for number in range(2, 5)}
        return {module: (name,) for name, module in named.items()}


def build(options: Mapping[str, Any]) -> PublishedGuidedPix2Pix:
    """The network for the authors' `options`, weights not set. Raises InputError for options that do not fit."""
    form = FORMS.get(options.get("netG", ""))
    if form is None:
        raise InputError(f"The option netG is {options.get('netG')!r}; choose one of: {', '.join(FORMS)}.")
    if options.get("norm", "instance") != "instance":
        raise InputError(f"The option norm is {options['norm']!r}, but this model is built with 'instance' only.")
    for name in ("input_nc", "guide_nc", "output_nc"):
        if not isinstance(options.get(name), int):
            raise InputError(f"The option {name} is {options.get(name)!r}; it must be a whole number.")
    if options.get("n_layers", 8) < 5:
        raise InputError(f"The option n_layers is {options['n_layers']}; it must be at least 5.")
    return PublishedGuidedPix2Pix(
        GuidedConfig(
            form=form,
            conditioning="bft",
            input_channels=options["input_nc"],
            guide_channels=options["guide_nc"],
            output_channels=options["output_nc"],
            width=options.get("ngf", 64),
            halvings=options.get("n_layers", 8),
        )
    )


def published_names(config: GuidedConfig) -> dict[str, str]:
    """Their module names -> ours; a leading _UNUSED marks those that stand in every checkpoint for nothing."""
    return dict(_resnet_names(config.blocks) if config.form == "resnet" else _unet_names(config.halvings - 5))


def _resnet_names(blocks: int) -> Iterator[tuple[str, str]]:
    yield "padding_in.1", "encoder.input.0.1"
    yield "padding_g.1", "encoder.guide.0.1"
    for number in range(1, 4):
        yield f"conv{number}", f"encoder.input.{number}"
        yield f"conv{number}_g", f"encoder.guide.{number}"
        yield f"pre_decoder.{3 * number - 3}", f"decoder.up.{number - 1}.conv"
    for level, part in product(range(4), (0, 2)):
        for (prefix, side), (theirs, ours) in product(_DIRECTIONS, _ALPHA_BETA):
            used = level < 3 or side == "input"
            name = f"encoder.exchanges.{level}.{side}.{ours}.{part}"
            yield f"{prefix}bottleneck_{theirs}_{level + 1}.{part}", name if used else f"{_UNUSED}{ours}.{part}"
    for number in range(blocks):
        yield f"resnet.{number}.conv_block.1", f"decoder.blocks.{number}.conv0"
        yield f"resnet.{number}.conv_block.5", f"decoder.blocks.{number}.conv1"
    yield "decoder.1", "decoder.paint"


def _unet_names(extra: int) -> Iterator[tuple[str, str]]:
    """`extra`: levels of the U-Net beyond five; they are numbered inside one module of theirs."""
    for prefix, side in (("", "input"), ("G_", "guide")):
        yield f"{prefix}downconv1.0", f"encoder.{side}.0"
        for level in range(1, 4):
            yield f"{prefix}downconv{level + 1}.1", f"encoder.{side}.{level}"
        for number in range(extra):
            yield f"{prefix}downconv.{2 * number + 1}", f"encoder.{side}.{4 + number}"
    yield "downconv5.1", f"encoder.input.{4 + extra}"
    for part, (prefix, side), (theirs, ours) in product((0, 2), _DIRECTIONS, _ALPHA_BETA):
        for level in range(1, 4):
            name = f"encoder.exchanges.{level}.{side}.{ours}.{part}"
            used = side == "input" or level < 3 or extra
            yield f"{prefix}bottleneck_{theirs}_{level + 1}.{part}", name if used else f"{_UNUSED}{ours}.{part}"
        for number in range(extra):
            name = f"encoder.exchanges.{4 + number}.{side}.{ours}.{part}"
            used = side == "input" or number < extra - 1
            yield f"{prefix}bottleneck_{theirs}.{3 * number + part}", name if used else f"{_UNUSED}{ours}.{part}"
    yield "upconv1.1", "decoder.up.0"
    for number in range(extra):
        yield f"upconv.{3 * number + 1}", f"decoder.up.{number + 1}"
    for number in range(2, 6):
        yield f"upconv{number}.1", f"decoder.up.{extra + number - 1}"
