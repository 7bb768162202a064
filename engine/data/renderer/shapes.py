"""Smooth outlines: splines, tubes of changing width, and what a piece of a picture is made of.

Lengths are in body heights: the crown of an upright person is at y = 0, the soles at y = 1, x = 0 is the middle.
"""

from dataclasses import dataclass, field

import numpy as np

from engine.data.renderer.fabrics import Color, Fabric

STEPS = 12  # points of a spline between two of its knots


def spline(knots: np.ndarray | list, closed: bool = False, steps: int = STEPS) -> np.ndarray:
    """A centripetal-looking Catmull-Rom curve through knots (N, D), float64 (M, D)."""
    points = np.asarray(knots, dtype=np.float64)
    if closed:
        points = np.concatenate([points[-1:], points, points[:2]])
    else:
        points = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    before, start, end, after = (points[i : len(points) - 3 + i, None] for i in range(4))
    curve = start + 0.5 * t * (
        end - before + t * (2 * before - 5 * start + 4 * end - after + t * (3 * (start - end) + after - before))
    )
    flat = curve.reshape(-1, points.shape[1])
    return flat if closed else np.concatenate([flat, points[-2:-1]])


def tube(centre: np.ndarray | list, half_widths: np.ndarray | list, cap: float = 0.6) -> np.ndarray:
    """The outline (N, 2) of a limb along the knots `centre`, half as wide as `half_widths` at each of them.

    cap: how far its round end reaches, as a share of its half width; 0 cuts it straight.
    """
    axis = spline(np.column_stack([centre, half_widths]))
    points, width = axis[:, :2], axis[:, 2:]
    tangent = np.gradient(points, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True) + 1e-9
    normal = tangent[:, ::-1] * [1, -1]
    left, right = points + normal * width, points - normal * width
    turn = np.linspace(0, np.pi, 9)[1:-1, None]
    end = points[-1] + width[-1] * (np.cos(turn) * normal[-1] + cap * np.sin(turn) * tangent[-1])
    start = points[0] - width[0] * (np.cos(turn) * normal[0] + cap * np.sin(turn) * tangent[0])
    return np.concatenate([left, end, right[::-1], start])


def ellipse(centre: tuple[float, float], radii: tuple[float, float], angle: float = 0.0) -> np.ndarray:
    """An ellipse turned by `angle` radians, (40, 2)."""
    t = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    return turned(np.column_stack([radii[0] * np.cos(t), radii[1] * np.sin(t)]), angle) + centre


def turned(points: np.ndarray, angle: float) -> np.ndarray:
    """Points (N, 2) turned by `angle` radians about the origin, clockwise on the screen."""
    cos, sin = np.cos(angle), np.sin(angle)
    return np.asarray(points) @ np.array([[cos, sin], [-sin, cos]])


@dataclass(frozen=True)
class Mark:
    """Something drawn on a piece: lines of a `width`, or filled outlines when `width` is 0.

    blur: standard deviation of its edge, in body heights.
    """

    lines: list[np.ndarray]
    color: Color
    opacity: float
    width: float = 0.0
    blur: float = 0.0


@dataclass(frozen=True)
class Folds:
    """How a cloth is creased.

    amount: height of the folds; width, length: their size; angle: radians from vertical
    droop: 0 alike everywhere, 1 growing towards the hem
    centres: (x, y, radius) of joints where the cloth is gathered
    """

    amount: float = 0.0
    width: float = 0.012
    length: float = 0.10
    angle: float = 0.0
    droop: float = 0.0
    pleats: float = 0.0
    centres: tuple[tuple[float, float, float], ...] = ()


@dataclass(frozen=True)
class Piece:
    """One thing that covers what lies behind it: all its `outlines` together, of one class and one fabric.

    depth: how round it is, as the radius of its rounded edge; angle: the direction of its grain from vertical;
    shadow: how dark it makes what lies behind it; cutouts: holes in it
    hanging: it is round from side to side only, and its hem is sharp
    """

    label: int
    outlines: list[np.ndarray]
    fabric: Fabric
    depth: float
    folds: Folds = Folds()
    angle: float = 0.0
    marks: list[Mark] = field(default_factory=list)
    shadow: float = 0.55
    cutouts: list[np.ndarray] = field(default_factory=list)
    hanging: bool = False
