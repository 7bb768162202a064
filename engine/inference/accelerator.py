"""What a kind of device asks of the session: precision, recording, time, and what happens when its memory is full.

CPU   float32, made piece by piece.
CUDA  the networks in bfloat16, or float16 where there is none; logits of matching, coordinates and what is seen in the
      end in float32. Whole pictures, as recorded graphs (graphs.py): a GPU is quicker at all of a picture than a
      processor is at telling it which part to make. As torch has it by itself, what is left of convolutions in
      float32 may use TF32, and matrix products do not.
MPS   float32, piece by piece.
"""

import time
from contextlib import AbstractContextManager, nullcontext
from itertools import pairwise
from typing import Any

import torch

from engine.inference.compiling import CompiledParts, check_compiler
from engine.inference.graphs import CudaRecorder, Graphs, Recorder
from engine.models.translator import Translator

FULL = "out of memory"  # in what every device says of it


class Accelerator:
    """How pictures are made on one device."""

    def __init__(self, device: torch.device, record: Recorder | None = None, compile: bool = False) -> None:
        """`record` takes the place of CUDA graphs; `compile` has networks compiled, InputError where that fails."""
        self.device = device
        self._compiles = compile
        self._compiled: list[CompiledParts] = []
        if compile:
            check_compiler(device)
        self.makes_whole_pictures = device.type == "cuda"
        self._record = record if record is not None else CudaRecorder() if device.type == "cuda" else None
        self._graphs: list[Graphs] = []
        self._half = None
        if device.type == "cuda":
            self._half = torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16

    def prepare(self, translator: Translator) -> Translator:
        """The translator on the device, ready to run there."""
        if self.device.type != "cpu":  # there networks lie as they are loaded
            translator = translator.to(self.device, memory_format=torch.channels_last)
        if self._compiles:
            self._compiled.append(CompiledParts(translator))
        if self._record is not None:
            graphs = Graphs(self._record)
            self._graphs.append(graphs)
            translator.run = graphs.run
        return translator

    def expect(self, size: tuple[int, int]) -> None:
        """Pictures of this size, in pixels (height, width), are to come."""
        for parts in self._compiled:
            parts.sizes.add(size)

    def precision(self, translator: Translator) -> AbstractContextManager:
        """In which the translator's networks run."""
        if self._half is None or not translator.bears_half_precision:
            return nullcontext()
        return torch.autocast(self.device.type, self._half, cache_enabled=False)

    def free(self) -> None:
        """Give back to the device what no tensor holds, recordings included."""
        for graphs in self._graphs:
            graphs.forget()
        if self.device.type == "cuda":
            torch.cuda.synchronize()
            torch.cuda.empty_cache()
        elif self.device.type == "mps":
            torch.mps.empty_cache()


class Clock:
    """Milliseconds by stage. On CUDA the stages are marked as they are asked for, and read when all is done."""

    def __init__(self, device: torch.device) -> None:
        self._is_cuda = device.type == "cuda"
        self._start = time.perf_counter()
        self._marks = [("", self._mark())]

    def lap(self, name: str) -> None:
        """The stage `name` ends here."""
        self._marks.append((name, self._mark()))

    def timings(self) -> dict[str, float]:
        """Each stage, and "total": all since the clock was made."""
        if self._is_cuda:
            self._marks[-1][1].synchronize()
        laps = {after[0]: self._between(before[1], after[1]) for before, after in pairwise(self._marks)}
        return laps | {"total": (time.perf_counter() - self._start) * 1000}

    def _between(self, before: Any, after: Any) -> float:
        return before.elapsed_time(after) if self._is_cuda else (after - before) * 1000

    def _mark(self) -> Any:
        if not self._is_cuda:
            return time.perf_counter()
        event = torch.cuda.Event(enable_timing=True)
        event.record()
        return event


def is_out_of_memory(error: BaseException) -> bool:
    """Whether a device's, or the processor's, memory was too small; each says so in an error of its own."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error).lower() for words in (FULL, "can't allocate"))


def is_unsupported(error: BaseException) -> bool:
    """Whether an operation is not there on MPS."""
    return isinstance(error, NotImplementedError) and "mps" in str(error).lower()
