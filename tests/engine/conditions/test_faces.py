"""Label maps of faces as the authors' networks are shown them."""

import numpy as np

from engine.conditions.faces import GLASSES, part_masks, without_glasses
from engine.domains import CELEBAHQ

SKIN, HAIR, NOSE, EYE = (CELEBAHQ.class_named(name).id for name in ("skin", "hair", "nose", "left eye"))


def make_face() -> np.ndarray:
    labels = np.zeros((24, 24), np.uint8)
    labels[4:22, 4:20] = SKIN
    labels[2:6, 4:20] = HAIR
    labels[12:16, 11:13] = NOSE
    labels[9:11, 14:18] = EYE
    return labels


def test_beneath_glasses_lies_what_is_nearest() -> None:
    labels = make_face()
    labels[8:12, 6:11] = GLASSES
    bare = without_glasses(labels)
    assert np.array_equal(bare, make_face())
    assert np.array_equal(without_glasses(make_face()), make_face())


def test_glasses_everywhere_lie_on_skin() -> None:
    assert (without_glasses(np.full((4, 4), GLASSES, np.uint8)) == SKIN).all()


def test_what_lies_on_the_face_belongs_to_the_skin() -> None:
    labels = make_face()
    labels[8:12, 6:11] = GLASSES
    masks = part_masks(labels)
    assert set(masks) == {"skin", "hair", "nose", "l_eye", "eye_g"}
    assert all(mask.dtype == np.uint8 and set(np.unique(mask)) == {0, 255} for mask in masks.values())
    assert (masks["skin"][6:22, 4:20] == 255).all() and not masks["skin"][:6].any()
    assert (masks["eye_g"] == 255).sum() == 20 and (masks["nose"] == 255).sum() == 8
