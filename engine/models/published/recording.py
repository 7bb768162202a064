"""Intermediate features under the names of the published numbers, caught while a network runs."""

from collections.abc import Mapping
from types import TracebackType

from torch import Tensor, nn

SAMPLES = (16, 32)  # about as many channels and columns of a feature are kept


def sampled(x: Tensor) -> Tensor:
    """Every n-th channel, row and column of float (1, C, H, W), always from index 0: about (16, H', 32)."""
    channels = max(1, x.shape[1] // SAMPLES[0])
    step = max(1, x.shape[3] // SAMPLES[1])
    return x[0, ::channels, ::step, ::step].contiguous()


class Recorder:
    """While entered, keeps the sampled outputs of `modules`.

    Each module comes with the names of its calls, one for each call in their order; an output that
    is a tuple needs a name for each part.
    """

    def __init__(self, modules: Mapping[nn.Module, tuple[str, ...]]) -> None:
        self.arrays: dict[str, Tensor] = {}
        self._names = {module: list(names) for module, names in modules.items()}
        self._handles = []

    def __enter__(self) -> "Recorder":
        self._handles = [module.register_forward_hook(self._keep) for module in self._names]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for handle in self._handles:
            handle.remove()

    def _keep(self, module: nn.Module, inputs: tuple, output: Tensor | tuple[Tensor, ...]) -> None:
        for part in output if isinstance(output, tuple) else (output,):
            self.arrays[self._names[module].pop(0)] = sampled(part)
