import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from brushes.patch import slices
from brushes.polygon import polygon_patch

SHAPE = (24, 32)
coordinates = st.integers(-120, 360).map(lambda eighths: eighths / 8)


def even_odd(outline: list[tuple[float, float]]) -> np.ndarray:
    """The rule, edge by edge over all pixel centres."""
    y, x = np.mgrid[0 : SHAPE[0], 0 : SHAPE[1]] + 0.5
    inside = np.zeros(SHAPE, dtype=bool)
    for ends in zip(outline, outline[1:] + outline[:1], strict=True):
        (ax, ay), (bx, by) = sorted(ends, key=lambda end: end[1])
        crossed = (ay <= y) != (by <= y)
        height = by - ay if by != ay else 1.0
        inside ^= crossed & (x >= ax + (y - ay) / height * (bx - ax))
    return inside


def test_a_rectangle_of_whole_pixels() -> None:
    patch = polygon_patch([(3, 2), (10, 2), (10, 7), (3, 7)], SHAPE)
    assert patch.box == (3, 2, 10, 7)
    assert patch.mask.all()


def test_areas_enclosed_twice_stay_out() -> None:
    outer, inner = [(2, 2), (20, 2), (20, 20), (2, 20), (2, 2)], [(8, 8), (14, 8), (14, 14), (8, 14), (8, 8)]
    patch = polygon_patch(outer + inner, SHAPE)
    assert patch.mask.sum() == 18 * 18 - 6 * 6


def test_an_outline_without_area_fills_nothing() -> None:
    assert polygon_patch([(3, 3)], SHAPE) is None
    assert polygon_patch([(3, 3), (12, 9)], SHAPE) is None


def test_an_outline_around_the_canvas_fills_all_of_it() -> None:
    patch = polygon_patch([(-100, -100), (300, -100), (100, 900)], SHAPE)
    assert patch.box == (0, 0, SHAPE[1], SHAPE[0])
    assert patch.mask.all()


@given(st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=9))
@example([(1.25, 1.25), (10.0, 10.0)])
def test_exactly_the_centres_inside_are_filled(outline: list) -> None:
    patch = polygon_patch(outline, SHAPE)
    canvas = np.zeros(SHAPE, dtype=bool)
    if patch:
        canvas[slices(patch.box)] = patch.mask
        assert patch.mask[0].any() and patch.mask[-1].any() and patch.mask[:, 0].any() and patch.mask[:, -1].any()
    assert (canvas == even_odd(outline)).all()
