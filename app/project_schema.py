"""What `project.json` in a project file says."""

from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt

from engine.archive import MemberName, Strict
from engine.conditions.pose import KEYPOINTS
from engine.domains import Domain
from engine.film import LONGEST, MAX_KEYS, SHORTEST, Film, KeyFrame
from engine.inference.style_entry import MAX_EXEMPLARS, StyleEntry, Weight, Weights

VERSION: Literal[3] = 3
MAX_PERSONS = 64
MAX_OFFSET = 100_000

ClassId = Annotated[int, Field(ge=0, le=255)]


Person = Annotated[
    list[Annotated[float, Field(allow_inf_nan=False)]], Field(min_length=3 * KEYPOINTS, max_length=3 * KEYPOINTS)
]
"""x, y and confidence of each keypoint, as in OpenPose JSON."""

Poses = Annotated[list[Person], Field(max_length=MAX_PERSONS)]


class ExemplarEntry(Strict):
    """An exemplar: its name for people, and its members in the zip."""

    name: str = Field(max_length=500)
    photo: MemberName
    labels: MemberName
    weight: Weight
    poses: Poses | None = None


class SurroundEntry(Strict):
    """A `Surround`."""

    photo: MemberName
    left: Annotated[int, Field(ge=-MAX_OFFSET, le=MAX_OFFSET)]
    top: Annotated[int, Field(ge=-MAX_OFFSET, le=MAX_OFFSET)]


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
    def of(film: Film, domain: Domain) -> "FilmEntry":
        """The entry of a film in the domain."""
        keys = [KeyEntry(weights=list(key.weights), style=StyleEntry.of(key.style, domain)) for key in film.keys]
        return FilmEntry(keys=keys, seconds=film.seconds, easing=film.easing, loops=film.loops)

    def film(self, domain: Domain, exemplars: int) -> Film:
        """The film, for so many exemplars. Raises ValueError for an unknown easing and for keys that do not fit."""
        keys = tuple(KeyFrame(tuple(key.weights), key.style.style(domain, exemplars)) for key in self.keys)
        return Film(keys, self.seconds, self.easing, self.loops)


class ProjectFile(Strict):
    """The whole of `project.json`. Class ids and sizes are checked against the domain and images later.

    Files of version 1 have neither style nor film, those before version 3 neither poses nor surround nor preserves.
    """

    version: Literal[1, 2, 3]
    app_version: str = Field(max_length=100)
    domain: str = Field(max_length=100)
    model: str = Field(max_length=100)
    weights_hash: str | None = Field(default=None, max_length=200)
    seed: Annotated[int, Field(ge=0, lt=2**64)]
    preserves: bool = False
    labels: MemberName
    original_labels: MemberName
    photo: MemberName | None = None
    poses: Poses | None = None
    surround: SurroundEntry | None = None
    result: MemberName | None = None
    exemplars: list[ExemplarEntry] = Field(max_length=MAX_EXEMPLARS)
    active_exemplar: NonNegativeInt
    style: StyleEntry = StyleEntry()
    film: FilmEntry = FilmEntry()
    active_class: ClassId
    locked: list[ClassId] = Field(max_length=256)
    hidden: list[ClassId] = Field(max_length=256)
