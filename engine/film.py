"""A film: key frames of the mix of exemplars and style, and what lies between them. Times are in seconds."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from engine.style import PLAIN, Style

SHORTEST, LONGEST = 0.1, 60.0
"""Bounds of the seconds from one key to the next."""

MAX_KEYS = 256
SNAP = 1e-9
"""How near to a key, in parts of a segment, a time counts as the key's own."""

EASINGS: dict[str, Callable[[float], float]] = {
    "linear": lambda t: t,
    "smooth": lambda t: t * t * (3 - 2 * t),  # smoothstep: the film rests for a moment at each key
}


@dataclass(frozen=True)
class KeyFrame:
    """A mix at a moment: weights over all exemplars (>= 0, one of them positive), and the style over it."""

    weights: tuple[float, ...]
    style: Style = PLAIN

    def __post_init__(self) -> None:
        for row in (self.weights, *(own for _, own in self.style.class_weights)):
            if len(row) != len(self.weights):
                raise ValueError(f"a class needs {len(self.weights)} weights of its own, one an exemplar")
            if not all(0 <= weight < math.inf for weight in row) or not any(row):
                raise ValueError(f"weights must be finite numbers >= 0, not all 0, not {row}")

    @property
    def normalised(self) -> "KeyFrame":
        """The same mix, its weights and those of each class with sum 1."""
        own = tuple((class_id, _normalised(weights)) for class_id, weights in self.style.class_weights)
        return KeyFrame(_normalised(self.weights), replace(self.style, class_weights=own))

    def weights_of(self, class_id: int) -> tuple[float, ...]:
        """The weights that count for a class: its own, or else those of the whole mix."""
        return self.style.weights_of_class.get(class_id, self.weights)


@dataclass(frozen=True)
class Film:
    """Key frames, `seconds` apart. One that loops goes on from the last key to the first."""

    keys: tuple[KeyFrame, ...] = ()
    seconds: float = 2.0
    easing: str = "smooth"
    loops: bool = False

    def __post_init__(self) -> None:
        if not SHORTEST <= self.seconds <= LONGEST:
            raise ValueError(f"seconds must be within {SHORTEST} and {LONGEST}, not {self.seconds}")
        if self.easing not in EASINGS:
            raise ValueError(f"easing must be one of {', '.join(EASINGS)}, not {self.easing!r}")
        if len(self.keys) > MAX_KEYS:
            raise ValueError(f"a film has at most {MAX_KEYS} key frames, not {len(self.keys)}")
        if len({len(key.weights) for key in self.keys}) > 1:
            raise ValueError("all key frames need as many weights, one an exemplar")

    # Editing

    def with_key(self, index: int, key: KeyFrame) -> "Film":
        """With one more key, which gets this index."""
        return replace(self, keys=(*self.keys[:index], key, *self.keys[index:]))

    def updated(self, index: int, key: KeyFrame) -> "Film":
        """With this key in place of the one of this index."""
        return self.without_key(index).with_key(index, key)

    def without_key(self, index: int) -> "Film":
        return replace(self, keys=self.keys[:index] + self.keys[index + 1 :])

    def moved(self, index: int, to: int) -> "Film":
        """With the key of this index at the index `to`."""
        return self.without_key(index).with_key(to, self.keys[index])

    def with_exemplar_added(self) -> "Film":
        """For one more exemplar at the end, which no key uses."""
        return self._with_rows(lambda weights: (*weights, 0.0))

    def with_exemplar_removed(self, index: int) -> "Film":
        """For one exemplar less; a key that used it alone mixes all that are left, and without any it goes too."""
        return self._with_rows(lambda weights: weights[:index] + weights[index + 1 :])

    def _with_rows(self, rewrite: Callable[[tuple[float, ...]], tuple[float, ...]]) -> "Film":
        keys = (_rewritten(key, rewrite) for key in self.keys)
        return replace(self, keys=tuple(key for key in keys if key is not None))

    def without_codes(self) -> "Film":
        """Without what only the style codes of one model can mean: axes and drawn styles."""
        keys = (KeyFrame(key.weights, Style.of(key.style.weights_of_class)) for key in self.keys)
        return replace(self, keys=tuple(keys))

    # Playing

    @property
    def segments(self) -> int:
        """How many ways there are from one key to the next."""
        return max(0, len(self.keys) - 1) + (self.loops and len(self.keys) > 1)

    @property
    def length(self) -> float:
        return self.segments * self.seconds

    def at(self, time: float) -> KeyFrame:
        """The normalised mix at `time`; one that loops begins anew after its length, another stands at its ends.

        Raises ValueError for a film without keys.
        """
        if not self.keys:
            raise ValueError("a film without key frames shows nothing")
        position = time / self.seconds
        if abs(position - round(position)) < SNAP:
            position = round(position)
        position = position % self.segments if self.loops and self.segments else min(max(position, 0), self.segments)
        first = int(position)
        before, after = self.keys[first], self.keys[(first + 1) % len(self.keys)]
        share = EASINGS[self.easing](position - first)
        return before.normalised if share == 0 else _between(before.normalised, after.normalised, share)

    def times(self, rate: float) -> list[float]:
        """When the frames are taken, about `rate` a second: a loop leaves out its end, which is its beginning."""
        if not 0 < rate < math.inf:
            raise ValueError(f"the frame rate must be a positive number, not {rate}")
        if not self.segments:
            return [0.0] * len(self.keys[:1])
        count = max(1, round(self.length * rate))
        return [self.length * frame / count for frame in range(count + (not self.loops))]


