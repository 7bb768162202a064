"""What stays in float32 where networks run in half precision: coordinates, logits, and what is seen in the end."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import torch
from torch import Tensor

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def in_full_precision(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """`function` with autocast off; at least one of its arguments is a tensor."""

    @wraps(function)
    def computed(*arguments: Parameters.args, **named: Parameters.kwargs) -> Result:
        tensor = next(value for value in (*arguments, *named.values()) if isinstance(value, Tensor))
        with torch.autocast(tensor.device.type, enabled=False):
            return function(*arguments, **named)

    return computed
