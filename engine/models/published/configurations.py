"""The authors' own configurations, for checkpoints that come without their options."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from engine.errors import InputError

_ALL = {"PONO": True, "PONO_C": True, "use_attention": True}
_FACES = _ALL | {"maskmix": True, "warp_bilinear": True, "adaptor_kernel": 4}
_ADE20K = _ALL | {"dataset_mode": "ade20k", "semantic_nc": 151, "maskmix": True}

COCOSNET: tuple[Mapping[str, Any], ...] = (
    _ADE20K,
    _FACES | {"dataset_mode": "celebahq", "semantic_nc": 19},
    _FACES | {"dataset_mode": "celebahqedge", "semantic_nc": 15},
    _ALL
    | {
        "dataset_mode": "deepfashion",
        "semantic_nc": 20,
        "warp_bilinear": True,
        "warp_patch": True,
        "adaptor_kernel": 4,
    },
)
RABIT: tuple[Mapping[str, Any], ...] = (
    _ADE20K | {"use_coordconv": True, "adaptor_nonlocal": True, "warp_stride": 2, "correspondence": "ot"},
)
COCOSNET2: tuple[Mapping[str, Any], ...] = ({"dataset_mode": "deepfashionHD", "semantic_nc": 20, "crop_size": 512},)

_FIRST = "adaptive_model_seg.layer1.0.weight_orig"  # (64, channels of the condition, 3, 3)


def find_configuration(
    configurations: tuple[Mapping[str, Any], ...], state_dicts: Mapping[str, Mapping[str, Tensor]]
) -> Mapping[str, Any]:
    """The one whose condition has as many channels as the weights; raises InputError when there is none."""
    weights = state_dicts.get("netCorr", {})
    first = weights.get(_FIRST, weights.get(f"module.{_FIRST}"))
    found = (
        [] if first is None or first.ndim != 4 else [c for c in configurations if c["semantic_nc"] == first.shape[1]]
    )
    if not found:
        raise InputError(
            f"The weights are of none of the authors' configurations ({_names(configurations)}); "
            "name the options they were trained with."
        )
    return found[0]


def _names(configurations: tuple[Mapping[str, Any], ...]) -> str:
    return ", ".join(configuration["dataset_mode"] for configuration in configurations)