def _between(before: KeyFrame, after: KeyFrame, share: float) -> KeyFrame:
    """The mix at `share` in [0, 1] of the way between two normalised keys."""
    classes = before.style.weights_of_class.keys() | after.style.weights_of_class.keys()
    own = {c: _mixed(before.weights_of(c), after.weights_of(c), share) for c in classes}
    axes = _mixed(*_alike(before.style.axes, after.style.axes), share)
    sample, surprise = _drawn(before.style, after.style, share)
    return KeyFrame(_mixed(before.weights, after.weights, share), Style.of(own, axes, sample, surprise))


def _drawn(before: Style, after: Style, share: float) -> tuple[int | None, float]:
    """Seed and share of the drawn style; two different ones fade through the mix without either."""
    first, last = (0.0 if style.sample is None else style.surprise for style in (before, after))
    if before.sample is None or after.sample is None or before.sample == after.sample:
        sample = after.sample if before.sample is None else before.sample
        surprise = _lerp(first, last, share)
    elif share < 0.5:
        sample, surprise = before.sample, _lerp(first, 0.0, 2 * share)
    else:
        sample, surprise = after.sample, _lerp(0.0, last, 2 * share - 1)
    return (sample, surprise) if surprise > 0 else (None, 1.0)


def _alike(first: Sequence[float], second: Sequence[float]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Both, the shorter one filled up with zeros."""
    length = max(len(first), len(second))
    return (*first, *[0.0] * (length - len(first))), (*second, *[0.0] * (length - len(second)))


def _mixed(first: Sequence[float], second: Sequence[float], share: float) -> tuple[float, ...]:
    return tuple(_lerp(a, b, share) for a, b in zip(first, second, strict=True))


def _lerp(first: float, second: float, share: float) -> float:
    """Linear, and never outside of the two by a rounding."""
    value = first * (1 - share) + second * share
    return min(max(value, min(first, second)), max(first, second))


def _normalised(weights: tuple[float, ...]) -> tuple[float, ...]:
    largest = max(weights)  # the sum of huge weights is infinite
    scaled = [weight / largest for weight in weights]
    return tuple(weight / sum(scaled) for weight in scaled)


def _rewritten(key: KeyFrame, rewrite: Callable[[tuple[float, ...]], tuple[float, ...]]) -> KeyFrame | None:
    """The key with all its rows of weights rewritten; a class without a positive weight follows the mix."""
    weights = rewrite(key.weights)
    if not weights:
        return None
    own = tuple((c, row) for c, row in ((c, rewrite(row)) for c, row in key.style.class_weights) if any(row))
    return KeyFrame(weights if any(weights) else (1.0,) * len(weights), replace(key.style, class_weights=own))
