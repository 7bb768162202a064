"""What a document holds, as values that never change: history keeps them, project files store them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.domains import Domain
from engine.film import Film
from engine.inference.state import EditState, Exemplar, Keypoints, Pixels
from engine.style import PLAIN, Style


@dataclass(frozen=True)
class Surround:
    """The whole photo RGB (H, W, 3) that the canvas is a part of, and where in it the canvas begins, in its pixels.

    Canvas and photo are of one scale; the canvas may reach beyond the photo.
    """

    photo: Pixels
    left: int
    top: int

    def visible(self, height: int, width: int) -> tuple[slice, slice]:
        """Rows and columns of the photo that a canvas of that size covers; empty where they do not meet."""
        rows, columns = self.photo.array.shape[:2]
        return _cut(self.top, height, rows), _cut(self.left, width, columns)


def _cut(start: int, length: int, limit: int) -> slice:
    first = min(max(start, 0), limit)
    return slice(first, max(first, min(start + length, limit)))


@dataclass(frozen=True)
class Canvas:
    """What is painted on: label maps uint8 (H, W), the RGB photo (H, W, 3) under them, and the poses, if any.

    `surround` is what the photo was cut out of, if it was.
    """

    labels: Pixels
    original: Pixels
    photo: Pixels | None = None
    keypoints: Keypoints | None = None
    surround: Surround | None = None

    def __post_init__(self) -> None:
        shape = self.labels.array.shape
        if len(shape) != 2 or self.original.array.shape != shape:
            raise ValueError(f"label maps must be (H, W) and alike, not {shape} and {self.original.array.shape}")
        if self.photo is not None and self.photo.array.shape != (*shape, 3):
            raise ValueError(f"the photo must be {(*shape, 3)}, not {self.photo.array.shape}")
        if self.surround is not None and self.surround.photo.array[self.surround.visible(*shape)].size == 0:
            raise ValueError("the canvas must cover some of the photo around it")

    @property
    def content(self) -> Exemplar | None:
        """The photo with its label map as it was opened; None without a photo."""
        return None if self.photo is None else Exemplar(self.photo, self.original)

    @property
    def arrays(self) -> tuple[Pixels, ...]:
        around = self.surround.photo if self.surround is not None else None
        return tuple(pixels for pixels in (self.labels, self.original, self.photo, around) if pixels is not None)


@dataclass(frozen=True)
class Board:
    """The exemplars at hand, how much each counts (>= 0), which one is selected, the style over their mix, the film.

    The weights that `style` gives a class, and those of the film's keys, are in the order of all exemplars.
    """

    exemplars: tuple[Exemplar, ...] = ()
    weights: tuple[float, ...] = ()
    active: int = 0
    style: Style = PLAIN
    film: Film = Film()

    def __post_init__(self) -> None:
        if len(self.weights) != len(self.exemplars):
            raise ValueError(f"{len(self.exemplars)} exemplars need as many weights, not {len(self.weights)}")
        if not all(math.isfinite(weight) and weight >= 0 for weight in self.weights):
            raise ValueError(f"weights must be finite numbers >= 0, not {self.weights}")
        if not 0 <= self.active < max(1, len(self.exemplars)):
            raise ValueError(f"there is no exemplar number {self.active}")
        if any(len(own) != len(self.exemplars) for _, own in self.style.class_weights):
            raise ValueError(f"a class needs {len(self.exemplars)} weights of its own, one an exemplar")
        if any(len(key.weights) != len(self.exemplars) for key in self.film.keys):
            raise ValueError(f"a key of the film needs {len(self.exemplars)} weights, one an exemplar")

    def used(self, index: int) -> "Board":
        """With this exemplar alone in the mix; classes with weights of their own keep them."""
        return replace(self, weights=_alone(index, len(self.exemplars)), active=index)

    def mixed(self, weights: Sequence[float], style: Style | None = None) -> "Board":
        """With these weights, and with this style where one is named."""
        style = self.style if style is None else style
        return replace(self, weights=tuple(float(weight) for weight in weights), style=style)

    def plain(self) -> "Board":
        """With the active exemplar alone, and nothing else to its style."""
        return replace(self, weights=_alone(self.active, len(self.exemplars)), style=PLAIN)

    def without_codes(self) -> "Board":
        """Without what only the style codes of one model can mean."""
        return replace(self, style=Style.of(self.style.weights_of_class), film=self.film.without_codes())

    def added(self, exemplar: Exemplar) -> "Board":
        """With one more at the end; it counts at once only when it is the first."""
        weight = 0.0 if self.exemplars else 1.0
        own = tuple((class_id, (*weights, 0.0)) for class_id, weights in self.style.class_weights)
        return replace(
            self,
            exemplars=(*self.exemplars, exemplar),
            weights=(*self.weights, weight),
            style=replace(self.style, class_weights=own),
            film=self.film.with_exemplar_added(),
        )

    def removed(self, index: int) -> "Board":
        """Without this one; where no other counts, the one that is then active does.

        Classes that took from it alone take from the mix again.
        """
        exemplars = _without(self.exemplars, index)
        own = ((class_id, _without(weights, index)) for class_id, weights in self.style.class_weights)
        board = replace(
            self,
            exemplars=exemplars,
            weights=_without(self.weights, index),
            active=min(self.active - (index < self.active), max(0, len(exemplars) - 1)),
            style=replace(self.style, class_weights=tuple((c, weights) for c, weights in own if any(weights))),
            film=self.film.with_exemplar_removed(index),
        )
        return board if any(board.weights) else board.used(board.active)

    @property
    def mix(self) -> tuple[float, ...]:
        """The weights that count: where all are 0, the active exemplar counts alone."""
        return self.weights if any(self.weights) else _alone(self.active, len(self.exemplars))

    @property
    def in_use(self) -> "Mixture":
        """What counts for the picture: exemplars with a weight in the mix or for a class, in their order."""
        weights = self.mix
        rows = [weights, *(own for _, own in self.style.class_weights)]
        used = [index for index in range(len(self.exemplars)) if any(row[index] > 0 for row in rows)]
        own = tuple((c, tuple(row[index] for index in used)) for c, row in self.style.class_weights)
        return Mixture(
            exemplars=tuple(self.exemplars[index] for index in used),
            weights=tuple(weights[index] for index in used),
            style=replace(self.style, class_weights=own),
        )

    @property
    def arrays(self) -> tuple[Pixels, ...]:
        return tuple(pixels for exemplar in self.exemplars for pixels in (exemplar.photo, exemplar.labels))


@dataclass(frozen=True)
class Mixture:
    """Exemplars, each with a weight, and the style over their mix, whose class weights are in the same order."""

    exemplars: tuple[Exemplar, ...]
    weights: tuple[float, ...]
    style: Style


def _alone(index: int, count: int) -> tuple[float, ...]:
    return tuple(float(i == index) for i in range(count))


def _without(values: tuple, index: int) -> tuple:
    return values[:index] + values[index + 1 :]


@dataclass(frozen=True)
class Method:
    """The model that makes the picture, by name, its seed, and whether it keeps the photo where nothing is edited."""

    model: str
    seed: int = 0
    preserves: bool = False


@dataclass(frozen=True)
class PaletteState:
    """What a person has set in the palette: class ids."""

    active: int = 1
    locked: frozenset[int] = frozenset()
    hidden: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Snapshot:
    """A whole document. `result` is the RGB picture (H, W, 3) that belongs to it, where it is known."""

    domain: Domain
    canvas: Canvas
    board: Board
    method: Method
    palette: PaletteState = PaletteState()
    result: Pixels | None = None
    weights_hash: str | None = None

    @property
    def arrays(self) -> tuple[Pixels, ...]:
        return self.canvas.arrays + self.board.arrays

    @property
    def state(self) -> EditState | None:
        """What the engine needs for the picture; None without an exemplar."""
        if not self.board.exemplars:
            return None
        mixture = self.board.in_use
        return EditState(
            domain=self.domain.name,
            model=self.method.model,
            labels=self.canvas.labels,
            exemplars=mixture.exemplars,
            weights=mixture.weights,
            seed=self.method.seed,
            style=mixture.style,
            keypoints=self.canvas.keypoints if self.domain.condition == "pose" else None,
            content=self.canvas.content if self.method.preserves else None,
        )
