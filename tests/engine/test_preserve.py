"""Edits put into photos: nothing changes outside of the rim, no seam is seen at it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.preserve import NARROWEST_RIM, RIM, Edit, Rectangle, put_in

OLD, NEW = 4, 5


def noise(seed: int, shape: tuple[int, int]) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (*shape, 3), dtype=np.uint8)


def far_from(mask: np.ndarray, distance: float) -> np.ndarray:
    """Pixels that lie at least so far from all set ones, by looking at each of them."""
    y, x = np.mgrid[: mask.shape[0], : mask.shape[1]]
    nearest = np.full(mask.shape, np.inf)
    for row, column in np.argwhere(mask):
        nearest = np.minimum(nearest, np.hypot(y - row, x - column))
    return nearest >= distance


@st.composite
def edits(draw: st.DrawFn) -> Edit:
    """Label maps with a few boxes painted over."""
    shape = draw(st.integers(8, 60)), draw(st.integers(8, 60))
    before = np.zeros(shape, np.uint8)
    before[: draw(st.integers(0, shape[0])), : draw(st.integers(0, shape[1]))] = OLD
    labels = before.copy()
    for _ in range(draw(st.integers(1, 3))):
        top, left = draw(st.integers(0, shape[0] - 1)), draw(st.integers(0, shape[1] - 1))
        height, width = draw(st.integers(1, 8)), draw(st.integers(1, 8))
        labels[top : top + height, left : left + width] = draw(st.integers(0, 6))
    return Edit(labels, before)


@given(edits(), st.integers(0, 9))
def test_pixels_beyond_the_rim_are_the_photos(edit: Edit, seed: int) -> None:
    shape = edit.labels.shape
    photo, generated = noise(seed, shape), noise(seed + 10, shape)
    image = put_in(photo, generated, edit, Rectangle(0, 0, *shape))
    outside = far_from(edit.labels != edit.before, edit.rim)
    assert np.array_equal(image[outside], photo[outside])
    assert image.shape == photo.shape and image.dtype == np.uint8


@given(edits(), st.integers(1, 40), st.integers(1, 40))
def test_a_view_holds_the_edit_with_its_rim_and_what_is_asked(edit: Edit, height: int, width: int) -> None:
    if edit.box is None:
        return
    view, touched = edit.view((height, width)), edit.touched
    assert view == view.within(edit.labels.shape)
    assert view.top <= touched.top and view.left <= touched.left
    assert view.bottom >= touched.bottom and view.right >= touched.right
    assert view.shape[0] >= min(height, edit.labels.shape[0]) and view.shape[1] >= min(width, edit.labels.shape[1])


def test_without_an_edit_the_photo_comes_back() -> None:
    labels = np.full((20, 30), OLD, np.uint8)
    photo = noise(1, labels.shape)
    image = put_in(photo, noise(2, labels.shape), Edit(labels, labels.copy()), Rectangle(0, 0, 20, 30))
    assert np.array_equal(image, photo) and not np.shares_memory(image, photo)


def block_edit(side: int = 120) -> Edit:
    """The middle of a figure gets another class."""
    before = np.zeros((side, side), np.uint8)
    before[10:-10, 10:-10] = OLD
    labels = before.copy()
    labels[40:80, 40:80] = NEW
    return Edit(labels, before)


def test_the_edited_region_is_generated() -> None:
    edit = block_edit()
    photo, generated = np.zeros((120, 120, 3), np.uint8), np.full((120, 120, 3), 200, np.uint8)
    image = put_in(photo, generated, edit, Rectangle(0, 0, 120, 120))
    assert (image[40:80, 40:80] == 200).all()


def test_only_the_part_that_was_generated_is_needed() -> None:
    edit = block_edit()
    photo, generated = noise(1, (120, 120)), noise(2, (120, 120))
    place = edit.touched.grown(3).within((120, 120))
    assert np.array_equal(
        put_in(photo, generated[place.slices], edit, place), put_in(photo, generated, edit, Rectangle(0, 0, 120, 120))
    )


def test_it_comes_out_the_same_each_time() -> None:
    edit, place = block_edit(), Rectangle(0, 0, 120, 120)
    first, second = (put_in(noise(1, (120, 120)), noise(2, (120, 120)), edit, place) for _ in range(2))
    assert np.array_equal(first, second)


@pytest.mark.parametrize("offset", [8, -10])
def test_there_is_no_seam_where_a_class_goes_on(offset: int) -> None:
    """A figure that grows by a strip of its own class, generated in another tone: no step within the figure."""
    before = np.zeros((160, 160), np.uint8)
    before[20:100, 40:120] = OLD
    labels = before.copy()
    labels[100:140, 40:120] = OLD
    edit = Edit(labels, before)
    y, x = np.mgrid[:160, :160]
    photo = np.repeat((110 + 0.3 * y + 0.2 * x)[..., None], 3, axis=2).round().astype(np.uint8)
    generated = (photo.astype(int) + offset).astype(np.uint8)
    image = put_in(photo, generated, edit, Rectangle(0, 0, 160, 160)).astype(int)
    hard = np.where((labels != before)[..., None], generated, photo).astype(int)

    def step(picture: np.ndarray) -> int:
        return np.abs(np.diff(picture[80:120, 60:100], axis=0)).max()

    assert step(hard) >= abs(offset) - 1
    assert step(image) <= step(photo.astype(int)) + 1
    # The fit carries the photo's tone into the strip, where fading alone would leave the generated one.
    assert np.abs(image - photo)[101, 60:100].mean() < 0.6 * abs(offset)


def test_another_thing_in_the_photo_does_not_colour_the_edit() -> None:
    """What differs by far is no other tone: it is not carried into the region."""
    before = np.zeros((160, 160), np.uint8)
    before[20:100, 40:120] = OLD
    labels = before.copy()
    labels[100:140, 40:120] = OLD
    photo = np.full((160, 160, 3), 20, np.uint8)
    generated = np.full((160, 160, 3), 220, np.uint8)
    image = put_in(photo, generated, Edit(labels, before), Rectangle(0, 0, 160, 160))
    assert np.abs(image[112:140, 60:100].astype(int) - 220).max() < 25


def test_the_rim_follows_the_size_of_the_figure_not_of_the_edit() -> None:
    small, large = block_edit(120), block_edit(1000)
    assert small.rim == NARROWEST_RIM < large.rim == pytest.approx(RIM * 980)
    empty = Edit(np.eye(400, dtype=np.uint8), np.zeros((400, 400), np.uint8))
    assert empty.rim == pytest.approx(RIM * 400)


def test_the_ground_of_another_photo_leaves_no_halo() -> None:
    """Where both show different things, the rim is narrow; where they agree but for their tone, it is wide."""
    labels = np.zeros((400, 400), np.uint8)
    labels[180:220, 180:220] = NEW
    edit = Edit(labels, np.zeros_like(labels))
    place = Rectangle(0, 0, 400, 400)
    photo = np.full((400, 400, 3), 40, np.uint8)
    distance = int(edit.rim / 2)
    row = 219 + distance
    halo = put_in(photo, np.full_like(photo, 240), edit, place)[row, 200, 0]
    assert halo == 40
    stripes = photo + 10 * (np.arange(400)[:, None, None] % 2).astype(np.uint8)
    assert put_in(photo, stripes, edit, place)[row - 1 : row + 2, 200, 0].max() > 40
