"""A picture in the course of being edited: its flows, and the arrays of its frame, brought up to date in pieces."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
from torch import Tensor

from engine.conditions.pose_tensors import PoseTensors
from engine.inference.cache import Recent
from engine.inference.frames import Arrays, View, frame_arrays, put_into
from engine.inference.state import EditState, Exemplar
from engine.memory import bytes_of
from engine.models.flow import union
from engine.models.mix import Mix
from engine.models.rabit_flow import AlignmentFlow, ConditionFlow, PaintFlow
from engine.rectangle import Rectangle

ALIGNMENTS_KEPT = 8

Wanted = Callable[[], bool]


class LivePicture:
    """One canvas under one translator. Whatever is interrupted is made up for by the next run.

    `kind` tells pictures apart that can follow one another's edits, `condition` is a key of the condition that is
    shown. `is_settled` says that layout and registration are the condition's own, not held from an earlier one.
    """

    def __init__(self, kind: Hashable, condition: Hashable, flow: ConditionFlow) -> None:
        self.kind, self.condition = kind, condition
        self.is_settled = True
        self._flow = flow
        self._alignments: Recent[AlignmentFlow] = Recent(ALIGNMENTS_KEPT)
        self._used: list[AlignmentFlow] = []
        self._painted: tuple[Hashable, PaintFlow] | None = None
        self._shown: tuple[np.ndarray, Arrays] | None = None

    def follow(
        self, condition: Hashable, labels: Tensor, pose: PoseTensors | None, exemplars: Sequence[Hashable]
    ) -> bool:
        """Edit the condition, with layout and registration held; False where the picture has to be made anew."""
        if condition == self.condition:
            return True
        alignments = [self._alignments.find(key) for key in exemplars]
        if not self._flow.fits(labels) or not all(flow is not None and flow.fits(labels) for flow in alignments):
            return False
        self.condition, self.is_settled = condition, False
        self.forget_unused(len(set(exemplars)))  # they would lose touch
        self._flow.put(labels, pose)
        for flow in alignments:
            flow.put(labels)
        return True

    def forget_unused(self, used: int | None = None) -> None:
        """Forget all alignments but those that were asked for last: as many as are used for the picture."""
        while len(self._alignments) > (len(set(self._used)) if used is None else used):
            self._alignments.drop_oldest()

    def encode(self, wanted: Wanted) -> bool:
        """Bring the condition up to date; False once `wanted` says no."""
        return self._flow.flow.run(wanted)

    def align(self, exemplars: Sequence[Hashable], codes: Sequence[Any], wanted: Wanted) -> bool:
        """Bring the alignments with encoded exemplars up to date; False once `wanted` says no."""
        pairs = zip(exemplars, codes, strict=True)
        self._used = [self._alignments.get(key, lambda code=code: self._flow.align(code)) for key, code in pairs]
        return all(alignment.flow.run(wanted) for alignment in self._used)

    def paint(self, key: Hashable, mix: Mix, wanted: Wanted) -> bool:
        """Bring the picture up to date; `key` stands for exemplars and mix. False once `wanted` says no."""
        key = key, *self._used  # the same exemplars may have been forgotten and aligned anew
        if self._painted is None or self._painted[0] != key:
            self._painted = key, self._flow.paint(self._used, mix)
            self._shown = None
        return self._painted[1].flow.run(wanted)

    def arrays(
        self, state: EditState, exemplars: Sequence[Exemplar], mix: Mix, photo_of: Callable[[Exemplar], Tensor]
    ) -> Arrays:
        """The arrays of the frame of `state`, whose condition and exemplars have been brought up to date."""
        grid, canvas = self._flow.size, state.labels.array.shape
        view = View.whole(grid, canvas)
        if self._shown is not None:
            changed = self._changed(state.labels.array)
            if changed is None:
                return self._shown[1]
            view = View.around(changed, grid, canvas)
        image = self._painted[1].image.crop(view.grid, grid)
        parts = [alignment.shown(view.grid) for alignment in self._used]
        arrays = frame_arrays(state, exemplars, parts, mix, image, view.canvas, photo_of)
        if self._shown is not None and view.canvas.shape != canvas:
            arrays = put_into(self._shown[1], arrays, view.canvas, view.inner(grid, canvas))
        self._shown = state.labels.array, arrays
        if not self._flow.flow.is_seen:
            self.forget_unused()  # what was interrupted and is not asked for now would take the edit for seen
        for flow in self._flows():
            flow.seen()
        return arrays

    @property
    def bytes(self) -> int:
        """Memory that it takes."""
        return sum(flow.bytes for flow in self._flows()) + bytes_of(tuple((self._shown or ((), {}))[1].values()))

    def _flows(self) -> list:
        flows = [self._flow.flow, *(alignment.flow for alignment in self._alignments.values)]
        return flows if self._painted is None else [*flows, self._painted[1].flow]

    def _changed(self, labels: np.ndarray) -> Rectangle | None:
        """Where on the grid anything differs from what was shown last."""
        changed = _on_grid(_difference(labels, self._shown[0]), labels.shape, self._flow.size)
        changed = union(changed, self._painted[1].image.changed)
        for alignment in self._used:
            changed = union(changed, alignment.changed)
        return changed


def _difference(one: np.ndarray, other: np.ndarray) -> Rectangle | None:
    """Where two label maps of one size differ."""
    differs = one != other
    rows, columns = differs.any(1).nonzero()[0], differs.any(0).nonzero()[0]
    if not len(rows):
        return None
    return Rectangle(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)


def _on_grid(place: Rectangle | None, canvas: tuple[int, ...], grid: tuple[int, int]) -> Rectangle | None:
    if place is None:
        return None
    return Rectangle(
        place.top * grid[0] // canvas[0],
        place.left * grid[1] // canvas[1],
        -(-place.bottom * grid[0] // canvas[0]),
        -(-place.right * grid[1] // canvas[1]),
    )
