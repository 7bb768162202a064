"""What a person does to the style of a picture, besides choosing and weighing exemplars."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

AXIS_LIMIT = 3.0  # standard deviations


@dataclass(frozen=True)
class Style:
    """How the style departs from the plain mix of the exemplars. Equal styles look equal.

    class_weights  for some class ids, ascending, weights of their own over the exemplars (>= 0, one of them positive)
    axes           steps along the principal axes of the code space, in standard deviations; no zeros at the end
    sample         seed of a style drawn at random, or None
    surprise       in [0, 1]: how far the drawn style replaces the mixed one; 1 where none is drawn
    """

    class_weights: tuple[tuple[int, tuple[float, ...]], ...] = ()
    axes: tuple[float, ...] = ()
    sample: int | None = None
    surprise: float = 1.0

    @staticmethod
    def of(
        class_weights: Mapping[int, Sequence[float]] | None = None,
        axes: Sequence[float] = (),
        sample: int | None = None,
        surprise: float = 1.0,
    ) -> "Style":
        """The style in its one form. Raises ValueError for numbers out of range."""
        steps = tuple(float(amount) for amount in axes)
        while steps and steps[-1] == 0:
            steps = steps[:-1]
        own = tuple((int(c), tuple(float(w) for w in ws)) for c, ws in sorted((class_weights or {}).items()))
        if not all(abs(amount) <= AXIS_LIMIT for amount in steps) or not 0 <= surprise <= 1:
            raise ValueError(f"axes must be within {AXIS_LIMIT} and surprise within 0 and 1")
        if not all(all(0 <= w < math.inf for w in ws) and any(ws) for _, ws in own):
            raise ValueError("weights of a class must be finite numbers >= 0, not all 0")
        return Style(own, steps, sample, 1.0 if sample is None else float(surprise))

    @property
    def weights_of_class(self) -> dict[int, tuple[float, ...]]:
        return dict(self.class_weights)


PLAIN = Style()
