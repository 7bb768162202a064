"""Where persons are."""

import numpy as np

from engine.analysis.fit import Box
from engine.analysis.persons import find_persons, territory


def _heat(*necks: tuple[int, int]) -> np.ndarray:
    """Heat maps (18, 60, 80) with necks at (x, y), each below an ear."""
    heat = np.zeros((18, 60, 80), np.float32)
    y, x = np.mgrid[:60, :80]
    for column, row in necks:
        heat[1] = np.maximum(heat[1], 0.9 * np.exp(-((x - column) ** 2 + (y - row) ** 2) / 8))
        heat[16] = np.maximum(heat[16], 0.9 * np.exp(-((x - column) ** 2 + (y - row + 4) ** 2) / 8))
    return heat


def _mask(*boxes: tuple[int, int, int, int]) -> np.ndarray:
    person = np.zeros((120, 160), np.float32)
    for left, top, right, bottom in boxes:
        person[top:bottom, left:right] = 0.9
    return person


def test_patches_apart_are_persons_the_largest_first() -> None:
    found = find_persons(_mask((10, 40, 30, 100), (80, 20, 110, 110)), _heat((10, 22), (47, 14)))
    assert found == [Box(80, 20, 30, 90), Box(10, 40, 20, 60)]


def test_a_patch_with_two_necks_is_two_persons() -> None:
    found = find_persons(_mask((20, 20, 60, 110)), _heat((15, 14), (25, 14)))
    assert sorted((box.left, box.right) for box in found) == [(20, 40), (40, 60)] or len(found) == 2
    assert sum(box.width for box in found) == 40 and all(box.height == 90 for box in found)


def test_one_neck_seen_twice_is_one_person() -> None:
    assert find_persons(_mask((20, 20, 60, 110)), _heat((19, 14), (21, 15))) == [Box(20, 20, 40, 90)]


def test_a_neck_without_a_head_divides_nobody() -> None:
    heat = _heat((11, 14), (32, 14))
    assert len(find_persons(_mask((10, 20, 80, 110)), heat)) == 2
    heat[16, :, 20:] = 0
    assert find_persons(_mask((10, 20, 80, 110)), heat) == [Box(10, 20, 70, 90)]


def test_a_person_seen_from_no_neck_is_one() -> None:
    assert find_persons(_mask((20, 20, 60, 110)), _heat()) == [Box(20, 20, 40, 90)]


def test_small_patches_and_gaps_do_not_count() -> None:
    assert find_persons(_mask((5, 5, 8, 8)), _heat()) == []
    with_belt = _mask((20, 20, 60, 60), (20, 62, 60, 110))
    assert find_persons(with_belt, _heat((20, 14))) == [Box(20, 20, 40, 90)]
    assert find_persons(_mask((20, 20, 60, 110), (120, 50, 130, 70)), _heat()) == [Box(20, 20, 40, 90)]


def test_every_pixel_belongs_to_the_nearest_person() -> None:
    boxes = [Box(0, 0, 10, 20), Box(10, 0, 30, 20)]
    first, second = (territory(boxes, number, 20, 60) for number in (0, 1))
    assert first[:, :10].all() and second[:, 10:40].all() and not (first & second)[:, :9].any()
    alone = territory(boxes[:1], 0, 20, 60)
    assert alone[:, :11].all() and not alone[:, 11:].any()
