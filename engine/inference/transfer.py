"""Arrays to a device and back, without a stall: a GPU copies from and to pinned memory while other work goes on."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor


def uploaded(array: np.ndarray, device: torch.device) -> Tensor:
    """A copy of an array on `device`. On CUDA it is under way when this returns; what uses it there waits for it."""
    if device.type != "cuda":
        return torch.from_numpy(array.copy()).to(device)
    waiting = _pinned(array.shape, torch.from_numpy(array[:0].copy()).dtype)
    waiting.numpy()[...] = array
    return waiting.to(device, non_blocking=True)


def downloaded(tensors: Mapping[str, Tensor | None]) -> dict[str, np.ndarray | None]:
    """Tensors of one device as arrays; all are copied before any is waited for. None stays None.

    From CUDA they come in pinned memory, which is the arrays' own from then on.
    """
    copies = {name: None if tensor is None else _to_host(tensor) for name, tensor in tensors.items()}
    if any(tensor is not None and tensor.is_cuda for tensor in tensors.values()):
        torch.cuda.current_stream().synchronize()
    return {name: None if copy is None else copy.numpy() for name, copy in copies.items()}


def _to_host(tensor: Tensor) -> Tensor:
    if not tensor.is_cuda:
        return tensor.contiguous().cpu()
    return _pinned(tensor.shape, tensor.dtype).copy_(tensor, non_blocking=True)


def _pinned(shape: Sequence[int], dtype: torch.dtype) -> Tensor:
    """Memory that stays where it is; torch keeps what is given back and hands it out again, at little cost."""
    return torch.empty(tuple(shape), dtype=dtype, pin_memory=True)
