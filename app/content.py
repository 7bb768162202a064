"""What a document holds, as values that never change: history keeps them, project files store them."""

import math
from dataclasses import dataclass

from engine.domains import Domain
from engine.inference.state import EditState, Exemplar, Pixels


@dataclass(frozen=True)
class Canvas:
    """What is painted on: label maps uint8 (H, W), and the RGB photo (H, W, 3) under them, if any."""

    labels: Pixels
    original: Pixels
    photo: Pixels | None = None

    def __post_init__(self) -> None:
        shape = self.labels.array.shape
        if len(shape) != 2 or self.original.array.shape != shape:
            raise ValueError(f"label maps must be (H, W) and alike, not {shape} and {self.original.array.shape}")
        if self.photo is not None and self.photo.array.shape != (*shape, 3):
            raise ValueError(f"the photo must be {(*shape, 3)}, not {self.photo.array.shape}")

    @property
    def arrays(self) -> tuple[Pixels, ...]:
        return tuple(pixels for pixels in (self.labels, self.original, self.photo) if pixels is not None)


@dataclass(frozen=True)
class Board:
    """The exemplars at hand, how much each counts (>= 0), and which one is selected."""

    exemplars: tuple[Exemplar, ...] = ()
    weights: tuple[float, ...] = ()
    active: int = 0

    def __post_init__(self) -> None:
        if len(self.weights) != len(self.exemplars):
            raise ValueError(f"{len(self.exemplars)} exemplars need as many weights, not {len(self.weights)}")
        if not all(math.isfinite(weight) and weight >= 0 for weight in self.weights):
            raise ValueError(f"weights must be finite numbers >= 0, not {self.weights}")
        if not 0 <= self.active < max(1, len(self.exemplars)):
            raise ValueError(f"there is no exemplar number {self.active}")

    def used(self, index: int) -> "Board":
        """With this exemplar alone."""
        weights = tuple(float(i == index) for i in range(len(self.exemplars)))
        return Board(self.exemplars, weights, index)

    def mixed(self, weights: list[float]) -> "Board":
        return Board(self.exemplars, tuple(float(weight) for weight in weights), self.active)

    def added(self, exemplar: Exemplar) -> "Board":
        """With one more at the end; it counts at once only when it is the first."""
        weight = 0.0 if self.exemplars else 1.0
        return Board((*self.exemplars, exemplar), (*self.weights, weight), self.active)

    def removed(self, index: int) -> "Board":
        """Without this one; where no other counts, the one that is then active does."""
        exemplars = self.exemplars[:index] + self.exemplars[index + 1 :]
        weights = self.weights[:index] + self.weights[index + 1 :]
        last = max(0, len(exemplars) - 1)
        board = Board(exemplars, weights, min(self.active - (index < self.active), last))
        return board if any(weights) else board.used(board.active)

    @property
    def in_use(self) -> tuple[tuple[Exemplar, float], ...]:
        """Exemplars that count, with their weights; the active one alone when all weights are 0."""
        counted = tuple((e, w) for e, w in zip(self.exemplars, self.weights, strict=True) if w > 0)
        return counted or tuple((exemplar, 1.0) for exemplar in self.exemplars[self.active : self.active + 1])

    @property
    def arrays(self) -> tuple[Pixels, ...]:
        return tuple(pixels for exemplar in self.exemplars for pixels in (exemplar.photo, exemplar.labels))


@dataclass(frozen=True)
class Method:
    """The model that makes the picture, by name, and its seed."""

    model: str
    seed: int = 0


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
    def state(self) -> EditState | None:
        """What the engine needs for the picture; None without an exemplar."""
        if not self.board.exemplars:
            return None
        exemplars, weights = zip(*self.board.in_use, strict=True)
        return EditState(
            domain=self.domain.name,
            model=self.method.model,
            labels=self.canvas.labels,
            exemplars=exemplars,
            weights=weights,
            seed=self.method.seed,
        )
