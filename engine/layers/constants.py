"""Small tensors of numbers that never change, made once a device.

Made anew at each use, they would be copied to a GPU each time, and the processor would wait for it.
"""

from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor


def constant(values: Sequence[float], like: Tensor) -> Tensor:
    """`values` as a tensor (n,) of the dtype and on the device of `like`; not to be written to."""
    return _constant(tuple(values), like.dtype, like.device)


@lru_cache(maxsize=256)
def _constant(values: tuple[float, ...], dtype: torch.dtype, device: torch.device) -> Tensor:
    with torch.inference_mode(False):  # else training could not use what inference has made
        return torch.tensor(values, dtype=dtype, device=device)
