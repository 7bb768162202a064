"""Matches that have left their class, led home pixel by pixel."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from engine.correspondence.grids import identity_grid, sample
from engine.correspondence.homeward import FAR, GROUND_RIM, RIM, led_home, ways_home

HEIGHT, WIDTH = 96, 64
TOP, LEFT, BOTTOM, RIGHT = 24, 16, 72, 48
COAT, FACE, GLASSES, ABSENT = 3, 1, 4, 5
CLASSES = 6


@pytest.fixture
def worn() -> Tensor:
    labels = torch.zeros(1, HEIGHT, WIDTH, dtype=torch.long)
    labels[:, TOP:BOTTOM, LEFT:RIGHT] = COAT
    return labels


@pytest.fixture
def points() -> Tensor:
    return identity_grid(HEIGHT, WIDTH).unsqueeze(0)


def _shown(labels: Tensor, points: Tensor) -> Tensor:
    return sample(labels.unsqueeze(1).float(), points, "nearest").squeeze(1).long()


def _led(points: Tensor, asked: Tensor, labels: Tensor, **options: Tensor) -> Tensor:
    leading = options.pop("leading", torch.ones_like(asked, dtype=torch.bool))
    return led_home(points, asked, ways_home(labels, CLASSES, {}), leading, **options)


@pytest.mark.parametrize("number", [0, COAT])
def test_every_match_shows_its_class(worn: Tensor, points: Tensor, number: int) -> None:
    asked = torch.full_like(worn, number)
    assert (_shown(worn, points) != number).any()
    assert (_shown(worn, _led(points, asked, worn)) == number).all()


@given(seed=st.integers(0, 10**6))
def test_every_match_shows_its_class_wherever_regions_lie(seed: int) -> None:
    chance = torch.Generator().manual_seed(seed)
    labels = torch.randint(0, CLASSES, (1, 6, 4), generator=chance).repeat_interleave(8, 1).repeat_interleave(8, 2)
    asked = torch.randint(0, CLASSES, (1, 20, 30), generator=chance)
    points = torch.rand(1, 20, 30, 2, generator=chance) * 3 - 1.5
    led = _led(points, asked, labels)
    there = torch.isin(asked, labels)
    assert (_shown(labels, led)[there] == asked[there]).all() and torch.equal(led[~there], points[~there])


def test_what_is_at_home_stays(worn: Tensor, points: Tensor) -> None:
    led = _led(points, worn, worn)
    coat = (slice(None), slice(TOP + RIM, BOTTOM - RIM), slice(LEFT + RIM, RIGHT - RIM))
    far = torch.ones_like(worn, dtype=torch.bool)
    far[:, TOP - GROUND_RIM : BOTTOM + GROUND_RIM, LEFT - GROUND_RIM : RIGHT + GROUND_RIM] = False
    assert torch.equal(led[coat], points[coat]) and torch.equal(led[far], points[far])


def test_rims_are_left_inwards(worn: Tensor, points: Tensor) -> None:
    led = _led(points, worn, worn)
    assert (led[0, 30:60, LEFT, 0] > points[0, 30:60, LEFT, 0]).all()
    assert (led[0, 30:60, LEFT - 1, 0] < points[0, 30:60, LEFT - GROUND_RIM, 0]).all()


def test_only_what_is_to_be_led_is(worn: Tensor, points: Tensor) -> None:
    leading = torch.zeros_like(worn, dtype=torch.bool)
    assert torch.equal(_led(points, torch.full_like(worn, COAT), worn, leading=leading), points)


def test_ground_is_continued_from_beside_with_its_order_kept(worn: Tensor) -> None:
    row = ways_home(worn, CLASSES, {})[0, 0, 48, LEFT : LEFT + 10, 0]
    assert (row < -GROUND_RIM).all() and (row.diff() <= -1).all() and (row.diff() >= -2).all()


def test_from_far_away_the_place_alike_comes_first(worn: Tensor, points: Tensor) -> None:
    alike = torch.zeros_like(points) + torch.tensor([0.25, 0.125])
    led = _led(points, torch.full_like(worn, COAT), worn, alike=alike)
    away = torch.ones_like(worn, dtype=torch.bool)
    reach = int(FAR)
    away[:, TOP - reach : BOTTOM + reach, LEFT - reach : RIGHT + reach] = False
    assert torch.allclose(led[away], alike[away])
    assert not torch.isclose(led[0, 40, LEFT - 2], alike[0, 0, 0]).any()


def test_an_absent_class_leads_nowhere(worn: Tensor, points: Tensor) -> None:
    assert torch.equal(_led(points, torch.full_like(worn, ABSENT), worn), points)


def test_a_face_may_come_with_its_glasses(points: Tensor) -> None:
    labels = torch.zeros(1, HEIGHT, WIDTH, dtype=torch.long)
    labels[:, 20:60, 10:50] = FACE
    labels[:, 30:36, 14:46] = GLASSES
    ways = ways_home(labels, CLASSES, {FACE: (GLASSES,)})
    assert not ways[0, FACE, 30:36, 14:46].any() and ways[0, GLASSES, 22:28, 14:46].any(-1).all()


def test_pictures_of_a_batch_are_told_apart(worn: Tensor) -> None:
    both = torch.cat([worn, worn.flip(1).roll(5, 2)])
    each = torch.cat([ways_home(picture.unsqueeze(0), CLASSES, {}) for picture in both])
    assert torch.equal(ways_home(both, CLASSES, {}), each)


def test_only_ways_that_are_wanted_are_looked_for(worn: Tensor) -> None:
    some, all_ = ways_home(worn, CLASSES, {}, wanted=(0,)), ways_home(worn, CLASSES, {})
    assert torch.equal(some[:, 0], all_[:, 0]) and not some[:, 1:].any() and all_[:, COAT].any()


def test_what_is_all_rim_is_kept() -> None:
    labels = torch.zeros(1, HEIGHT, WIDTH, dtype=torch.long)
    labels[:, :, 30] = COAT
    ways = ways_home(labels, CLASSES, {})
    assert not ways[0, COAT, :, 30].any() and (ways[0, COAT, :, 29, 0] == 1).all()
