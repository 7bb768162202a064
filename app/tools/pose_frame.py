"""The frame around selected joints, with the handles that turn and scale them."""

from dataclasses import dataclass
from enum import Enum

import numpy as np

PADDING = 16.0
"""Screen pixels between the outermost joint and the frame."""

KNOB = 26.0
"""Screen pixels from the frame up to the handle that turns."""


class Handle(Enum):
    """What a press on the frame begins."""

    TURN = "turn"
    SCALE = "scale"


@dataclass(frozen=True)
class Frame:
    """A box (left, top, right, bottom) around joints, the place of the knob above it, and the pivot; label pixels."""

    box: tuple[float, float, float, float]
    knob: tuple[float, float]
    pivot: tuple[float, float]

    @staticmethod
    def around(places: np.ndarray, pivot: tuple[float, float], zoom: float) -> "Frame":
        """The frame of joints at `places`, float (n, 2), on a screen of `zoom` pixels a label pixel."""
        (left, top), (right, bottom) = places.min(0) - PADDING / zoom, places.max(0) + PADDING / zoom
        return Frame((left, top, right, bottom), ((left + right) / 2, top - KNOB / zoom), pivot)

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        left, top, right, bottom = self.box
        return (left, top), (right, top), (right, bottom), (left, bottom)

    def handle_at(self, x: float, y: float, reach: float) -> Handle | None:
        """The handle no further than `reach` from a point."""
        if np.hypot(self.knob[0] - x, self.knob[1] - y) <= reach:
            return Handle.TURN
        if min(np.hypot(corner[0] - x, corner[1] - y) for corner in self.corners) <= reach:
            return Handle.SCALE
        return None

    def turn(self, start: tuple[float, float], end: tuple[float, float]) -> float:
        """The angle in radians, clockwise on the screen, from one point to another as seen from the pivot."""
        first, second = (np.arctan2(y - self.pivot[1], x - self.pivot[0]) for x, y in (start, end))
        return float(second - first)

    def factor(self, start: tuple[float, float], end: tuple[float, float]) -> float:
        """How much further from the pivot the second point is, at least a twentieth."""
        first, second = (np.hypot(x - self.pivot[0], y - self.pivot[1]) for x, y in (start, end))
        return float(max(second / max(first, 1e-6), 0.05))
