"""The live session: states in, frames out. It keeps what does not change between two states.

What depends on an exemplar alone is computed once an exemplar; what depends on condition and
exemplar is kept for the last few pairs, so that moving a weight reruns only the last stage.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.correspondence.grids import sample
from engine.devices import pick_device
from engine.domains import find_domain
from engine.errors import InputError
from engine.inference.cache import Recent
from engine.inference.state import EditState, Exemplar, Frame, Pixels
from engine.models.building import load_translator
from engine.models.translator import Alignment, Translator

EXEMPLARS_KEPT = 16
ALIGNMENTS_KEPT = 8


class Session:
    """Renders states on one device. Not for several threads at once."""

    def __init__(self, device: str = "auto") -> None:
        """`device` is "auto", "cpu" or "cuda"; raises InputError when it is absent."""
        self.device = pick_device(device)
        self._translators: Recent[Translator] = Recent(2)
        self._exemplars: Recent[Any] = Recent(EXEMPLARS_KEPT)
        self._conditions: Recent[Any] = Recent(1)
        self._alignments: Recent[Alignment] = Recent(ALIGNMENTS_KEPT)

    @torch.inference_mode()
    def render(self, state: EditState, wanted: Callable[[], bool] = lambda: True) -> Frame | None:
        """The frame of `state`, or None once `wanted` says no, which is asked between the stages.

        Raises InputError when the state cannot be rendered: no exemplar with a weight, foreign class
        ids, an exemplar whose label map is of another size, no weights of that model.
        """
        _check(state)
        clock = _Clock(self.device)
        translator = self._translator(state)
        torch.manual_seed(state.seed)
        exemplars, weights = _used(state)
        size = working_size(state.labels.array.shape, find_domain(state.domain).size, translator.multiple)
        encoded = []
        for exemplar in exemplars:
            encoded.append(self._encoded_exemplar(state, translator, exemplar))
            if not wanted():
                return None
        condition = self._encoded_condition(state, translator, size)
        clock.lap("encode")
        alignments = []
        for exemplar, code in zip(exemplars, encoded, strict=True):
            alignments.append(self._alignment(state, translator, condition, exemplar, code))
            if not wanted():
                return None
        clock.lap("align")
        image = translator.synthesise(condition, alignments, weights)
        if not wanted():
            return None
        frame = _frame(state, exemplars, alignments, weights, image)
        clock.lap("synthesise")
        return Frame(**frame, timings=clock.timings(), device=self.device.type)

    def _translator(self, state: EditState) -> Translator:
        return self._translators.get(
            (state.domain, state.model), lambda: load_translator(state.domain, state.model).to(self.device)
        )

    def _encoded_exemplar(self, state: EditState, translator: Translator, exemplar: Exemplar) -> Any:
        def encode() -> Any:
            domain_size = find_domain(state.domain).size
            size = working_size(exemplar.labels.array.shape, domain_size, translator.multiple)
            photo = photo_tensor(exemplar.photo.array, self.device)
            if photo.shape[2:] != size:
                photo = F.interpolate(photo, size, mode="bilinear", align_corners=False, antialias=True)
            return translator.encode_exemplar(photo, self._labels(exemplar.labels, size))

        return self._exemplars.get((state.domain, state.model, *_digests(exemplar)), encode)

    def _encoded_condition(self, state: EditState, translator: Translator, size: tuple[int, int]) -> Any:
        return self._conditions.get(
            (state.domain, state.model, state.labels.digest),
            lambda: translator.encode_condition(self._labels(state.labels, size)),
        )

    def _alignment(
        self,
        state: EditState,
        translator: Translator,
        condition: Any,
        exemplar: Exemplar,
        code: Any,
    ) -> Alignment:
        return self._alignments.get(
            (state.domain, state.model, state.labels.digest, *_digests(exemplar)),
            lambda: translator.align(condition, code),
        )

    def _labels(self, labels: Pixels, size: tuple[int, int]) -> Tensor:
        """Class ids int64 (1, H, W) of `size`, each from the nearest pixel."""
        tensor = torch.from_numpy(labels.array.copy()).to(self.device)[None]
        if tensor.shape[1:] != size:
            tensor = F.interpolate(tensor[None].float(), size, mode="nearest-exact")[0]
        return tensor.long()


def _digests(exemplar: Exemplar) -> tuple[str, str]:
    """A key that does not keep the exemplar's pixels alive."""
    return exemplar.photo.digest, exemplar.labels.digest


