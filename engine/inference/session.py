"""The live session: states in, frames out. It keeps what does not change between two states.

What depends on an exemplar alone is computed once an exemplar; what depends on condition and
exemplar is kept for the last few pairs, so that moving a weight reruns only the last stage.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.conditions.pose_tensors import PoseTensors, pose_tensors, scaled_pose
from engine.correspondence.grids import sample
from engine.devices import pick_device
from engine.domains import find_domain
from engine.errors import InputError
from engine.inference.cache import Recent
from engine.inference.preserving import render_preserving
from engine.inference.state import EditState, Exemplar, Frame, Pixels
from engine.models.building import load_translator
from engine.models.injection import shares_of
from engine.models.mix import Mix
from engine.models.style_space import StyleSpace, load_style_space
from engine.models.translator import Alignment, Translator

EXEMPLARS_KEPT = 16
ALIGNMENTS_KEPT = 8


class Session:
    """Renders states on one device. Not for several threads at once."""

    def __init__(self, device: str = "auto") -> None:
        """`device` is "auto", "cpu" or "cuda"; raises InputError when it is absent."""
        self.device = pick_device(device)
        self._translators: Recent[Translator] = Recent(2)
        self._style_spaces: Recent[StyleSpace] = Recent(2)
        self._exemplars: Recent[Any] = Recent(EXEMPLARS_KEPT)
        self._conditions: Recent[Any] = Recent(1)
        self._alignments: Recent[Alignment] = Recent(ALIGNMENTS_KEPT)

    @torch.inference_mode()
    def render(self, state: EditState, wanted: Callable[[], bool] = lambda: True) -> Frame | None:
        """The frame of `state`, or None once `wanted` says no, which is asked between the stages.

        Raises InputError when the state cannot be rendered: no exemplar with a weight, foreign class
        ids, an exemplar whose label map is of another size, no weights of that model or its style space,
        content that is not of the condition's size.
        """
        if state.content is not None:
            return render_preserving(state, lambda part: self.render(part, wanted))
        _check(state)
        clock = _Clock(self.device)
        translator = self._translator(state.domain, state.model)
        torch.manual_seed(state.seed)
        exemplars, mix = self._mix(state)
        size = working_size(state.labels.array.shape, find_domain(state.domain).size, translator.multiple)
        encoded = []
        for exemplar in exemplars:
            encoded.append(self._encoded_exemplar(state.domain, state.model, translator, exemplar))
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
        image = translator.synthesise(condition, alignments, mix)
        if not wanted():
            return None
        frame = _frame(state, exemplars, alignments, mix, image)
        clock.lap("synthesise")
        return Frame(**frame, timings=clock.timings(), device=self.device.type)

    @torch.inference_mode()
    def style_codes(self, domain: str, model: str, exemplars: Sequence[Exemplar]) -> np.ndarray:
        """The exemplars' style codes, float32 (exemplars, D). Raises InputError as `render` does."""
        translator = self._translator(domain, model)
        codes = [translator.style_code(self._encoded_exemplar(domain, model, translator, e)) for e in exemplars]
        return torch.cat(codes).cpu().numpy() if codes else np.zeros((0, 0), np.float32)

    def style_space(self, domain: str, model: str) -> StyleSpace:
        """The space of the model's style codes; raises InputError when it has none."""
        return self._style_spaces.get((domain, model), lambda: load_style_space(domain, model).to(self.device))

    @torch.inference_mode()
    def style_places(self, domain: str, model: str, exemplars: Sequence[Exemplar]) -> np.ndarray:
        """Where the exemplars lie along the first two axes of the style space, float32 (exemplars, 2).

        In standard deviations. Raises InputError as `style_codes`, and when the model has no style space.
        """
        space = self.style_space(domain, model)
        codes = torch.from_numpy(self.style_codes(domain, model, exemplars)).to(self.device)
        return space.scores(codes)[:, :2].cpu().numpy()

    def _mix(self, state: EditState) -> tuple[list[Exemplar], Mix]:
        """The exemplars that count for some class, and how they are mixed."""
        own = state.style.weights_of_class
        rows = [state.weights, *own.values()]
        used = [i for i in range(len(state.exemplars)) if any(row[i] > 0 for row in rows)]
        shared, *of_classes = (_normalised([row[i] for i in used]) for row in rows)
        edit = None
        if state.style.axes or state.style.sample is not None:
            edit = self.style_space(state.domain, state.model).edit(state.style)
        return [state.exemplars[i] for i in used], Mix(shared, dict(zip(own, of_classes, strict=True)), edit)

    def _translator(self, domain: str, model: str) -> Translator:
        return self._translators.get((domain, model), lambda: load_translator(domain, model).to(self.device))

    def _encoded_exemplar(self, domain: str, model: str, translator: Translator, exemplar: Exemplar) -> Any:
        def encode() -> Any:
            domain_size = find_domain(domain).size
            size = working_size(exemplar.labels.array.shape, domain_size, translator.multiple)
            photo = photo_tensor(exemplar.photo.array, self.device)
            if photo.shape[2:] != size:
                photo = F.interpolate(photo, size, mode="bilinear", align_corners=False, antialias=True)
            return translator.encode_exemplar(photo, *self._conditioned(domain, exemplar, size))

        return self._exemplars.get((domain, model, *_digests(exemplar)), encode)

    def _encoded_condition(self, state: EditState, translator: Translator, size: tuple[int, int]) -> Any:
        return self._conditions.get(
            (state.domain, state.model, *_condition_digests(state)),
            lambda: translator.encode_condition(*self._conditioned(state.domain, state, size)),
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
            (state.domain, state.model, *_condition_digests(state), *_digests(exemplar)),
            lambda: translator.align(condition, code),
        )

    def _conditioned(
        self, domain: str, what: EditState | Exemplar, size: tuple[int, int]
    ) -> tuple[Tensor, PoseTensors | None]:
        """Label map of a state or an exemplar at `size`, and its pose in domains that are conditioned on poses."""
        if find_domain(domain).condition != "pose":
            return self._labels(what.labels, size), None
        height, width = what.labels.array.shape
        scale = (size[1] / width, size[0] / height)
        pose = pose_tensors([scaled_pose(what.keypoints.array, scale)], size).to(self.device)
        return pose.labels, pose

    def _labels(self, labels: Pixels, size: tuple[int, int]) -> Tensor:
        """Class ids int64 (1, H, W) of `size`, each from the nearest pixel."""
        tensor = torch.from_numpy(labels.array.copy()).to(self.device)[None]
        if tensor.shape[1:] != size:
            tensor = F.interpolate(tensor[None].float(), size, mode="nearest-exact")[0]
        return tensor.long()


