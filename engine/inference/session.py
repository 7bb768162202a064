"""The live session: states in, frames out. It keeps what does not change between two states.

What depends on an exemplar alone is computed once an exemplar; what depends on condition and
exemplar is kept for the last few pairs, so that moving a weight reruns only the last stage.
"""

import logging
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.conditions.body import body_segments
from engine.conditions.pose_tensors import PoseTensors, pose_tensors, scaled_pose
from engine.devices import pick_device
from engine.domains import find_domain
from engine.errors import InputError
from engine.images import resize_labels, resize_photo
from engine.inference.accelerator import Accelerator, Clock, is_out_of_memory, is_unsupported
from engine.inference.cache import Recent
from engine.inference.frames import Arrays, frame_arrays, photo_tensor
from engine.inference.live import LivePicture
from engine.inference.preserving import render_preserving
from engine.inference.state import EditState, Exemplar, Frame, Pixels
from engine.inference.tiles import Progress, paint_tiled, within_memory
from engine.inference.transfer import uploaded
from engine.memory import bytes_of
from engine.models.building import condition_flow, large_picture, load_translator
from engine.models.mix import Mix
from engine.models.rabit_large import CELL, Canvas
from engine.models.style_space import StyleSpace, load_style_space
from engine.models.translator import Alignment, Translator
from engine.rectangle import Rectangle

EXEMPLARS_KEPT = 16
ALIGNMENTS_KEPT = 8
PHOTOS_KEPT = 4
FRAMES_KEPT = 64
MEMORY_BUDGET = 400.0  # MB

log = logging.getLogger(__name__)


