"""The named principal axes of a model's style codes; torch is not needed to know them."""

from dataclasses import dataclass

from engine.errors import InputError
from engine.weights.registry import find_weights

STYLES = "-styles"  # ends the names of the weights that hold a model's style space


@dataclass(frozen=True)
class Axis:
    """A principal axis of the code space: what it visibly changes, and what its two ends look like."""

    name: str
    low: str
    high: str


def style_axes(domain: str, model: str) -> tuple[Axis, ...]:
    """The named axes of the model's code space; none where it has no space. Quick: torch is not asked."""
    try:
        return axes_of(find_weights(domain, model + STYLES).card.config)
    except InputError:
        return ()


def axes_of(config: dict) -> tuple[Axis, ...]:
    """The axes that a card's configuration names. Raises TypeError where it is malformed."""
    return tuple(Axis(**axis) for axis in config.get("axes", ()))