def _digests(exemplar: Exemplar) -> tuple[str, ...]:
    """A key that does not keep the exemplar's pixels alive."""
    return exemplar.photo.digest, *_condition_digests(exemplar)


def _condition_digests(what: EditState | Exemplar) -> tuple[str, ...]:
    return (what.labels.digest, what.keypoints.digest if what.keypoints else "")


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
    if any(len(own) != len(state.exemplars) for _, own in state.style.class_weights):
        raise InputError("The weights of a class are not as many as the exemplars; reset the style.")
    if len(state.weights) != len(state.exemplars) or not any(weight > 0 for weight in state.weights):
        raise InputError("No exemplar has a weight; choose an exemplar first.")
    if domain.condition == "pose" and not all(what.keypoints for what in (state, *state.exemplars)):
        raise InputError(f"{domain.title} needs the pose of the condition and of each exemplar; add those that lack.")
    if min(state.labels.array.shape) < 8:
        raise InputError("The label map is smaller than 8 pixels; take a larger one.")
    for exemplar in state.exemplars:
        if exemplar.photo.array.shape[:2] != exemplar.labels.array.shape:
            raise InputError(f"The label map of exemplar {exemplar.name!r} is not of its photo's size; take another.")
    for labels in (state.labels, *(exemplar.labels for exemplar in state.exemplars)):
        if labels.array.max() >= len(domain.classes):
            raise InputError(f"A label map has class {labels.array.max()}, which {domain.name} does not have.")


def _normalised(weights: Sequence[float]) -> tuple[float, ...]:
    total = sum(weights)
    return tuple(weight / total for weight in weights)


def _frame(state: EditState, exemplars: list[Exemplar], alignments: list[Alignment], mix: Mix, image: Tensor) -> dict:
    """The arrays of a frame in the condition's own size."""
    size = state.labels.array.shape
    image = _resized(image, size, "bicubic")
    if any(alignment.warp is None for alignment in alignments):
        nothing = dict.fromkeys(("warp", "confidence", "correspondence", "source"))
        return {"state": state, "image": _to_bytes(image), **nothing}
    labels = torch.from_numpy(state.labels.array.copy()).to(image.device)[None].long()
    table = mix.table(len(find_domain(state.domain).classes), image.device)
    confidences = [_resized(alignment.confidence, size) for alignment in alignments]
    shares = shares_of(confidences, labels, table)
    matches = torch.stack([_resized(a.match.permute(0, 3, 1, 2), size)[0].permute(1, 2, 0) for a in alignments])
    warps = [_full_warp(e, a, m) for e, a, m in zip(exemplars, alignments, matches, strict=True)]
    warp = sum(share * shown for share, shown in zip(shares, warps, strict=True))
    confidence = sum(share * c for share, c in zip(shares, confidences, strict=True))
    if alignments[0].warp.shape[2:] != size:  # detail finer than the network's grid
        small = sum(share * _resized(a.warp, size, "bicubic") for share, a in zip(shares, alignments, strict=True))
        image = image + confidence * (warp - small)
    strongest = _strongest(shares[:, 0, 0])
    sizes = matches.new_tensor([e.labels.array.shape[::-1] for e in exemplars])
    pixels = (matches + 1) / 2 * sizes[:, None, None] - 0.5
    number = torch.tensor([state.exemplars.index(exemplar) for exemplar in exemplars], device=image.device)
    return {
        "state": state,
        "image": _to_bytes(image),
        "warp": _to_bytes(warp),
        "confidence": confidence[0, 0].clamp(0, 1).cpu().numpy(),
        "correspondence": pixels.gather(0, strongest[None, ..., None].expand(1, -1, -1, 2))[0].cpu().numpy(),
        "source": number[strongest].byte().cpu().numpy(),
    }


def _strongest(shares: Tensor) -> Tensor:
    """The index of the largest of shares (n, H, W) at each pixel; argmax over so short an axis is slow."""
    best, index = shares[0], torch.zeros(shares.shape[1:], dtype=torch.int64, device=shares.device)
    for number, share in enumerate(shares[1:], start=1):
        index = torch.where(share > best, number, index)
        best = torch.maximum(best, share)
    return index


def _full_warp(exemplar: Exemplar, alignment: Alignment, match: Tensor) -> Tensor:
    """The warp at the size of `match` (H, W, 2); larger than the network works at, it is read from the photo."""
    if alignment.warp.shape[2:] == match.shape[:2]:
        return alignment.warp
    return sample(photo_tensor(exemplar.photo.array, match.device), match[None], beyond="reflection")


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
