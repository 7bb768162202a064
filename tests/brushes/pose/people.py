"""Poses to draw at random."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from brushes.pose.presets import PRESETS, placed
from brushes.pose.skeleton import BONES, JOINTS

coordinates = st.floats(-400, 800, allow_nan=False, width=32)
joints = st.integers(0, JOINTS - 1)


@st.composite
def poses(draw: st.DrawFn, persons: int | None = None, missing: bool = True) -> np.ndarray:
    """Persons with joints anywhere, some hidden, and some missing where that is asked for."""
    count = draw(st.integers(1, 3)) if persons is None else persons
    pose = np.zeros((count, JOINTS, 3))
    pose[..., :2] = draw(arrays(np.float64, (count, JOINTS, 2), elements=coordinates))
    pose[..., 2] = draw(arrays(np.float64, (count, JOINTS), elements=st.sampled_from([0.0, 0.5, 1.0])))
    if missing:
        pose[draw(arrays(np.bool_, (count, JOINTS)))] = 0
    return pose


def standing() -> np.ndarray:
    """One person (1, 18, 3) on a canvas of 256 x 384."""
    return placed(PRESETS["standing"], None, 256, 384)[None]


def bone_lengths(person: np.ndarray) -> np.ndarray:
    """The 17 lengths in pixels; NaN where an end is missing."""
    there = person.any(axis=1)
    return np.array([np.hypot(*(person[a, :2] - person[b, :2])) if there[a] and there[b] else np.nan for a, b in BONES])
