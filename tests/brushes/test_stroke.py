import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brushes.patch import Patch, slices
from brushes.stroke import stroke_patch, tapered_patch

SHAPE = (30, 40)
coordinates = st.floats(-20, 60, allow_nan=False)
points = st.tuples(coordinates, coordinates)


def on_canvas(patch: Patch | None) -> np.ndarray:
    canvas = np.zeros(SHAPE, dtype=bool)
    if patch:
        canvas[slices(patch.box)] = patch.mask
    return canvas


def distances(start: tuple[float, float], end: tuple[float, float]) -> np.ndarray:
    """From every pixel centre to the segment."""
    y, x = np.mgrid[0 : SHAPE[0], 0 : SHAPE[1]] + 0.5
    along = np.array(end) - start
    squared = float(along @ along)
    if squared == 0:
        return np.hypot(x - start[0], y - start[1])
    share = np.clip(((x - start[0]) * along[0] + (y - start[1]) * along[1]) / squared, 0, 1)
    return np.hypot(x - start[0] - share * along[0], y - start[1] - share * along[1])


@pytest.mark.parametrize(("diameter", "pixels"), [(1, 1), (2, 4), (4, 12), (5, 16), (30, 716)])
def test_a_dab_on_a_pixel_corner_has_the_pixels_within_its_radius(diameter: int, pixels: int) -> None:
    assert stroke_patch([(20, 20)], diameter, (64, 64)).mask.sum() == pixels


def test_a_dab_of_three_pixels_is_a_square_around_its_pixel() -> None:
    patch = stroke_patch([(7.5, 4.5)], 3, SHAPE)
    assert patch.box == (6, 3, 9, 6)
    assert patch.mask.all()


def test_a_straight_stroke_is_as_wide_as_the_brush() -> None:
    canvas = on_canvas(stroke_patch([(5, 10), (30, 10)], 6, SHAPE))
    assert (canvas[:, 5:30].sum(axis=0) == 6).all()
    assert not canvas[:7].any() and not canvas[13:].any()


def test_outside_of_the_canvas_there_is_no_patch() -> None:
    assert stroke_patch([(-30, -30), (-10, 50)], 8, SHAPE) is None


@given(points, points, st.integers(2, 25))
def test_a_stroke_is_all_within_half_the_diameter(start: tuple, end: tuple, diameter: int) -> None:
    canvas = on_canvas(stroke_patch([start, end], diameter, SHAPE))
    distance = distances(start, end)
    assert canvas[distance < diameter / 2 - 1e-6].all()
    assert not canvas[distance > diameter / 2 + 1e-6].any()


def test_a_tapered_stroke_narrows_evenly() -> None:
    widths = on_canvas(tapered_patch((5, 15), (35, 15), (20, 2), SHAPE))[:, 5:36].sum(axis=0)
    wanted = np.linspace(20, 2, 31)
    assert (np.diff(widths) <= 0).all()
    assert np.abs(widths - wanted).max() <= 3
    assert widths[0] >= 19 and widths[-1] <= 3


@given(points, points, st.integers(1, 25))
def test_a_tapered_stroke_of_one_width_is_a_stroke(start: tuple, end: tuple, diameter: int) -> None:
    tapered = on_canvas(tapered_patch(start, end, (diameter, diameter), SHAPE))
    np.testing.assert_array_equal(tapered, on_canvas(stroke_patch([start, end], diameter, SHAPE)))


@given(points, points)
def test_a_line_of_one_pixel_has_no_gaps(start: tuple, end: tuple) -> None:
    inside = all(0 <= x < SHAPE[1] and 0 <= y < SHAPE[0] for x, y in (start, end))
    canvas = on_canvas(stroke_patch([start, end], 1, SHAPE))
    assert not canvas[distances(start, end) > 1.5].any()
    if inside:
        steps = max(abs(int(end[0]) - int(start[0])), abs(int(end[1]) - int(start[1])))
        assert canvas.sum() == steps + 1


@given(st.lists(points, min_size=1, max_size=6), st.integers(1, 20))
def test_patches_are_tight(path: list, diameter: int) -> None:
    patch = stroke_patch(path, diameter, SHAPE)
    if patch:
        x0, y0, x1, y1 = patch.box
        assert patch.mask.shape == (y1 - y0, x1 - x0)
        assert patch.mask[0].any() and patch.mask[-1].any() and patch.mask[:, 0].any() and patch.mask[:, -1].any()


@given(st.lists(points, min_size=2, max_size=6), st.integers(2, 20))
def test_a_path_is_the_union_of_its_pieces(path: list, diameter: int) -> None:
    pieces = [on_canvas(stroke_patch(path[i : i + 2], diameter, SHAPE)) for i in range(len(path) - 1)]
    assert (on_canvas(stroke_patch(path, diameter, SHAPE)) == np.logical_or.reduce(pieces)).all()
