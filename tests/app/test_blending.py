"""Blends: weights that are weights, all of it on a photo at that photo, and no jumps on the way."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.blending import NEAREST, map_weights, mixed_place, polygon_corners, polygon_weights

coordinates = st.floats(-2, 2)
points = st.builds(lambda x, y: np.array([x, y]), coordinates, coordinates)
inside = st.builds(
    lambda r, turn: r * np.array([np.cos(turn), np.sin(turn)]), st.floats(0, 0.49), st.floats(0, 2 * np.pi)
)
counts = st.integers(3, 9)
places = st.lists(st.tuples(coordinates, coordinates), min_size=2, max_size=8).map(np.array)


@given(points, counts)
def test_weights_of_the_pad_are_weights(point: np.ndarray, count: int) -> None:
    weights = polygon_weights(point, polygon_corners(count))
    assert weights.shape == (count,)
    assert (weights >= 0).all() and weights.sum() == pytest.approx(1)


@given(inside, counts)
def test_the_pad_finds_the_place_of_its_weights_again(point: np.ndarray, count: int) -> None:
    corners = polygon_corners(count)
    assert mixed_place(polygon_weights(point, corners), corners) == pytest.approx(point, abs=1e-6)


@given(counts, st.data())
def test_a_corner_of_the_pad_has_all_the_weight(count: int, data: st.DataObject) -> None:
    corner = data.draw(st.integers(0, count - 1))
    corners = polygon_corners(count)
    for place in (corners[corner], 3 * corners[corner]):
        assert polygon_weights(place, corners) == pytest.approx(np.eye(count)[corner], abs=1e-9)


@given(points, counts, st.floats(0, 2 * np.pi))
def test_the_pad_does_not_jump(point: np.ndarray, count: int, turn: float) -> None:
    corners = polygon_corners(count)
    near = point + 1e-7 * np.array([np.cos(turn), np.sin(turn)])
    assert polygon_weights(near, corners) == pytest.approx(polygon_weights(point, corners), abs=1e-4)


def test_an_edge_of_the_pad_blends_its_two_exemplars() -> None:
    corners = polygon_corners(4)
    assert polygon_weights((corners[0] + corners[1]) / 2, corners) == pytest.approx([0.5, 0.5, 0, 0])
    assert polygon_weights(np.zeros(2), corners) == pytest.approx([0.25] * 4)


@given(points, places)
def test_weights_of_the_map_are_weights_of_the_nearest(point: np.ndarray, places: np.ndarray) -> None:
    weights = map_weights(point, places)
    assert (weights >= 0).all() and weights.sum() == pytest.approx(1)
    assert np.count_nonzero(weights) <= NEAREST
    assert weights[np.hypot(*(places - point).T).argmin()] == pytest.approx(weights.max())


@given(places, st.data())
def test_a_photo_of_the_map_has_all_the_weight(places: np.ndarray, data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(places) - 1))
    weights = map_weights(places[number], places)
    assert weights.max() == 1
    assert mixed_place(weights, places) == pytest.approx(places[number])


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_the_map_does_not_jump(x: float, y: float) -> None:
    places = np.array([[-1, -1], [1, -0.9], [0.9, 1], [-0.8, 0.9], [0.1, 0]])
    near, far = map_weights(np.array([x, y]), places), map_weights(np.array([x, y + 1e-7]), places)
    assert far == pytest.approx(near, abs=1e-4)


def test_nearer_photos_of_the_map_weigh_more() -> None:
    places = np.array([[0, 0], [3, 0], [0, 30]], float)
    wanted = np.array([1, 1 / 2, 1 / 901**0.5])
    assert map_weights(np.array([1.0, 0]), places) == pytest.approx(wanted / wanted.sum())
