import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.docks.style.spread import spread

places = st.lists(st.tuples(st.floats(0, 300), st.floats(0, 300)), min_size=1, max_size=6).map(np.array)


@given(places)
def test_boxes_stay_inside(places: np.ndarray) -> None:
    sizes = np.full((len(places), 2), (20.0, 30.0))
    centres = spread(places, sizes, (300, 300))
    assert (centres >= sizes / 2).all() and (centres <= 300 - sizes / 2).all()


@given(places)
def test_boxes_with_room_around_them_do_not_overlap(places: np.ndarray) -> None:
    sizes = np.full((len(places), 2), (10.0, 12.0))
    centres = spread(100 + places / 30, sizes, (300, 300))
    away = np.abs(centres[:, None] - centres[None]) - sizes[0] + np.eye(len(places))[..., None] * 100
    assert (away.max(2) > -0.5).all()


def test_boxes_that_lie_apart_do_not_move() -> None:
    places = np.array([[20.0, 20], [100, 20], [20, 100]])
    assert (spread(places, np.full((3, 2), 30.0), (200, 200)) == places).all()
