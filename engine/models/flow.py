"""Maps of a picture that are computed from one another, and recomputed only where something has changed.

Every stage looks at a bounded neighbourhood. A change of its inputs within a rectangle changes its outputs within
that rectangle grown by how far it looks; there it is run on a crop, and the rest stays as it was. What is found
unchanged is not passed on, so that an edit costs what it really changes.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.rectangle import Rectangle

CELL = 8  # pixels; rectangles are cut at multiples of it, for maps at strides up to 8
UNCHANGED = 3e-6
LEAST = 72  # pixels; a processor's kernels round otherwise in smaller crops


class Map:
    """A map of the picture, its values on the last two axes, and where readers have not yet seen it.

    `value` is a tensor (..., height / stride, width / stride). `changed` is in pixels of the picture, None for
    nowhere.
    """

    def __init__(self, value: Tensor | None = None, unchanged: float = UNCHANGED) -> None:
        """`unchanged`: what differs by less, as a share of the largest value around, is not passed on."""
        self._value = value
        self._unchanged = unchanged
        self.changed: Rectangle | None = None

    @property
    def value(self) -> Tensor:
        assert self._value is not None, "the stage that writes the map has not been run"
        return self._value

    @property
    def is_empty(self) -> bool:
        """Whether the stage that writes it has never been run."""
        return self._value is None

    def put(self, value: Tensor, size: tuple[int, int]) -> None:
        """Take over another value of a picture of `size`, which differs from the present one anywhere or nowhere."""
        if value is self.value:
            return
        whole = Rectangle(0, 0, *size)
        self.changed = union(self.changed, _difference(value, self.value, whole, 0.0))
        self._value = value

    def fill(self, value: Tensor, size: tuple[int, int]) -> None:
        """Take over a value that has nothing to do with the present one."""
        self._value = value
        self.changed = Rectangle(0, 0, *size)

    def crop(self, place: Rectangle, size: tuple[int, int]) -> Tensor:
        """The part in `place` of a picture of `size`."""
        return self.value[_slices(place, self.value, size)]

    def write(self, value: Tensor, place: Rectangle, size: tuple[int, int]) -> None:
        """Take over a new value of `place`."""
        changed = _difference(value, self.crop(place, size), place, self._unchanged)
        self.crop(place, size).copy_(value)
        self.changed = union(self.changed, changed)


@dataclass(frozen=True, eq=False)
class Stage:
    """One step of a computation: `compute` takes crops of the maps that it reads and returns those that it writes.

    reach  how many pixels around a place decide what is written there
    cell   places are cut at multiples of so many pixels
    """

    compute: Callable[..., tuple[Tensor, ...]]
    reads: tuple[Map, ...]
    writes: tuple[Map, ...]
    reach: int = 0
    cell: int = CELL

    def run(self, size: tuple[int, int]) -> None:
        """Compute what the changes of what is read ask for, and all where that was never done."""
        changed = None
        for read in self.reads:
            changed = union(changed, read.changed)
        if any(written.is_empty for written in self.writes):
            changed = Rectangle(0, 0, *size)
        if changed is None:
            return
        place = _around(changed, self.reach, self.cell, size)
        if place.shape == size:
            for written, value in zip(self.writes, self.compute(*(read.value for read in self.reads)), strict=True):
                written.fill(value, size)
            return
        seen = _widened(_around(place, self.reach, self.cell, size), self.cell, size)
        inner = place.seen_from(seen)
        for written, value in zip(self.writes, self.compute(*(r.crop(seen, size) for r in self.reads)), strict=True):
            written.write(value[_slices(inner, value, seen.shape)], place, size)


class Flow:
    """Stages in the order in which they are run, on a picture of `size` (height, width) in pixels."""

    def __init__(self, size: tuple[int, int], stages: Iterable[Stage], inputs: Iterable[Map] = ()) -> None:
        """`inputs` are maps of its own that no stage writes."""
        self.size = size
        self._stages = tuple(stages)
        self._maps = (*inputs, *(written for stage in self._stages for written in stage.writes))

    def run(self, wanted: Callable[[], bool] = lambda: True) -> bool:
        """Run what is needed; False once `wanted` says no, with what is left to be done by the next run."""
        for stage in self._stages:
            if not wanted():
                return False
            stage.run(self.size)
        return True

    @property
    def is_seen(self) -> bool:
        """Whether nothing has changed since that was said last."""
        return all(map_.changed is None for map_ in self._maps)

    def seen(self) -> None:
        """All changes have come through to whoever reads the last map."""
        for map_ in self._maps:
            map_.changed = None

    @property
    def bytes(self) -> int:
        """Memory that the maps take."""
        return sum(0 if map_.is_empty else map_.value.nbytes for map_ in self._maps)


def union(one: Rectangle | None, other: Rectangle | None) -> Rectangle | None:
    """The smallest rectangle around both; None is nowhere."""
    if one is None or other is None:
        return one or other
    return Rectangle(
        min(one.top, other.top), min(one.left, other.left), max(one.bottom, other.bottom), max(one.right, other.right)
    )


def _around(place: Rectangle, reach: int, cell: int, size: tuple[int, int]) -> Rectangle:
    """`place` grown by `reach`, to multiples of `cell`, within a picture of `size`."""
    grown = Rectangle(
        (place.top - reach) // cell * cell,
        (place.left - reach) // cell * cell,
        -(-(place.bottom + reach) // cell) * cell,
        -(-(place.right + reach) // cell) * cell,
    )
    return grown.within(size)


def _widened(place: Rectangle, cell: int, size: tuple[int, int]) -> Rectangle:
    """`place` with at least LEAST pixels a side, as far as the picture of `size` has them."""
    high, wide = (-(-max(0, LEAST - side) // (2 * cell)) * cell for side in place.shape)
    return Rectangle(place.top - high, place.left - wide, place.bottom + high, place.right + wide).within(size)


def _slices(place: Rectangle, value: Tensor, size: tuple[int, int]) -> tuple:
    """Where `place`, in pixels of a picture of `size`, lies in a map of it."""
    stride = size[0] // value.shape[-2]
    rows = slice(place.top // stride, place.bottom // stride)
    return ..., rows, slice(place.left // stride, place.right // stride)


def _difference(new: Tensor, old: Tensor, place: Rectangle, tolerance: float) -> Rectangle | None:
    """The part of `place` in which two maps of it differ, in pixels of the picture."""
    channels = tuple(range(new.dim() - 2))
    if tolerance:
        least, most = old.aminmax()
        differs = (new - old).abs_().amax(channels) > tolerance * torch.maximum(-least, most)
    else:
        differs = (new != old).any(channels)
    rows, columns = (differs.any(axis).nonzero().flatten().tolist() for axis in (1, 0))
    if not rows:
        return None
    stride = place.shape[0] // new.shape[-2]
    return Rectangle(
        place.top + rows[0] * stride,
        place.left + columns[0] * stride,
        place.top + (rows[-1] + 1) * stride,
        place.left + (columns[-1] + 1) * stride,
    )
