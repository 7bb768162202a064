"""How much memory values take."""

import ctypes
import sys
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from torch import Tensor


def bytes_of(value: Any) -> int:
    """Memory of all arrays and tensors in a value: in dataclasses, tuples, lists, or told by its own `bytes`."""
    if isinstance(value, Tensor | np.ndarray):
        return value.nbytes
    if isinstance(value, tuple | list):
        return sum(bytes_of(part) for part in value)
    if is_dataclass(value):
        return sum(bytes_of(getattr(value, field.name)) for field in fields(value))
    return getattr(value, "bytes", 0)


def give_back() -> None:
    """Hand what was freed back to the system, some milliseconds' work; the C library of Linux else keeps much of it."""
    if (trim := _trim()) is not None:
        trim(0)


@lru_cache
def _trim() -> Any:
    """The C library's function for it; None where it has none."""
    return getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
