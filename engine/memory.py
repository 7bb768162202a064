"""How much memory values take."""

import ctypes
import sys
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from torch import Tensor

_HEAPS = -8  # M_ARENA_MAX of malloc.h


def bytes_of(value: Any) -> int:
    """Memory of all arrays and tensors in a value: in dataclasses, tuples, lists, or told by its own `bytes`."""
    if isinstance(value, Tensor | np.ndarray):
        return value.nbytes
    if isinstance(value, tuple | list):
        return sum(bytes_of(part) for part in value)
    if is_dataclass(value):
        return sum(bytes_of(getattr(value, field.name)) for field in fields(value))
    return getattr(value, "bytes", 0)


def share_one_heap() -> None:
    """Have all threads take memory from one heap; where the C library is glibc, to be called before there are threads.

    It else gives each thread a heap of its own, and what one has freed, the others cannot use: pictures of many sizes,
    made by some threads in turn, filled twice the memory that was ever in use at a time.
    """
    if sys.platform == "linux" and (set_option := getattr(ctypes.CDLL(None), "mallopt", None)) is not None:
        set_option(_HEAPS, 1)
