"""What a kind of image is: its condition, classes, palette and size."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from engine.errors import InputError

MULTIPLE = 32  # of the sides that every network can take


@dataclass(frozen=True)
class LabelClass:
    """One class of a label map: its id (the pixel value), name and display colour (RGB, 0..255)."""

    id: int
    name: str
    color: tuple[int, int, int]


@dataclass(frozen=True)
class Domain:
    """A kind of image.

    `size` is (width, height) in pixels, the size its shipped weights were trained at.
    `condition` says what is edited: "labels", to be painted, or a "pose"; the classes are then the segments of the
    body, and label maps are drawn from the pose (engine/conditions/body.py). With `edges` the parts of a face are
    painted and their edges are looked at (engine/conditions/part_edges.py). `kin` names for a class the related
    ones, nearest first, whose look it borrows where the exemplar lacks it. `head` names the face, what is worn on
    it, and what surrounds it, for domains whose label maps show that. `analyst` names the domain whose networks
    look at photos for this one, where that is another. `ships` says whether weights of it come with the program; a
    domain without any is shown once some are imported.
    """

    name: str
    title: str
    condition: str
    size: tuple[int, int]
    classes: tuple[LabelClass, ...]
    default_model: str
    kin: dict[str, tuple[str, ...]]
    head: tuple[str, tuple[str, ...], tuple[str, ...]] | None = None
    analyst: str | None = None
    ships: bool = True
    edges: bool = False

    @property
    def half_size(self) -> tuple[int, int]:
        """Width and height that small forms of the networks are trained at: half of `size`, in multiples of 32."""
        width, height = (max(1, round(side / 2 / MULTIPLE)) * MULTIPLE for side in self.size)
        return width, height

    @property
    def palette(self) -> np.ndarray:
        """RGB colours by class id, uint8 (classes, 3)."""
        return np.array([c.color for c in self.classes], dtype=np.uint8)

    @property
    def kin_by_id(self) -> tuple[tuple[int, ...], ...]:
        """`kin` as ids, one tuple a class."""
        return tuple(tuple(self.class_named(k).id for k in self.kin.get(c.name, ())) for c in self.classes)

    @property
    def head_by_id(self) -> tuple[int, tuple[int, ...], tuple[int, ...]] | None:
        """`head` as ids."""
        if self.head is None:
            return None
        face, *others = self.head
        worn, around = (tuple(self.class_named(name).id for name in names) for names in others)
        return self.class_named(face).id, worn, around

    def class_named(self, name: str) -> LabelClass:
        """The class called `name`; raises InputError when the domain has none."""
        for label_class in self.classes:
            if label_class.name == name:
                return label_class
        raise InputError(f"Domain {self.name} has no class {name!r}; it has {', '.join(c.name for c in self.classes)}.")


def numbered(classes: Iterable[tuple[str, tuple[int, int, int]]]) -> tuple[LabelClass, ...]:
    """Classes by name and colour; their ids count from 0."""
    return tuple(LabelClass(number, name, color) for number, (name, color) in enumerate(classes))