class Session:
    """Renders states on one device. Not for several threads at once."""

    def __init__(
        self,
        device: str = "auto",
        memory_budget: float = MEMORY_BUDGET,
        threads: int | None = None,
        compile: bool = False,
    ) -> None:
        """`device` is "auto", "cpu", "cuda" or "mps"; `memory_budget` in MB; `threads` of the processor, None for
        torch's own number; `compile` has networks compiled at the first picture. Raises InputError for a device that
        is absent, or a compiler.
        """
        self.device = pick_device(device)
        if threads is not None:
            torch.set_num_threads(threads)
        self._accelerator = Accelerator(self.device, compile=compile)
        self.memory_budget = memory_budget
        self._translators: Recent[Translator] = Recent(2)
        self._style_spaces: Recent[StyleSpace] = Recent(2)
        self._exemplars: Recent[Any] = Recent(EXEMPLARS_KEPT)
        self._conditions: Recent[Any] = Recent(1)
        self._alignments: Recent[Alignment] = Recent(ALIGNMENTS_KEPT)
        self._photos: Recent[Tensor] = Recent(PHOTOS_KEPT)
        self._frames: Recent[Frame] = Recent(FRAMES_KEPT)
        self._picture: LivePicture | None = None
        self._coming: LivePicture | None = None

    def render(
        self,
        state: EditState,
        wanted: Callable[[], bool] = lambda: True,
        hold: bool = False,
        progress: Progress = lambda done, count: None,
    ) -> Frame | None:
        """The frame of `state`, or None once `wanted` says no, which is asked between the stages.

        With `hold`, as during a stroke, the frame may be a preview (`Frame.exact`): where the regions lie, and how
        the exemplars lie to them, is held from the last picture without, and only what the edit changes is made anew.

        A state of full size may be painted in tiles: `progress` is told how many of how many are done, and `wanted`
        is asked after each.

        Where the device's memory is full, all that is kept is given back and the frame's `notice` says so.

        Raises InputError when the state cannot be rendered: no exemplar with a weight, foreign class
        ids, an exemplar whose label map is of another size, no weights of that model or its style space,
        content that is not of the condition's size; and where the device cannot do it, with the remedy.
        """
        try:
            return self._render(state, wanted, hold, progress)
        except Exception as error:
            if is_unsupported(error):
                raise InputError(
                    "This model needs an operation that MPS lacks; set PYTORCH_ENABLE_MPS_FALLBACK=1 before the start, "
                    "or use --device cpu."
                ) from error
            if not is_out_of_memory(error):
                raise
            log.warning("Out of memory on %s: %s", self.device.type, error)
        # the error is gone, and with it the tensors that its trace held
        return self._render_again(state, wanted, progress)

    def _render_again(self, state: EditState, wanted: Callable[[], bool], progress: Progress) -> Frame | None:
        """`render` after memory was full, with nothing kept."""
        self.forget()
        try:
            frame = self._render(state, wanted, False, progress)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            raise InputError(
                f"The memory of the device ({self.device.type}) does not hold this picture; close other programs, "
                "use --device cpu, or a smaller canvas."
            ) from error
        notice = f"Memory was full ({self.device.type}): what was kept for the next pictures has been given back."
        return None if frame is None else replace(frame, notice=notice)

    def forget(self) -> None:
        """Give back all memory but that of the weights."""
        for kept in (self._exemplars, self._conditions, self._alignments, self._photos, self._frames):
            kept.clear()
        self._picture = self._coming = None
        self._accelerator.free()

    @torch.inference_mode()
    def _render(self, state: EditState, wanted: Callable[[], bool], hold: bool, progress: Progress) -> Frame | None:
        """As `render`, whatever the device raises."""
        if state.content is not None:
            return render_preserving(state, lambda part: self._render(part, wanted, hold, progress))
        known = self._frames.find(state)
        if known is not None:
            return known
        _check(state)
        if state.full_size:
            return self._in_full(state, wanted, progress)
        clock = Clock(self.device)
        translator = self._translator(state.domain, state.model)
        torch.manual_seed(state.seed)
        exemplars, mix = self._mix(state)
        encoded = []
        for exemplar in exemplars:
            encoded.append(self._encoded_exemplar(state.domain, state.model, translator, exemplar))
            if not wanted():
                return None
        size = _grid(state.labels, state.domain, translator)
        self._accelerator.expect(size)
        condition = self._conditioned(state.domain, state, size)
        picture = self._live_picture(state, translator, condition, [_digests(e) for e in exemplars], hold)
        if picture is None:
            arrays = self._whole(state, translator, condition, exemplars, encoded, mix, wanted, clock)
        else:
            arrays = self._piecewise(state, picture, exemplars, encoded, mix, wanted, clock)
        if arrays is None:
            return None
        clock.lap("synthesise")
        exact = picture is None or picture.is_settled
        told = {"timings": clock.timings(), "device": self.device.type, "kept": round(self.memory, 1)}
        frame = Frame(state, **arrays, **told, exact=exact, painted_at=size[::-1])
        if exact:
            self._frames.put(state, frame)
        if picture is not None:
            self._picture, self._coming = picture, None
        self._keep_within_budget(len(exemplars))
        return frame

    @property
    def memory(self) -> float:
        """What is kept between two pictures, besides the weights, in MB; at most about `memory_budget`."""
        pictures = (self._picture, self._coming)
        kept = (self._frames, self._photos, self._exemplars, self._conditions, self._alignments, pictures)
        return bytes_of(kept) / 1e6

    def _keep_within_budget(self, used: int) -> None:
        """Forget what was not asked for lately: frames, photos, alignments, exemplars; not what the picture needs."""
        for kept, least in ((self._frames, 1), (self._photos, 1)):
            while self.memory > self.memory_budget and len(kept) > least:
                kept.drop_oldest()
        if self.memory > self.memory_budget and self._picture is not None:
            self._picture.forget_unused()
        while self.memory > self.memory_budget and len(self._exemplars) > used:
            self._exemplars.drop_oldest()

    def _live_picture(
        self,
        state: EditState,
        translator: Translator,
        condition: tuple[Tensor, PoseTensors | None],
        exemplars: list[Hashable],
        hold: bool,
    ) -> LivePicture | None:
        """The picture that becomes that of `state`, the last one where that can be; None for whole pictures only."""
        if self._accelerator.makes_whole_pictures:
            return None
        kind = (state.domain, state.model, state.labels.array.shape)
        key = _condition_digests(state)
        last = self._picture
        if hold and last is not None and last.kind == kind and last.follow(key, *condition, exemplars):
            return last
        for picture in (last, self._coming):
            if picture is not None and picture.is_settled and (picture.kind, picture.condition) == (kind, key):
                return picture
        flow = condition_flow(translator, *condition)
        self._coming = None if flow is None else LivePicture(kind, key, flow)
        return self._coming

    def _piecewise(
        self,
        state: EditState,
        picture: LivePicture,
        exemplars: list[Exemplar],
        encoded: list[Any],
        mix: Mix,
        wanted: Callable[[], bool],
        clock: Clock,
    ) -> Arrays | None:
        """The arrays of a frame, with what is not there yet; None once `wanted` says no."""
        keys = [_digests(exemplar) for exemplar in exemplars]
        if not picture.encode(wanted):
            return None
        clock.lap("encode")
        if not picture.align(keys, encoded, wanted):
            return None
        clock.lap("align")
        if not picture.paint((tuple(keys), state.weights, state.style, state.seed), mix, wanted):
            return None
        return picture.arrays(state, exemplars, mix, self._photo)

    def _whole(
        self,
        state: EditState,
        translator: Translator,
        condition: tuple[Tensor, PoseTensors | None],
        exemplars: list[Exemplar],
        encoded: list[Any],
        mix: Mix,
        wanted: Callable[[], bool],
        clock: Clock,
    ) -> Arrays | None:
        """The arrays of a frame of a translator that makes whole pictures; None once `wanted` says no."""
        key = (state.domain, state.model, *_condition_digests(state))
        with self._accelerator.precision(translator):
            content = self._conditions.get(key, lambda: translator.encode_condition(*condition))
        clock.lap("encode")
        alignments = []
        for exemplar, code in zip(exemplars, encoded, strict=True):
            aligned = (*key, *_digests(exemplar))
            with self._accelerator.precision(translator):
                alignments.append(self._alignments.get(aligned, lambda code=code: translator.align(content, code)))
            if not wanted():
                return None
        clock.lap("align")
        with self._accelerator.precision(translator):
            image = translator.synthesise(content, alignments, mix)
        if not wanted():
            return None
        everything = Rectangle(0, 0, *state.labels.array.shape)
        photo_of = self._photo if translator.points and not translator.fixed else None
        return frame_arrays(state, exemplars, alignments, mix, image, everything, photo_of)

    def _in_full(self, state: EditState, wanted: Callable[[], bool], progress: Progress) -> Frame | None:
        """The frame of a state that is painted at its own size; None once `wanted` says no. Nothing of it is kept."""
        clock, translator = Clock(self.device), self._translator(state.domain, state.model)
        shape = state.labels.array.shape
        grid = _grid(state.labels, state.domain, translator)
        enlarged = self._render(replace(state, full_size=False), wanted, False, progress)
        if enlarged is None:
            return None
        if shape[0] * shape[1] <= grid[0] * grid[1]:
            return replace(enlarged, state=state)
        torch.manual_seed(state.seed)
        exemplars, mix = self._mix(state)
        picture = large_picture(translator, self._canvas(state, enlarged.image), mix)
        if picture is None:
            raise InputError(f"The model {state.model} paints at its own size alone; do without the full size.")
        with self._accelerator.precision(translator):
            condition = translator.encode_condition(*self._conditioned(state.domain, state, grid))
        clock.lap("encode")
        for exemplar in exemplars:
            with self._accelerator.precision(translator):
                picture.match(condition, self._encoded_exemplar(state.domain, state.model, translator, exemplar))
            if not wanted():
                return None
        clock.lap("align")

        def paint(side: int | None) -> Arrays | None:
            with self._accelerator.precision(translator):
                return paint_tiled(
                    picture, state, exemplars, lambda e: self._source(state, e), mix, side, wanted, progress
                )

        arrays, notice = within_memory(paint, shape[0] * shape[1], self.device, self.forget)
        if arrays is None:
            return None
        clock.lap("synthesise")
        told = {"timings": clock.timings(), "device": self.device.type, "kept": round(self.memory, 1)}
        return Frame(state, **arrays, **told, notice=notice, painted_at=(shape[1], shape[0]))

    def _canvas(self, state: EditState, enlarged: np.ndarray) -> Canvas:
        """The condition of a state at its own size, and the picture (H, W, 3) of the grid, to multiples of CELL."""
        height, width = state.labels.array.shape
        size = (-(-height // CELL) * CELL, -(-width // CELL) * CELL)
        beyond = ((0, size[0] - height), (0, size[1] - width))
        grids = uploaded(np.pad(enlarged, (*beyond, (0, 0)), mode="edge"), self.device).permute(2, 0, 1)[None]
        if find_domain(state.domain).condition == "pose":
            pose = pose_tensors([state.keypoints.array], size).to(self.device)
            return Canvas(pose.labels.byte(), pose.planes, grids, (height, width))
        labels = np.pad(state.labels.array, beyond, mode="edge")
        return Canvas(uploaded(labels, self.device)[None], None, grids, (height, width))

    def _source(self, state: EditState, exemplar: Exemplar) -> tuple[Tensor, Tensor]:
        """Photo and labels of an exemplar, (1, 3, H, W) and uint8 (1, H, W), for a state that is painted in full.

        Of the canvas's area, or of their own where that is smaller; multiples of CELL.
        """
        shape, canvas = exemplar.labels.array.shape, state.labels.array.shape
        area = min(shape, canvas, key=lambda size: size[0] * size[1])
        size = working_size(shape, (area[1], area[0]), CELL)
        photo = photo_tensor(resize_photo(exemplar.photo.array, size[::-1]), self.device)
        if find_domain(state.domain).condition != "pose":
            return photo, uploaded(resize_labels(exemplar.labels.array, size[::-1]), self.device)[None]
        pose = scaled_pose(exemplar.keypoints.array, (size[1] / shape[1], size[0] / shape[0]))
        return photo, uploaded(body_segments(pose, size), self.device)[None]

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
        return self._translators.get((domain, model), lambda: self._accelerator.prepare(load_translator(domain, model)))

    def _encoded_exemplar(self, domain: str, model: str, translator: Translator, exemplar: Exemplar) -> Any:
        def encode() -> Any:
            size = _grid(exemplar.labels, domain, translator)
            self._accelerator.expect(size)
            photo = photo_tensor(exemplar.photo.array, self.device)
            if photo.shape[2:] != size:
                how = "bicubic" if translator.fixed else "bilinear"  # the published networks' authors take it
                photo = F.interpolate(photo, size, mode=how, align_corners=False, antialias=True).clamp(-1, 1)
            with self._accelerator.precision(translator):
                return translator.encode_exemplar(photo, *self._conditioned(domain, exemplar, size))

        return self._exemplars.get((domain, model, *_digests(exemplar)), encode)

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
        rows, columns = (_nearest(side, new) for side, new in zip(labels.array.shape, size, strict=True))
        return uploaded(labels.array[rows[:, None], columns], self.device).long()[None]

    def _photo(self, exemplar: Exemplar) -> Tensor:
        """An exemplar's photo, float (1, 3, H, W) in [-1, 1], in its own size."""
        return self._photos.get(exemplar.photo.digest, lambda: photo_tensor(exemplar.photo.array, self.device))


@lru_cache
def _nearest(side: int, new: int) -> np.ndarray:
    """The index of the nearest of `side` pixels to each of `new` ones."""
    places = torch.arange(side, dtype=torch.float32).view(1, 1, -1)
    return F.interpolate(places, new, mode="nearest-exact").flatten().long().numpy()


def _digests(exemplar: Exemplar) -> tuple[str, ...]:
    """A key that does not keep the exemplar's pixels alive."""
    return exemplar.photo.digest, *_condition_digests(exemplar)


def _condition_digests(what: EditState | Exemplar) -> tuple[str, ...]:
    return (what.labels.digest, what.keypoints.digest if what.keypoints else "")


def _grid(labels: Pixels, domain: str, translator: Translator) -> tuple[int, int]:
    """Height and width that a translator works at for a condition or an exemplar."""
    size = translator.size or find_domain(domain).size
    return size[::-1] if translator.fixed else working_size(labels.array.shape, size, translator.multiple)


def working_size(shape: tuple[int, ...], domain_size: tuple[int, int], multiple: int) -> tuple[int, int]:
    """Height and width a network works at: the shape's aspect, the domain's area, multiples of `multiple`."""
    height, width = shape[:2]
    scale = (domain_size[0] * domain_size[1] / (height * width)) ** 0.5
    return tuple(max(multiple, round(side * scale / multiple) * multiple) for side in (height, width))


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
