"""The kinds of image that the methods' authors trained on: for weights of theirs, none of which ship."""

from engine.domains.ade20k import CLASSES as _ADE20K_CLASSES
from engine.domains.domain import Domain, numbered
from engine.domains.fashion import BODY_SEGMENTS, FASHION

_SIZE = (256, 256)
_MODEL = "cocosnet"

# CelebAMask-HQ (Lee et al., CVPR 2020) in its colours; left and right are the person's own.
_CELEBAHQ_CLASSES = (
    ("background", (0, 0, 0)),
    ("skin", (204, 0, 0)),
    ("hair", (0, 0, 204)),
    ("left brow", (0, 255, 255)),
    ("right brow", (255, 204, 204)),
    ("left eye", (51, 51, 255)),
    ("right eye", (204, 0, 204)),
    ("left ear", (102, 51, 0)),
    ("right ear", (255, 0, 0)),
    ("nose", (76, 153, 0)),
    ("upper lip", (255, 255, 0)),
    ("mouth", (102, 204, 0)),
    ("lower lip", (0, 0, 153)),
    ("neck", (255, 153, 51)),
    ("cloth", (0, 204, 0)),
    ("hat", (255, 51, 153)),
    ("glasses", (204, 204, 0)),
    ("earring", (0, 204, 204)),
    ("necklace", (0, 51, 0)),
)

ADE20K = Domain(
    name="ade20k",
    title="Scenes (ADE20K)",
    condition="labels",
    size=_SIZE,
    classes=numbered(_ADE20K_CLASSES),
    default_model=_MODEL,
    kin={},
    ships=False,
)

CELEBAHQ = Domain(
    name="celebahq",
    title="Faces (CelebAMask-HQ)",
    condition="labels",
    size=_SIZE,
    classes=numbered(_CELEBAHQ_CLASSES),
    default_model=_MODEL,
    kin={},
    ships=False,
)

# Painted as parts too: the edges that its networks look at are those of the parts.
CELEBAHQ_EDGE = Domain(
    name="celebahq-edge",
    title="Faces by their edges (CelebAMask-HQ)",
    condition="labels",
    size=_SIZE,
    classes=CELEBAHQ.classes,
    default_model=_MODEL,
    kin={},
    analyst=CELEBAHQ.name,
    ships=False,
    edges=True,
)

DEEPFASHION = Domain(
    name="deepfashion",
    title="Fashion by pose (DeepFashion)",
    condition="pose",
    size=_SIZE,
    classes=numbered(BODY_SEGMENTS),
    default_model=_MODEL,
    kin={},
    analyst=FASHION.name,
    ships=False,
)