def working_size(shape: tuple[int, ...], domain_size: tuple[int, int], multiple: int) -> tuple[int, int]:
    """Height and width a network works at: the shape's aspect, the domain's area, multiples of `multiple`."""
    height, width = shape[:2]
    scale = (domain_size[0] * domain_size[1] / (height * width)) ** 0.5
    return tuple(max(multiple, round(side * scale / multiple) * multiple) for side in (height, width))


def photo_tensor(photo: np.ndarray, device: torch.device) -> Tensor:
    """RGB uint8 (H, W, 3) to float (1, 3, H, W) in [-1, 1]."""
    tensor = torch.from_numpy(photo.copy()).to(device).permute(2, 0, 1)[None]
    return tensor.float() / 127.5 - 1


def _check(state: EditState) -> None:
    domain = find_domain(state.domain)
    if len(state.weights) != len(state.exemplars) or not any(weight > 0 for weight in state.weights):
        raise InputError("No exemplar has a weight; choose an exemplar first.")
    if min(state.labels.array.shape) < 8:
        raise InputError("The label map is smaller than 8 pixels; take a larger one.")
    for exemplar in state.exemplars:
        if exemplar.photo.array.shape[:2] != exemplar.labels.array.shape:
            raise InputError(f"The label map of exemplar {exemplar.name!r} is not of its photo's size; take another.")
    for labels in (state.labels, *(exemplar.labels for exemplar in state.exemplars)):
        if labels.array.max() >= len(domain.classes):
            raise InputError(f"A label map has class {labels.array.max()}, which {domain.name} does not have.")


def _used(state: EditState) -> tuple[list[Exemplar], list[float]]:
    """The exemplars with a weight, and their weights, summing to 1."""
    total = sum(weight for weight in state.weights if weight > 0)
    pairs = [(e, w / total) for e, w in zip(state.exemplars, state.weights, strict=True) if w > 0]
    return [e for e, _ in pairs], [w for _, w in pairs]


def _frame(
    state: EditState, exemplars: list[Exemplar], alignments: list[Alignment], weights: list[float], image: Tensor
) -> dict:
    """The arrays of a frame in the condition's own size."""
    size = state.labels.array.shape
    strongest = max(range(len(weights)), key=weights.__getitem__)
    shares = torch.stack([w * (a.confidence + 0.01) for w, a in zip(weights, alignments, strict=True)])
    shares = shares / shares.sum(0)
    warp = sum(
        _resized(share, size) * _full_warp(exemplar, alignment, size)
        for share, exemplar, alignment in zip(shares, exemplars, alignments, strict=True)
    )
    small = sum(share * alignment.warp for share, alignment in zip(shares, alignments, strict=True))
    confidence = _resized(sum(share * a.confidence for share, a in zip(shares, alignments, strict=True)), size)
    image = _resized(image, size, "bicubic")
    if small.shape[2:] != size:
        image = image + confidence * (warp - _resized(small, size, "bicubic"))  # detail finer than the network's grid
    height, width = exemplars[strongest].labels.array.shape
    match = _resized(alignments[strongest].match.permute(0, 3, 1, 2), size)[0].permute(1, 2, 0)
    pixels = (match + 1) / 2 * match.new_tensor([width, height]) - 0.5
    return {
        "state": state,
        "image": _to_bytes(image),
        "warp": _to_bytes(warp),
        "confidence": confidence[0, 0].clamp(0, 1).cpu().numpy(),
        "correspondence": pixels.cpu().numpy(),
        "source": state.exemplars.index(exemplars[strongest]),
    }


def _full_warp(exemplar: Exemplar, alignment: Alignment, size: tuple[int, int]) -> Tensor:
    """The warp at `size`; larger than the network works at, it is read from the exemplar's own pixels."""
    if alignment.warp.shape[2:] == size:
        return alignment.warp
    match = _resized(alignment.match.permute(0, 3, 1, 2), size).permute(0, 2, 3, 1)
    return sample(photo_tensor(exemplar.photo.array, match.device), match, beyond="reflection")


def _resized(x: Tensor, size: tuple[int, int], mode: str = "bilinear") -> Tensor:
    if x.shape[2:] == size:
        return x
    shrinks = size[0] < x.shape[2]
    return F.interpolate(x, size, mode=mode, align_corners=False, antialias=shrinks)


def _to_bytes(picture: Tensor) -> np.ndarray:
    return ((picture[0].float().clamp(-1, 1) + 1) * 127.5).round().byte().permute(1, 2, 0).contiguous().cpu().numpy()


class _Clock:
    """Milliseconds by stage."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._start = self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        if self._device.type == "cuda":
            torch.cuda.synchronize()
        now = time.perf_counter()
        self._laps[name] = (now - self._last) * 1000
        self._last = now

    def timings(self) -> dict[str, float]:
        return self._laps | {"total": (self._last - self._start) * 1000}
