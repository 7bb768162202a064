"""A tiny domain that is conditioned on poses: the made-up persons, without label maps."""

import json
from dataclasses import replace
from pathlib import Path

from engine.conditions.body import OTHER_SIDE_SEGMENT
from engine.conditions.pose_maps import POSE_PLANES
from engine.domains import FASHION_POSE
from tests.engine.figures import TINY
from tests.engine.folders import TINY_DOMAIN
from tests.engine.posed_people import make_posed_people

POSED_DOMAIN = replace(FASHION_POSE, name="tiny-pose", size=TINY_DOMAIN.size, analyst=TINY_DOMAIN.name)
POSED_CONFIG = replace(
    TINY, classes=len(POSED_DOMAIN.classes), planes=POSE_PLANES, other_side=OTHER_SIDE_SEGMENT, style_dims=4
)


def make_posed_data(folder: Path, count: int = 5) -> Path:
    """As `make_posed_people`, with exemplars for each photo."""
    make_posed_people(folder, count)
    names = [f"p{i}" for i in range(count)]
    pairs = {name: ["without-pose", names[i - 1]] for i, name in enumerate(names)}
    (folder / "pairs.json").write_text(json.dumps(pairs))
    return folder
