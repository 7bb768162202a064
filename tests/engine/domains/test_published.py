"""The domains of the authors' weights: classes numbered and coloured as in their data sets."""

import numpy as np
import pytest

from engine.domains import ADE20K, CELEBAHQ, CELEBAHQ_EDGE, DEEPFASHION, DOMAINS, FASHION, FASHION_POSE, Domain


@pytest.mark.parametrize(
    ("number", "name", "color"),
    [
        (0, "other", (0, 0, 0)),
        (1, "wall", (120, 120, 120)),
        (2, "building", (180, 120, 120)),
        (3, "sky", (6, 230, 230)),
        (5, "tree", (4, 200, 3)),
        (18, "plant", (204, 255, 4)),
        (30, "field", (112, 9, 255)),
        (92, "dirt track", (0, 10, 255)),
        (105, "fountain", (8, 184, 170)),
        (150, "flag", (92, 0, 255)),
    ],
)
def test_classes_of_ade20k(number: int, name: str, color: tuple[int, int, int]) -> None:
    found = ADE20K.class_named(name)
    assert (found.id, found.color) == (number, color)


@pytest.mark.parametrize(
    ("number", "name", "color"),
    [
        (1, "skin", (204, 0, 0)),
        (2, "hair", (0, 0, 204)),
        (9, "nose", (76, 153, 0)),
        (16, "glasses", (204, 204, 0)),
        (18, "necklace", (0, 51, 0)),
    ],
)
def test_classes_of_faces(number: int, name: str, color: tuple[int, int, int]) -> None:
    found = CELEBAHQ.class_named(name)
    assert (found.id, found.color) == (number, color)


@pytest.mark.parametrize(("domain", "classes"), [(ADE20K, 151), (CELEBAHQ, 19), (CELEBAHQ_EDGE, 19), (DEEPFASHION, 11)])
def test_all_classes_are_there_and_differ(domain: Domain, classes: int) -> None:
    assert [c.id for c in domain.classes] == list(range(classes))
    assert len({c.name for c in domain.classes}) == classes
    assert len(np.unique(domain.palette, axis=0)) == classes
    assert domain.size == (256, 256)


def test_what_ships() -> None:
    assert [domain for domain in DOMAINS.values() if domain.ships] == [FASHION, FASHION_POSE]
