"""Texture patches in the regions of a label map."""

import numpy as np
import pytest

from engine.conditions.texture import bare_classes, lay, middle, no_texture, random_texture, textured
from engine.domains import FASHION
from tests.engine.folders import TINY_DOMAIN

RAMP = np.stack([np.tile(np.arange(40.0), (60, 1)), np.tile(np.arange(60.0)[:, None], (1, 40)), np.ones((60, 40))])


def _regions() -> np.ndarray:
    """Background, a tall box of class 1 and a wide one of class 2."""
    labels = np.zeros((60, 40), np.int64)
    labels[10:50, 4:14] = 1
    labels[20:30, 20:38] = 2
    return labels


def test_a_patch_is_the_square_around_its_place_within_both_regions() -> None:
    everywhere, half = np.ones((60, 40), bool), np.ones((60, 40), bool)
    half[:, 10:] = False
    guide = no_texture(60, 40)
    lay(guide, RAMP, (everywhere, half), at=(30, 20), to=(12, 8), side=6)
    shown = np.zeros((60, 40), bool)
    shown[9:15, 5:10] = True
    assert np.array_equal(guide[3] == 1, shown)
    assert np.array_equal(guide[0][shown], (RAMP[0] + 0)[27:33, 17:22].ravel())
    assert not guide[:3][:, ~shown].any() and (guide[3][~shown] == -1).all()


@pytest.mark.parametrize("place", [(0, 0), (59, 39)])
def test_a_patch_at_the_border_is_cut_off(place: tuple[int, int]) -> None:
    guide, everywhere = no_texture(60, 40), np.ones((60, 40), bool)
    lay(guide, RAMP, (everywhere, everywhere), at=place, to=(30, 20), side=8)
    assert 9 <= (guide[3] == 1).sum() <= 25
    assert guide[0, 30, 20] == RAMP[0][place] and guide[1, 30, 20] == RAMP[1][place]


def test_the_middle_lies_deepest() -> None:
    row, column = middle(_regions() == 1)
    assert 14 <= row <= 45 and 8 <= column <= 9


def test_each_class_gets_a_patch_of_the_same_class() -> None:
    labels, photo_labels = _regions(), _regions()[::-1].copy()
    photo = np.stack([photo_labels * 0.25] * 3).astype(np.float32)
    guide = textured(labels, photo, np.where(photo_labels == 2, 0, photo_labels), 8, ())
    patched = guide[3] == 1
    assert set(np.unique(labels[patched])) == {1}  # the photo shows nothing of class 2, and the background gets none
    assert (guide[0][patched & (labels == 1)] == 0.25).all() and (patched & (labels == 1)).sum() == 64


def test_a_photo_that_shows_no_class_is_a_texture_for_all_that_are_not_bare() -> None:
    guide = textured(_regions(), RAMP.astype(np.float32), np.zeros((60, 40), np.int64), 8, (0, 2))
    assert set(np.unique(_regions()[guide[3] == 1])) == {1}


def test_patches_to_learn_from_lie_in_their_regions_and_show_their_colours() -> None:
    labels = _regions()
    photo = np.stack([labels * 0.25 + 0.1] * 3).astype(np.float32)
    areas = []
    for seed in range(20):
        guide = random_texture(labels, photo, np.random.default_rng(seed))
        patched = guide[3] == 1
        assert np.array_equal(guide[0][patched], photo[0][patched])
        areas.append([patched[labels == number].mean() for number in range(3)])
    given = np.array(areas) > 0
    assert not given[:, 0].any() and given[:, 1:].any(0).all() and not given.all(0).any()


def test_skin_and_hair_get_no_fabric() -> None:
    named = {FASHION.classes[number].name for number in bare_classes(FASHION)}
    assert named == {"background", "face", "arms", "legs", "hair", "hat"}
    assert bare_classes(TINY_DOMAIN) == (0,)
