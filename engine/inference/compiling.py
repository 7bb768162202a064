"""Networks compiled by torch.compile, for those who ask for it: it takes a compiler and minutes, and saves some time.

Only whole pictures run compiled. The parts that a dab recomputes are of ever other sizes, each of which would have to
be compiled anew; they run as they are written.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from engine.errors import InputError
from engine.models.translator import Translator

BACKEND = "inductor"
SIZES = 64  # compiled forms of one piece of code that are kept: networks share theirs

Size = tuple[int, int]


def check_compiler(device: torch.device) -> None:
    """Raise InputError, with the remedy, where torch.compile cannot work."""
    try:
        torch.compile(lambda x: torch.sin(x) + 1, backend=BACKEND)(torch.zeros(8, device=device))
    except Exception as error:  # each missing tool has an error of its own
        needed = "Triton" if device.type == "cuda" else "a C++ compiler"
        raise InputError(f"--compile needs {needed}, which does not work here; install it, or do without.") from error


class CompiledParts:
    """The parts of a translator that it names, compiled for the picture sizes in `sizes`, and plain for all others."""

    def __init__(self, translator: Translator) -> None:
        torch._dynamo.config.recompile_limit = max(SIZES, torch._dynamo.config.recompile_limit)
        self.sizes: set[Size] = set()
        for part, stride in translator.parts_to_compile():
            part.forward = self._either(part, stride)

    def _either(self, part: nn.Module, stride: int) -> Callable[..., Any]:
        plain = part.forward
        compiled = torch.compile(plain, backend=BACKEND, dynamic=False)

        def forward(x: Tensor, *others: Any) -> Any:
            size = x.shape[-2] * stride, x.shape[-1] * stride
            return (compiled if size in self.sizes else plain)(x, *others)

        return forward
