"""Recorded computations: what a GPU is told to do is recorded once and played back, at no cost to the processor.

A small network asks for hundreds of short operations, each of which takes the processor longer to ask for than the
GPU to do. A function of tensors that never waits for a value is recorded (a CUDA graph) when it is called the second
time with inputs of the same sizes, and played back from then on. What cannot be recorded runs as it is written.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

import torch
from torch import Tensor

RECORDINGS_KEPT = 24

log = logging.getLogger(__name__)

Recorder = Callable[[Callable[..., Any], tuple[Any, ...]], tuple[Callable[[], None], Any]]
"""Records a call with some inputs; returns what plays it back, and its result, whose tensors each playback writes."""


class CudaRecorder:
    """Records CUDA graphs. They share their memory, for no two are played at once and results are copied out."""

    def __init__(self) -> None:
        self._pool: Any = None

    def __call__(self, function: Callable[..., Any], inputs: tuple[Any, ...]) -> tuple[Callable[[], None], Any]:
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):  # libraries make their work spaces now: nothing may be made while recording
            function(*inputs)
        torch.cuda.current_stream().wait_stream(aside)
        if self._pool is None:
            self._pool = torch.cuda.graph_pool_handle()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=self._pool, capture_error_mode="thread_local"):
            result = function(*inputs)
        return graph.replay, result


@dataclass(frozen=True, eq=False)
class _Recording:
    """inputs  what is read, written before each playback;  result  what is written, as the function returned it"""

    inputs: list[Tensor]
    play: Callable[[], None]
    result: Any


class Graphs:
    """Calls functions, and records those that are called again with inputs of the same sizes.

    A function is known by its name, so that one object serves one network. Inputs and results are made of tensors,
    dataclasses, tuples, lists and plain values; with the sizes of the tensors, all else decides what is played.
    """

    def __init__(self, record: Recorder) -> None:
        self._record = record
        self._called: set[Hashable] = set()
        self._recordings: OrderedDict[Hashable, _Recording | None] = OrderedDict()

    def run(self, function: Callable[..., Any], *inputs: Any) -> Any:
        """What `function(*inputs)` returns; tensors of the result are the caller's own, or inputs."""
        tensors: list[Tensor] = []
        key = (function.__qualname__, _outline(inputs, tensors))
        if key not in self._called:
            self._called.add(key)
            return function(*inputs)
        if key not in self._recordings:
            self._keep(key, self._recorded(function, inputs))
        self._recordings.move_to_end(key)
        recording = self._recordings[key]
        if recording is None:
            return function(*inputs)
        torch._foreach_copy_(recording.inputs, tensors)
        recording.play()
        given = {id(kept): tensor for kept, tensor in zip(recording.inputs, tensors, strict=True)}
        return _rebuilt(recording.result, lambda x: given[id(x)] if id(x) in given else x.clone())

    def forget(self) -> None:
        """Give back the memory of all recordings."""
        self._called.clear()
        self._recordings.clear()

    def _recorded(self, function: Callable[..., Any], inputs: tuple[Any, ...]) -> _Recording | None:
        """A recording; None where the function cannot be recorded, which is logged."""
        kept: list[Tensor] = []
        own = _rebuilt(inputs, Tensor.clone)
        _outline(own, kept)
        try:
            return _Recording(kept, *self._record(function, own))
        except RuntimeError as error:
            log.warning("%s cannot be recorded and runs step by step: %s", function.__qualname__, error)
            return None

    def _keep(self, key: Hashable, recording: _Recording | None) -> None:
        self._recordings[key] = recording
        while len(self._recordings) > RECORDINGS_KEPT:
            self._called.discard(self._recordings.popitem(last=False)[0])


def _outline(value: Any, tensors: list[Tensor]) -> Hashable:
    """What recordings are told apart by; the tensors within `value` are appended to `tensors`."""
    if isinstance(value, Tensor):
        tensors.append(value)
        return Tensor, value.dtype, value.shape, value.stride()
    if isinstance(value, tuple | list):
        return type(value), *(_outline(part, tensors) for part in value)
    if is_dataclass(value):
        return type(value), *(_outline(getattr(value, field.name), tensors) for field in fields(value))
    return value


def _rebuilt(value: Any, change: Callable[[Tensor], Tensor]) -> Any:
    """`value` with each tensor within it changed, in the order of `_outline`."""
    if isinstance(value, Tensor):
        return change(value)
    if isinstance(value, tuple | list):
        return type(value)(_rebuilt(part, change) for part in value)
    if is_dataclass(value):
        return replace(value, **{field.name: _rebuilt(getattr(value, field.name), change) for field in fields(value)})
    return value
