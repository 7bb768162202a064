"""What an eraser leaves behind."""

import numpy as np

from brushes.patch import Patch, slices

BACKGROUND = 0


def erased_values(patch: Patch, original: np.ndarray | None) -> int | np.ndarray:
    """The classes to write under `patch`: the background, or those of `original`, a uint8 (H, W) map."""
    return BACKGROUND if original is None else original[slices(patch.box)]
