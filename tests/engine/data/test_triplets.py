"""Triplets by distance."""

import random

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.data.triplets import FAR, NEAR, Triplets
from engine.errors import InputError


def _distances(count: int, seed: int) -> torch.Tensor:
    points = torch.randn(count, 3, generator=torch.Generator().manual_seed(seed))
    return torch.cdist(points, points).square()


@given(st.integers(3, 40), st.integers(0, 1000))
def test_a_triplet_holds_its_anchor_once_and_the_positive_is_nearer(count: int, seed: int) -> None:
    distances = _distances(count, seed)
    for anchor, positive, negative in zip(*Triplets(distances).draw(20, random.Random(seed)), strict=True):
        assert len({anchor, positive, negative}) == 3
        assert distances[anchor, positive] <= distances[anchor, negative]


def test_positives_are_of_the_five_nearest_and_negatives_of_the_thirteen_farthest() -> None:
    distances = _distances(60, 0)
    triplets, order = Triplets(distances), distances.argsort(dim=1)
    seen: dict[str, set[int]] = {"near": set(), "far": set()}
    for anchor, positive, negative in zip(*triplets.draw(3000, random.Random(0)), strict=True):
        ranks = order[anchor].tolist()
        seen["near"].add(ranks.index(positive))
        seen["far"].add(ranks.index(negative))
    assert seen == {"near": set(range(1, NEAR + 1)), "far": set(range(60 - FAR, 60))}


def test_a_photo_that_is_there_twice_is_no_positive_of_itself() -> None:
    distances = torch.zeros(4, 4)
    for anchor, positive, negative in zip(*Triplets(distances).draw(50, random.Random(0)), strict=True):
        assert len({anchor, positive, negative}) == 3


def test_the_same_dice_draw_the_same() -> None:
    triplets = Triplets(_distances(30, 1))
    assert triplets.draw(9, random.Random(4)) == triplets.draw(9, random.Random(4))


def test_two_photos_are_too_few() -> None:
    with pytest.raises(InputError, match="at least 3 photos and there are 2"):
        Triplets(torch.zeros(2, 2))


def test_how_many_count_as_near_and_far_can_be_chosen() -> None:
    triplets = Triplets(_distances(60, 0), near=2, far=30)
    assert {len(row) for row in triplets.nearest} == {2} and {len(row) for row in triplets.farthest} == {30}
    assert Triplets(_distances(4, 0), near=2, far=30).farthest[0] != []
