"""The authors' options that decide what a published network looks like and how it matches."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import InputError


@dataclass(frozen=True)
class Options:
    """Named as on the authors' command lines; values of CoCosNet's test scripts unless given.

    semantic_nc         channels of the condition
    crop_size           side of the square images
    ngf                 channels of the generator's last stage
    adaptor_kernel      side of the strided convolutions of the adaptors
    adaptor_nonlocal    a non-local block in the adaptors
    adaptor_res_deeper  more blocks at the end of the adaptors, dilated ones with `dilation_conv`
    warp_stride         pixels to a position of the correspondence, 2 or 4
    match_kernel        side of the patches that are compared
    maskmix             the matched features are mixed with both conditions,
    noise_for_mask      with noise in the place of the exemplar's
    use_coordconv       and with coordinates
    warp_patch          warp patches of pixels, not their means
    warp_bilinear       enlarge warps smoothly
    use_attention       a non-local block in the generator
    CBN_intype          what conditions the generator: warp, mask or warp_mask

    Not an option of theirs:
    width               channels of the adaptors' first stage, and in proportion of what is matched and of what SPADE
                        computes from a condition
    """

    semantic_nc: int
    crop_size: int = 256
    ngf: int = 64
    adaptor_kernel: int = 3
    adaptor_nonlocal: bool = False
    adaptor_res_deeper: bool = False
    dilation_conv: bool = False
    warp_stride: int = 4
    match_kernel: int = 3
    maskmix: bool = False
    noise_for_mask: bool = False
    use_coordconv: bool = False
    warp_patch: bool = False
    warp_bilinear: bool = False
    use_attention: bool = False
    CBN_intype: str = "warp_mask"
    width: int = 64

    @property
    def hidden(self) -> int:
        """Channels that SPADE computes from a condition."""
        return 2 * self.width

    @property
    def features(self) -> int:
        """Channels of the adaptors' answers, and of what is matched."""
        return 4 * self.width


_FIXED = {  # what is built in, because every published script asks for it
    "PONO": True,
    "PONO_C": True,
    "adaptor_se": False,
    "eqlr_sn": False,
    "mask_noise": False,
    "norm_E": "spectralinstance",
    "norm_G": "spectralspadesyncbatch3x3",
    "aspect_ratio": 1.0,
}
_CHOICES: dict[str, tuple[Any, ...]] = {
    "adaptor_kernel": (3, 4),
    "warp_stride": (2, 4),
    "match_kernel": (1, 3, 5),
    "CBN_intype": ("warp", "mask", "warp_mask"),
}


def read_options(options: Mapping[str, Any], **required: Any) -> Options:
    """The authors' dictionary of options, checked; `required` are further values that the model needs.

    Options that decide nothing here are passed over. Raises InputError for one that is missing, of another
    type, or of a value that the published models do not have.
    """
    for name, value in (_FIXED | required).items():
        if options.get(name, value) != value:
            raise InputError(f"The option {name} is {options[name]!r}, but this model is built with {value!r} only.")
    known = {}
    for name, field in Options.__dataclass_fields__.items():
        if name in options:
            known[name] = _checked(name, options[name], field.type)
    if options.get("down") == 2:
        known["warp_stride"] = 2
    if "semantic_nc" not in known:
        raise InputError("The options lack semantic_nc, the number of channels of the condition.")
    return Options(**known)


def _checked(name: str, value: Any, wanted: type) -> Any:
    number = wanted is int and isinstance(value, int) and not isinstance(value, bool) and value > 0
    if not (number or (wanted is not int and isinstance(value, wanted))):
        raise InputError(f"The option {name} is {value!r}; it must be {_WORDS[wanted]}.")
    if name in _CHOICES and value not in _CHOICES[name]:
        raise InputError(f"The option {name} is {value!r}; choose one of: {', '.join(map(str, _CHOICES[name]))}.")
    return value


_WORDS = {int: "a whole number above 0", bool: "true or false", str: "a text"}
