"""The steps of the undo history."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from app.content import Board, Canvas, Method, Snapshot
from brushes.patch import Box, slices, tight_patch, union
from engine.inference.state import Keypoints, Pixels

if TYPE_CHECKING:
    from app.document import Document
    from app.history import Command

_OVERHEAD = 256
"""Rough bytes of a step beside its arrays, so that countless small ones are bounded as well."""


@dataclass(frozen=True, eq=False)
class PaintStroke:
    """Pixels that changed class: where, what they were and what they became.

    `packed` holds the mask of `box` as bits, `old` and `new` the classes of its set pixels in row order,
    uint8 (n,); `new` is (1,) when all became the same.
    """

    name: str
    box: Box
    packed: np.ndarray
    old: np.ndarray
    new: np.ndarray

    @staticmethod
    def between(name: str, before: np.ndarray, after: np.ndarray, box: Box) -> "PaintStroke | None":
        """What differs between two label maps inside of `box`; None when nothing does."""
        patch = tight_patch(before[slices(box)] != after[slices(box)], box[0], box[1])
        if patch is None:
            return None
        area = slices(patch.box)
        old, new = before[area][patch.mask], after[area][patch.mask]
        if (new == new[0]).all():
            new = new[:1].copy()
        return PaintStroke(name, patch.box, np.packbits(patch.mask), old, new)

    @cached_property
    def nbytes(self) -> int:
        return self.packed.nbytes + self.old.nbytes + self.new.nbytes + _OVERHEAD

    @property
    def mask(self) -> np.ndarray:
        """Bool (y1 - y0, x1 - x0): which pixels of the box changed."""
        x0, y0, x1, y1 = self.box
        size = (y1 - y0) * (x1 - x0)
        return np.unpackbits(self.packed, count=size).view(bool).reshape(y1 - y0, x1 - x0)

    def then(self, newer: "PaintStroke") -> "PaintStroke | None":
        """Both in one step; None where the newer one takes back all of this one."""
        box = union(self.box, newer.box)
        shape = box[3] - box[1], box[2] - box[0]
        before, after = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
        for stroke in (newer, self):
            before[_within(stroke.box, box)][stroke.mask] = stroke.old
        for stroke in (self, newer):
            after[_within(stroke.box, box)][stroke.mask] = stroke.new
        merged = PaintStroke.between(newer.name, before, after, (0, 0, shape[1], shape[0]))
        if merged is None:
            return None
        x0, y0, x1, y1 = merged.box
        return replace(merged, box=(box[0] + x0, box[1] + y0, box[0] + x1, box[1] + y1))

    def redo(self, document: "Document") -> None:
        document.write_pixels(self.box, self.mask, self.new)

    def undo(self, document: "Document") -> None:
        document.write_pixels(self.box, self.mask, self.old)

    def merged_with(self, newer: "Command") -> None:
        return None


def _within(inner: Box, outer: Box) -> tuple[slice, slice]:
    """The rows and columns of `inner` in an array that is `outer`."""
    x0, y0, x1, y1 = inner
    return slices((x0 - outer[0], y0 - outer[1], x1 - outer[0], y1 - outer[1]))


@dataclass(frozen=True, eq=False)
class ChangePose:
    """Other poses, and the pixels that went with them, if any."""

    name: str
    before: Keypoints | None
    after: Keypoints | None
    stroke: PaintStroke | None = None
    is_drag: bool = False

    @cached_property
    def nbytes(self) -> int:
        poses = sum(keypoints.array.nbytes for keypoints in (self.before, self.after) if keypoints is not None)
        return poses + (self.stroke.nbytes if self.stroke else 0) + _OVERHEAD

    def redo(self, document: "Document") -> None:
        document.put_pose(self.after)
        if self.stroke is not None:
            self.stroke.redo(document)

    def undo(self, document: "Document") -> None:
        document.put_pose(self.before)
        if self.stroke is not None:
            self.stroke.undo(document)

    def merged_with(self, newer: "Command") -> "ChangePose | None":
        if not (self.is_drag and isinstance(newer, ChangePose) and newer.is_drag and newer.name == self.name):
            return None
        stroke = newer.stroke
        if self.stroke is not None:
            stroke = self.stroke if newer.stroke is None else self.stroke.then(newer.stroke)
        return ChangePose(self.name, self.before, newer.after, stroke, is_drag=True)


def _held_alone(before: tuple[Pixels, ...], after: tuple[Pixels, ...]) -> int:
    """Bytes of what one side alone holds: the rest is in the document anyway."""
    old, new = ({id(pixels): pixels for pixels in side} for side in (before, after))
    return sum((old | new)[key].array.nbytes for key in old.keys() ^ new.keys())


@dataclass(frozen=True, eq=False)
class ChangeBoard:
    """Exemplars added, removed or swapped, or their mix changed."""

    name: str
    before: Board
    after: Board
    is_slider_move: bool = False

    @cached_property
    def nbytes(self) -> int:
        return _held_alone(self.before.arrays, self.after.arrays) + _OVERHEAD

    def redo(self, document: "Document") -> None:
        document.put_board(self.after)

    def undo(self, document: "Document") -> None:
        document.put_board(self.before)

    def merged_with(self, newer: "Command") -> "ChangeBoard | None":
        if not (self.is_slider_move and isinstance(newer, ChangeBoard) and newer.is_slider_move):
            return None
        if newer.name != self.name:
            return None
        return ChangeBoard(newer.name, self.before, newer.after, is_slider_move=True)


@dataclass(frozen=True, eq=False)
class ChangeCanvas:
    """Another label map or photo, of any size."""

    name: str
    before: Canvas
    after: Canvas

    @cached_property
    def nbytes(self) -> int:
        poses = (canvas.keypoints for canvas in (self.before, self.after))
        held = sum(keypoints.array.nbytes for keypoints in poses if keypoints is not None)
        return _held_alone(self.before.arrays, self.after.arrays) + held + _OVERHEAD

    def redo(self, document: "Document") -> None:
        document.put_canvas(self.after)

    def undo(self, document: "Document") -> None:
        document.put_canvas(self.before)

    def merged_with(self, newer: "Command") -> None:
        return None


@dataclass(frozen=True, eq=False)
class Together:
    """Several steps as one, taken in their order."""

    name: str
    steps: "tuple[Command, ...]"

    @cached_property
    def nbytes(self) -> int:
        return sum(step.nbytes for step in self.steps)

    def redo(self, document: "Document") -> None:
        for step in self.steps:
            step.redo(document)

    def undo(self, document: "Document") -> None:
        for step in reversed(self.steps):
            step.undo(document)

    def merged_with(self, newer: "Command") -> None:
        return None


@dataclass(frozen=True, eq=False)
class ChangeDomain:
    """Another kind of picture: all of the document is another one."""

    name: str
    before: Snapshot
    after: Snapshot

    @cached_property
    def nbytes(self) -> int:
        arrays = {id(pixels): pixels for side in (self.before, self.after) for pixels in side.arrays}
        return sum(pixels.array.nbytes for pixels in arrays.values()) + _OVERHEAD

    def redo(self, document: "Document") -> None:
        document.put_snapshot(self.after)

    def undo(self, document: "Document") -> None:
        document.put_snapshot(self.before)

    def merged_with(self, newer: "Command") -> None:
        return None


@dataclass(frozen=True, eq=False)
class ChangeMethod:
    """Another model or seed, and the board as that model can take it: both sides share the exemplars."""

    name: str
    before: tuple[Method, Board]
    after: tuple[Method, Board]
    nbytes: int = _OVERHEAD

    def redo(self, document: "Document") -> None:
        document.put_method(*self.after)

    def undo(self, document: "Document") -> None:
        document.put_method(*self.before)

    def merged_with(self, newer: "Command") -> None:
        return None
