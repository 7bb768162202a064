"""What is taken of a photo: pixels, labels, poses and what lies around."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app import fitting
from app.export.pictures import in_whole_photo
from app.fitting import fit_photo, fitted_size, labels_in, usual_crop, whole
from app.pictures import LONGEST_SIDE
from engine.analysis.analyse import Person
from engine.analysis.fit import FILL, Box
from tests.app.factories import labels_like, photo_like

SHAPE = (256, 384)


def person(box: Box, crop: Box, size: tuple[int, int]) -> Person:
    labels = np.zeros(size[::-1], np.uint8)
    labels[box.top : box.bottom, box.left : box.right] = 5
    return Person(box, crop, labels, np.zeros((18, 3)), 0.9)


def pose_at(*points: tuple[float, float]) -> np.ndarray:
    """A pose whose first keypoints lie there; the others are missing."""
    pose = np.zeros((18, 3))
    for number, point in enumerate(points):
        pose[number] = *point, 0.8
    return pose


def test_a_crop_keeps_the_photos_own_pixels_and_knows_where_it_lies() -> None:
    photo, labels = photo_like(0, (90, 120)), labels_like(0, (90, 120))
    fitted = fit_photo(photo, Box(30, 15, 40, 60), [labels], [pose_at((50, 35), (10, 35)), pose_at((5, 5))])
    assert (fitted.photo == photo[15:75, 30:70]).all() and (fitted.labels == labels[15:75, 30:70]).all()
    assert (fitted.surround.photo.array == photo).all()
    assert (fitted.surround.left, fitted.surround.top) == (30, 15)
    assert fitted.keypoints.array.shape == (1, 18, 3), "of the other person nothing is in sight"
    assert fitted.keypoints.array[0, :2].tolist() == [[20, 20, 0.8], [0, 0, 0]]


def test_beyond_the_photo_there_is_grey_without_labels() -> None:
    photo, labels = photo_like(0, (60, 20)), np.full((60, 20), 4, np.uint8)
    fitted = fit_photo(photo, Box(-10, 0, 40, 60), [labels])
    assert (fitted.photo[:, 10:30] == photo).all() and (fitted.labels[:, 10:30] == 4).all()
    for beyond in (slice(0, 10), slice(30, 40)):
        assert (fitted.photo[:, beyond] == FILL).all() and not fitted.labels[:, beyond].any()
    result = np.full((60, 40, 3), 7, np.uint8)
    assert (in_whole_photo(result, fitted.surround) == 7).all(), "the picture covers all of the photo"


def test_all_of_a_photo_has_nothing_around() -> None:
    photo = photo_like(0, (60, 40))
    fitted = fit_photo(photo, whole((40, 60)))
    assert fitted.surround is None and (fitted.photo == photo).all()
    assert fitted.keypoints is None and not fitted.labels.any()


@settings(max_examples=25, deadline=None)
@given(
    size=st.tuples(st.integers(900, 1500), st.integers(900, 1500)),
    left=st.integers(-200, 700),
    top=st.integers(-200, 700),
    width=st.integers(500, 1000),
)
def test_a_large_crop_is_reduced_with_all_that_belongs_to_it(
    size: tuple[int, int], left: int, top: int, width: int
) -> None:
    crop = Box(left, top, width, round(width * 1.5))
    assume(crop != whole(size))
    rows, columns = np.mgrid[: size[1], : size[0]]
    photo = np.stack([columns // 8, rows // 8, np.zeros_like(rows)], axis=2).astype(np.uint8)
    corner = np.zeros((size[1] // 2, size[0] // 2), np.uint8)  # coarser than the photo
    corner[: size[1] // 4, : size[0] // 4] = 3
    fitted = fit_photo(photo, crop, [corner], [pose_at((size[0] / 2, size[1] / 2))])
    height, width = fitted.labels.shape
    assert max(height, width) <= LONGEST_SIDE and (width, height) == fitted_size(crop, size)
    scale = width / crop.width
    y, x = fitted.surround.visible(height, width)
    inside = (
        slice(y.start - fitted.surround.top, y.stop - fitted.surround.top),
        slice(x.start - fitted.surround.left, x.stop - fitted.surround.left),
    )
    assert (fitted.photo[inside] == fitted.surround.photo.array[y, x]).all(), "exactly, without a seam"
    assert (in_whole_photo(fitted.photo, fitted.surround) == fitted.surround.photo.array).all()
    labelled = np.argwhere(fitted.labels == 3)
    if labelled.size:
        assert abs(labelled[:, 1].max() + 1 - min(width, (size[0] / 2 - crop.left) * scale)) <= 4
    if fitted.keypoints is not None:
        expected = ((size[0] / 2 - crop.left) * scale, (size[1] / 2 - crop.top) * scale)
        assert np.abs(fitted.keypoints.array[0, 0, :2] - expected).max() <= 2


def test_later_label_maps_cover_earlier_ones() -> None:
    first, second = np.full((4, 4), 2, np.uint8), np.zeros((4, 4), np.uint8)
    second[:2] = 6
    assert labels_in(whole((4, 4)), (4, 4), [first, second]).tolist() == [[6] * 4] * 2 + [[2] * 4] * 2


def test_what_is_kept_around_a_crop_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "LARGEST_WHOLE", 10_000)
    fitted = fit_photo(photo_like(0, (200, 200)), Box(20, 20, 40, 60))
    assert fitted.surround.photo.array.shape == (100, 100, 3) and fitted.labels.shape == (30, 20)
    assert fit_photo(photo_like(0, (200, 200)), whole((200, 200))).labels.shape == (200, 200)


def test_the_usual_crop_is_that_of_the_person_unless_the_photo_shows_little_else() -> None:
    crop = Box(300, 0, 400, 600)
    assert usual_crop(person(Box(400, 50, 200, 500), crop, (1200, 600)), (1200, 600), SHAPE) == crop
    assert usual_crop(person(Box(60, 30, 130, 320), Box(20, 10, 240, 360), SHAPE), SHAPE, SHAPE) == whole(SHAPE)
    small = Box(300, 600, 400, 600)
    assert usual_crop(person(Box(400, 700, 200, 400), small, (1024, 1536)), (1024, 1536), SHAPE) == small
