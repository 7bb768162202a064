"""The stored arrays of the published numbers as tensors."""

from collections.abc import Mapping

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.errors import InputError

GLASSES = -3  # the channel of CelebAMask-HQ whose plane is the mask of the glasses


def read_case(arrays: Mapping[str, np.ndarray], channels: int, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """Condition, exemplar and the exemplar's condition on `device`; see `condition` and `photo`."""
    inputs = condition(arrays, "", channels), photo(arrays), condition(arrays, "_ref", channels)
    return tuple(x.to(device) for x in inputs)


def photo(arrays: Mapping[str, np.ndarray]) -> Tensor:
    """`in_ref_image_u8`, uint8 (3, H, W), as float (1, 3, H, W) in [-1, 1], in channels_last memory.

    Raises InputError when it is not there or does not fit.
    """
    image = arrays.get("in_ref_image_u8")
    if image is None or image.ndim != 3 or len(image) != 3:
        raise InputError("in_ref_image_u8, the exemplar as uint8 (3, H, W), is needed.")
    return _channels_last((torch.from_numpy(np.ascontiguousarray(image)).float() / 255 - 0.5) / 0.5)


def condition(arrays: Mapping[str, np.ndarray], side: str, channels: int) -> Tensor:
    """The condition named `in_label<side>...` as float (1, channels, H, W) in [0, 1], in channels_last memory.

    It is stored as class ids (H, W), maybe with a mask of glasses, or as planes uint8 (channels, H, W).
    Raises InputError when it is not there or does not fit.
    """
    ids, planes = arrays.get(f"in_label{side}_ids"), arrays.get(f"in_label{side}_u8")
    if planes is not None:
        if planes.ndim != 3 or len(planes) != channels:
            raise InputError(f"in_label{side}_u8 has the shape {planes.shape}; {channels} planes are needed.")
        return _channels_last(torch.from_numpy(np.ascontiguousarray(planes)).float() / 255)
    if ids is None:
        raise InputError(f"There is neither in_label{side}_ids nor in_label{side}_u8.")
    if ids.ndim != 2 or ids.max() >= channels:
        raise InputError(f"in_label{side}_ids must be a plane of class ids below {channels}.")
    one_hot = F.one_hot(torch.from_numpy(ids.astype(np.int64)), channels).float()
    if (glasses := arrays.get(f"in_label{side}_glasses")) is not None:
        one_hot[..., GLASSES] = torch.from_numpy(glasses.astype(np.float32))
    return one_hot[None].permute(0, 3, 1, 2)


def _channels_last(x: Tensor) -> Tensor:
    return x[None].contiguous(memory_format=torch.channels_last)
