"""Reading a class from the map."""

import numpy as np


def class_at(labels: np.ndarray, x: float, y: float) -> int | None:
    """The class id under (x, y) in a uint8 (H, W) map; None outside of it."""
    height, width = labels.shape
    if not (0 <= x < width and 0 <= y < height):
        return None
    return int(labels[int(y), int(x)])
