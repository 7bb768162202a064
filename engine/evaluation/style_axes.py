"""What the principal axes of the style codes visibly change, measured on pictures: that gives them their names."""

from collections.abc import Callable

import cv2
import numpy as np

from engine.domains import Domain
from engine.models.style_axes import Axis

LEAST_PIXELS = 200
LARGE = 0.05  # share of a picture from which on a class counts fully
EVERYWHERE = 2.0  # all classes together change as much as so many alone: the axis is named for the whole
TRAITS = {
    "lightness": ("darker", "lighter", 1.0),
    "tint": ("greener", "redder", 2.0),
    "warmth": ("cooler", "warmer", 2.0),
    "colour": ("muted", "vivid", 2.0),
    "contrast": ("flat", "contrasted", 1.5),
}
"""By trait the words for its ends, and what a unit of CIE Lab in it counts: lightness has the widest range."""

# (index of the photo, steps along one axis in standard deviations) -> picture, RGB uint8 (H, W, 3)
Render = Callable[[int, float], np.ndarray]


def measure_change(render: Render, label_maps: list[np.ndarray], classes: int, step: float = 1.5) -> np.ndarray:
    """What an axis changes: float (classes, traits), a picture `step` deviations up against as many down.

    label_maps are uint8 (H, W), one a photo; each class counts by its area.
    """
    table = np.zeros((classes, len(TRAITS)))
    for index, labels in enumerate(label_maps):
        low, high = (_lab(render(index, amount)) for amount in (-step, step))
        for class_id in np.unique(labels):
            inside = labels == class_id
            if inside.sum() >= LEAST_PIXELS:
                weight = min(1.0, inside.mean() / LARGE) / len(label_maps)
                table[class_id] += weight * (_traits(high[inside]) - _traits(low[inside]))
    return table * [weight for _, _, weight in TRAITS.values()]


def name_axes(changes: np.ndarray, domain: Domain) -> tuple[list[Axis], list[bool]]:
    """A name for each axis, no two alike, and whether the axis is to be turned round so that its trait grows.

    changes (axes, classes, traits). An axis is named for what it changes much and the others change less.
    """
    places = np.concatenate([changes, changes.sum(1, keepdims=True) / EVERYWHERE], axis=1)
    size = np.abs(places)
    salience = size * size / np.maximum(size.sum(0), 1e-9)
    axes, turned = [], []
    for change, salient in zip(places, salience, strict=True):
        place, trait = np.unravel_index(salient.argmax(), salient.shape)
        salience[:, place, trait] = -1  # taken
        name = list(TRAITS)[trait]
        low, high, _ = TRAITS[name]
        where = domain.classes[place].name if place < len(domain.classes) else "overall"
        axes.append(Axis(f"{where.capitalize()} {name}", low, high))
        turned.append(bool(change[place, trait] < 0))
    return axes, turned


def _lab(picture: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)


def _traits(lab: np.ndarray) -> np.ndarray:
    """Lightness, a, b, chroma and spread of lightness of pixels (n, 3), in Lab units."""
    light, a, b = lab.mean(0)
    return np.array([light, a, b, np.hypot(lab[:, 1], lab[:, 2]).mean(), lab[:, 0].std()])
