"""Rendering an edit of a photo: only the part around the edit is generated, and put into the photo (preserve.py)."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from engine.domains import find_domain
from engine.errors import InputError
from engine.images import resize_labels
from engine.inference.state import EditState, Exemplar, Frame, Pixels
from engine.preserve import Edit, put_in
from engine.rectangle import Rectangle

CLOSER = 0.6  # a part of less than this share of the picture is worth a closer look
LARGEST = 2_000_000  # pixels that are generated at most: what a frame costs must not follow the photo
SLACK = 1.25  # pictures of up to this many times the network's own area are seen whole

Render = Callable[[EditState], Frame | None]


def render_preserving(state: EditState, render: Render) -> Frame | None:
    """The frame of a state with content; `render` answers states without, with None once that is not wanted any more.

    Raises InputError where the content does not fit the label map.
    """
    content = state.content
    assert content is not None
    _check(state, content)
    edit = Edit(state.labels.array, content.labels.array)
    height, width = edit.labels.shape
    everything = Rectangle(0, 0, height, width)
    place = _place(state, content, edit)
    frame = _bounded(replace(state, content=None) if place == everything else _part(state, place), render)
    if frame is None:
        return None
    image = put_in(content.photo.array, frame.image, edit, place)
    if place == everything:
        return replace(frame, state=state, image=image)
    return _framed(state, content, frame, image, place)


def _bounded(state: EditState, render: Render) -> Frame | None:
    """The frame of a state without content; a larger one than `LARGEST`, not in full, is made smaller, and enlarged."""
    height, width = state.labels.array.shape
    scale = (LARGEST / (height * width)) ** 0.5
    if scale >= 1 or state.full_size or state.keypoints is not None:
        return render(state)
    small = resize_labels(state.labels.array, (round(width * scale), round(height * scale)))
    frame = render(replace(state, labels=Pixels(small)))
    return None if frame is None else _enlarged(frame, state)


def _enlarged(frame: Frame, state: EditState) -> Frame:
    height, width = state.labels.array.shape

    def large(array: np.ndarray, how: int) -> np.ndarray:
        return cv2.resize(array, (width, height), interpolation=how)

    image = large(frame.image, cv2.INTER_CUBIC)
    if frame.warp is None:
        return replace(frame, state=state, image=image)
    return replace(
        frame,
        state=state,
        image=image,
        warp=large(frame.warp, cv2.INTER_CUBIC),
        confidence=large(frame.confidence, cv2.INTER_LINEAR),
        correspondence=large(frame.correspondence, cv2.INTER_NEAREST),
        source=large(frame.source, cv2.INTER_NEAREST),
    )


def _place(state: EditState, content: Exemplar, edit: Edit) -> Rectangle:
    """The part of the picture to generate; all of it where a closer look shows little more.

    Another photo is always seen whole: which part of it goes with a part of the picture is not known before.
    """
    domain = find_domain(state.domain)
    height, width = edit.labels.shape
    everything = Rectangle(0, 0, height, width)
    own = domain.size[0] * domain.size[1]
    itself = all(exemplar.photo == content.photo and exemplar.labels == content.labels for exemplar in state.exemplars)
    if edit.box is None or not itself or domain.condition == "pose" or everything.area <= SLACK * own:
        return everything
    place = edit.view((domain.size[1], domain.size[0]))
    return place if place.area < CLOSER * everything.area else everything


def _part(state: EditState, place: Rectangle) -> EditState:
    """The state of a part of the picture, seen with the same part of the photo."""

    def cut(pixels: Pixels) -> Pixels:
        return Pixels(pixels.array[place.slices])

    exemplars = tuple(replace(e, photo=cut(e.photo), labels=cut(e.labels), keypoints=None) for e in state.exemplars)
    return replace(state, labels=cut(state.labels), exemplars=exemplars, content=None)


def _framed(state: EditState, content: Exemplar, part: Frame, image: np.ndarray, place: Rectangle) -> Frame:
    """The frame of a part within the picture; around it the photo is taken from its own place, without doubt."""
    if part.warp is None:
        return replace(part, state=state, image=image)
    height, width = image.shape[:2]
    warp = content.photo.array.copy()
    confidence = np.ones((height, width), np.float32)
    source = np.zeros((height, width), np.uint8)
    correspondence = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1).astype(np.float32)
    warp[place.slices], confidence[place.slices] = part.warp, part.confidence
    source[place.slices] = part.source
    correspondence[place.slices] = part.correspondence + np.float32([place.left, place.top])
    return replace(part, state=state, image=image, warp=warp, confidence=confidence,
                   correspondence=correspondence, source=source)  # fmt: skip


def _check(state: EditState, content: Exemplar) -> None:
    shape, before, domain = state.labels.array.shape, content.labels.array, find_domain(state.domain)
    if content.photo.array.shape[:2] != shape or before.shape != shape:
        sizes = [f"{width} × {height}" for height, width in (content.photo.array.shape[:2], before.shape, shape)]
        raise InputError(
            f"The photo to preserve is {sizes[0]} pixels, its label map {sizes[1]} and the condition {sizes[2]}; "
            "take those of one size."
        )
    if before.max() >= len(domain.classes):
        raise InputError(f"The label map of the preserved photo has class {before.max()}, unknown to {domain.name}.")
