"""Crops around persons, and the way back to the photo."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.analysis.fit import FILL, MARGIN, Box, cut, fit, labels_in_photo, points_in_photo

SHAPE = (256, 384)
sides = st.integers(1, 3000)


@st.composite
def persons_in_photos(draw: st.DrawFn) -> tuple[Box, tuple[int, int]]:
    size = draw(sides), draw(sides)
    left, top = draw(st.integers(0, size[0] - 1)), draw(st.integers(0, size[1] - 1))
    return Box(left, top, draw(st.integers(1, size[0] - left)), draw(st.integers(1, size[1] - top))), size


@given(persons_in_photos())
def test_a_crop_holds_the_person_and_stays_in_the_photo_if_it_can(case: tuple[Box, tuple[int, int]]) -> None:
    person, size = case
    crop = fit(person, size, SHAPE)
    assert crop.left <= person.left and crop.top <= person.top
    assert crop.right >= person.right and crop.bottom >= person.bottom
    assert abs(crop.width * SHAPE[1] - crop.height * SHAPE[0]) <= sum(SHAPE)  # the shape, but for rounding
    for low, high, limit in ((crop.left, crop.right, size[0]), (crop.top, crop.bottom, size[1])):
        if high - low <= limit:
            assert low >= 0 and high <= limit
        else:
            assert abs(-low - (high - limit)) <= 1  # as much beyond on both sides


def test_there_is_free_space_on_all_sides() -> None:
    crop = fit(Box(400, 300, 100, 300), (2000, 2000), SHAPE)
    assert crop.height == round(300 * (1 + 2 * MARGIN)) and abs(300 - crop.top - 300 * MARGIN) <= 1
    assert fit(Box(400, 300, 100, 300), (2000, 2000), SHAPE, margin=0).height == 300


def test_beyond_the_photo_there_is_grey() -> None:
    photo = np.full((40, 100, 3), 255, np.uint8)
    picture = cut(photo, Box(30, -10, 40, 60), (20, 30))
    assert picture.shape == (30, 20, 3)
    assert (picture[5:25] == 255).all() and (picture[:5] == FILL).all() and (picture[25:] == FILL).all()


@given(persons_in_photos())
def test_any_crop_can_be_cut_and_filled_back(case: tuple[Box, tuple[int, int]]) -> None:
    person, (width, height) = case[0], (min(case[1][0], 60), min(case[1][1], 60))
    person = person.within(height, width)
    if person.width and person.height:
        crop = fit(person, (width, height), (8, 12))
        assert cut(np.zeros((height, width, 3), np.uint8), crop, (8, 12)).shape == (12, 8, 3)
        labels = labels_in_photo(
            np.stack([np.zeros((6, 4)), np.ones((6, 4))]).astype(np.float32), crop, (width, height)
        )
        inside = crop.within(height, width)
        assert labels.shape == (height, width) and labels.sum() == inside.width * inside.height


def test_points_and_labels_come_back_where_they_were() -> None:
    crop = Box(100, 50, 200, 300)
    assert points_in_photo(np.array([[-1.0, -1.0], [0.0, 0.0], [1.0, 0.5]]), crop).tolist() == [
        [100, 50], [200, 200], [300, 275],
    ]  # fmt: skip
    scores = np.zeros((3, 30, 20), np.float32)
    scores[2, 10:20, 5:15] = 1
    scores[0] = 0.5
    labels = labels_in_photo(scores, crop, (400, 400))
    rows, columns = np.nonzero(labels == 2)
    assert (rows.min(), rows.max() + 1, columns.min(), columns.max() + 1) == (150, 250, 150, 250)


def test_tiles_leave_no_seams(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = np.random.default_rng(0).normal(size=(4, 9, 6)).astype(np.float32)
    crop = Box(-7, 3, 120, 180)
    whole = labels_in_photo(scores, crop, (100, 150))
    monkeypatch.setattr("engine.analysis.fit._TILE", 17)
    assert np.array_equal(labels_in_photo(scores, crop, (100, 150)), whole)
