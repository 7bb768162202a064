"""What `project.json` in a project file says."""

from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt

from engine.archive import MemberName, Strict
from engine.film import LONGEST, MAX_KEYS, SHORTEST, Film, KeyFrame
from engine.style import AXIS_LIMIT, Style

VERSION: Literal[2] = 2
MAX_EXEMPLARS = 64
MAX_AXES = 64
MAX_SAMPLE = 2**31 - 1

ClassId = Annotated[int, Field(ge=0, le=255)]
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Weights = Annotated[list[Weight], Field(max_length=MAX_EXEMPLARS)]
AxisSteps = Annotated[float, Field(ge=-AXIS_LIMIT, le=AXIS_LIMIT)]


class ExemplarEntry(Strict):
    """An exemplar: its name for people, and its members in the zip."""

    name: str = Field(max_length=500)
    photo: MemberName
    labels: MemberName
    weight: Weight


class ClassWeights(Strict):
    """A class with weights of its own over the exemplars."""

    class_id: ClassId
    weights: Weights


class StyleEntry(Strict):
    """A `Style`."""

    class_weights: list[ClassWeights] = Field(default=[], max_length=256)
    axes: list[AxisSteps] = Field(default=[], max_length=MAX_AXES)
    sample: Annotated[int, Field(ge=0, le=MAX_SAMPLE)] | None = None
    surprise: Annotated[float, Field(ge=0, le=1)] = 1.0

    @staticmethod
    def of(style: Style) -> "StyleEntry":
        own = [ClassWeights(class_id=class_id, weights=list(weights)) for class_id, weights in style.class_weights]
        return StyleEntry(class_weights=own, axes=list(style.axes), sample=style.sample, surprise=style.surprise)

    @property
    def style(self) -> Style:
        """Raises ValueError for a class that is named twice, or that no exemplar has a weight for."""
        own = {entry.class_id: entry.weights for entry in self.class_weights}
        if len(own) < len(self.class_weights):
            raise ValueError("a class has two rows of weights")
        return Style.of(own, self.axes, self.sample, self.surprise)


class KeyEntry(Strict):
    """A `KeyFrame`."""

    weights: Weights
    style: StyleEntry = StyleEntry()


class FilmEntry(Strict):
    """A `Film`."""

    keys: list[KeyEntry] = Field(default=[], max_length=MAX_KEYS)
    seconds: Annotated[float, Field(ge=SHORTEST, le=LONGEST)] = Film().seconds
    easing: str = Field(default=Film().easing, max_length=100)
    loops: bool = False

    @staticmethod
    def of(film: Film) -> "FilmEntry":
        keys = [KeyEntry(weights=list(key.weights), style=StyleEntry.of(key.style)) for key in film.keys]
        return FilmEntry(keys=keys, seconds=film.seconds, easing=film.easing, loops=film.loops)

    @property
    def film(self) -> Film:
        """Raises ValueError for an unknown easing, and for keys that do not fit together."""
        keys = tuple(KeyFrame(tuple(key.weights), key.style.style) for key in self.keys)
        return Film(keys, self.seconds, self.easing, self.loops)


class ProjectFile(Strict):
    """The whole of `project.json`. Class ids and sizes are checked against the domain and images later.

    Files of version 1 have neither style nor film.
    """

    version: Literal[1, 2]
    app_version: str = Field(max_length=100)
    domain: str = Field(max_length=100)
    model: str = Field(max_length=100)
    weights_hash: str | None = Field(default=None, max_length=200)
    seed: Annotated[int, Field(ge=0, lt=2**64)]
    labels: MemberName
    original_labels: MemberName
    photo: MemberName | None = None
    result: MemberName | None = None
    exemplars: list[ExemplarEntry] = Field(max_length=MAX_EXEMPLARS)
    active_exemplar: NonNegativeInt
    style: StyleEntry = StyleEntry()
    film: FilmEntry = FilmEntry()
    active_class: ClassId
    locked: list[ClassId] = Field(max_length=256)
    hidden: list[ClassId] = Field(max_length=256)
