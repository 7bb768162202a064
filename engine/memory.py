"""How much memory values take."""

from dataclasses import fields, is_dataclass
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
