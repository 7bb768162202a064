"""The kinds of image that Warpaint knows: their condition, classes, palette and size."""

from dataclasses import dataclass

import numpy as np

from engine.errors import InputError


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
    body, and label maps are drawn from the pose (engine/conditions/body.py). `kin` names for a class the related
    ones, nearest first, whose look it borrows where the exemplar lacks it. `head` names the face, what is worn on
    it, and what surrounds it, for domains whose label maps show that. `analyst` names the domain whose networks
    look at photos for this one, where that is another.
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


_FASHION_CLASSES = (
    ("background", (34, 38, 46)),
    ("face", (255, 205, 170)),
    ("hair", (122, 74, 42)),
    ("arms", (240, 158, 118)),
    ("legs", (212, 120, 92)),
    ("top", (66, 135, 245)),
    ("outerwear", (26, 72, 150)),
    ("dress", (226, 70, 140)),
    ("pants", (48, 150, 92)),
    ("shorts", (152, 206, 84)),
    ("skirt", (168, 88, 212)),
    ("hosiery", (112, 120, 138)),
    ("shoes", (204, 40, 50)),
    ("bag", (246, 164, 34)),
    ("hat", (255, 226, 70)),
    ("glasses", (20, 202, 214)),
    ("scarf", (255, 128, 178)),
    ("belt", (146, 104, 18)),
    ("accessories", (178, 240, 214)),
)

_FASHION_KIN = {
    "face": ("arms", "legs"),
    "hair": ("hat",),
    "arms": ("face", "legs"),
    "legs": ("arms", "face"),
    "top": ("outerwear", "dress", "skirt"),
    "outerwear": ("top", "dress"),
    "dress": ("skirt", "top", "outerwear", "pants"),
    "pants": ("shorts", "skirt", "dress", "hosiery", "outerwear", "top"),
    "shorts": ("pants", "skirt", "dress", "outerwear", "top"),
    "skirt": ("dress", "pants", "shorts", "outerwear", "top"),
    "hosiery": ("pants", "legs"),
    "hat": ("hair",),
    "scarf": ("top", "outerwear", "dress"),
}

FASHION = Domain(
    name="fashion",
    title="Street fashion",
    condition="labels",
    size=(256, 384),
    classes=tuple(LabelClass(i, name, color) for i, (name, color) in enumerate(_FASHION_CLASSES)),
    default_model="rabit",
    kin=_FASHION_KIN,
    head=("face", ("glasses",), ("hair", "hat")),
)

BODY_SEGMENTS = (
    ("background", (34, 38, 46)),
    ("head", (255, 205, 170)),
    ("torso", (66, 135, 245)),
    ("right upper arm", (240, 138, 80)),
    ("right forearm", (255, 214, 90)),
    ("left upper arm", (128, 84, 230)),
    ("left forearm", (46, 204, 208)),
    ("right thigh", (222, 82, 150)),
    ("right shin", (200, 40, 50)),
    ("left thigh", (48, 150, 92)),
    ("left shin", (152, 206, 84)),
)

FASHION_POSE = Domain(
    name="fashion-pose",
    title="Street fashion by pose",
    condition="pose",
    size=(256, 384),
    classes=tuple(LabelClass(i, name, color) for i, (name, color) in enumerate(BODY_SEGMENTS)),
    default_model="rabit",
    kin={},
    analyst=FASHION.name,
)

DOMAINS = {domain.name: domain for domain in (FASHION, FASHION_POSE)}


def find_domain(name: str) -> Domain:
    """The domain called `name`; raises InputError when there is none."""
    if name not in DOMAINS:
        raise InputError(f"There is no domain {name!r}; choose one of: {', '.join(DOMAINS)}.")
    return DOMAINS[name]
