"""Photos of people in the street: by label maps of what they wear, and by pose."""

from engine.domains.domain import Domain, numbered

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
    classes=numbered(_FASHION_CLASSES),
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
    classes=numbered(BODY_SEGMENTS),
    default_model="rabit",
    kin={},
    analyst=FASHION.name,
)
