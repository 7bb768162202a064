"""A recorder that needs no GPU: it takes down every operation on tensors, and does them again on the same memory.

As with a CUDA graph, inputs and results keep their place, whatever Python decided while it was recorded stays decided,
and what would have to wait for the GPU cannot be recorded.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

WAITING = ("_local_scalar_dense", "nonzero", "is_nonzero", "equal", "masked_select", "lift_fresh", "scalar_tensor")
"""Operations whose result the processor looks at, or that bring something of its own."""


class Forbidden(RuntimeError):
    """An operation that no CUDA graph may hold."""


class _Tape(TorchDispatchMode):
    def __init__(self) -> None:
        super().__init__()
        self.steps: list[tuple[Callable, tuple, dict, list[Tensor]]] = []

    def __torch_dispatch__(self, function, types, arguments=(), named=None):
        if function.overloadpacket.__name__ in WAITING:
            raise Forbidden(f"{function} waits")
        result = function(*arguments, **(named or {}))
        self.steps.append((function, arguments, named or {}, _tensors(result)))
        return result

    def play(self) -> None:
        for function, arguments, named, written in self.steps:
            for old, new in zip(written, _tensors(function(*arguments, **named)), strict=True):
                if old.data_ptr() != new.data_ptr():
                    old.copy_(new)


def _tensors(value: Any) -> list[Tensor]:
    return [leaf for leaf in tree_leaves(value) if isinstance(leaf, Tensor)]


def record(function: Callable[..., Any], inputs: tuple[Any, ...]) -> tuple[Callable[[], None], Any]:
    """A Recorder (engine/inference/graphs.py)."""
    with torch.no_grad(), _Tape() as tape:
        result = function(*inputs)
    return tape.play, result
