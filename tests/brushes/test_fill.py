import numpy as np
import pytest

from brushes.eraser import erased_values
from brushes.fill import class_patch, fill_patch
from brushes.patch import Patch, effective_patch
from brushes.picker import class_at


@pytest.fixture
def labels() -> np.ndarray:
    """Two areas of class 2 that touch at a corner only, on background."""
    labels = np.zeros((8, 10), dtype=np.uint8)
    labels[1:3, 1:4] = 2
    labels[3:6, 4:8] = 2
    return labels


def test_a_fill_stops_at_other_classes_and_at_corners(labels: np.ndarray) -> None:
    patch = fill_patch(labels, 2.9, 1.2)
    assert patch.box == (1, 1, 4, 3)
    assert patch.mask.all()


def test_a_fill_keeps_the_map_as_it_is(labels: np.ndarray) -> None:
    before = labels.copy()
    labels.setflags(write=False)
    patch = fill_patch(labels, 0, 0)
    assert (labels == before).all()
    assert patch.mask.sum() == (before == 0).sum()


@pytest.mark.parametrize("place", [(-0.1, 3), (3, -0.1), (10, 3), (3, 8)])
def test_outside_there_is_nothing_to_fill_or_pick(labels: np.ndarray, place: tuple[float, float]) -> None:
    assert fill_patch(labels, *place) is None
    assert class_at(labels, *place) is None


def test_the_picker_reads_the_pixel_under_the_point(labels: np.ndarray) -> None:
    assert class_at(labels, 3.99, 2.99) == 2
    assert class_at(labels, 4.0, 2.99) == 0


def test_a_class_is_found_wherever_it_is(labels: np.ndarray) -> None:
    patch = class_patch(labels, 2)
    assert patch.box == (1, 1, 8, 6)
    assert patch.mask.sum() == 6 + 12
    assert class_patch(labels, 5) is None


def test_the_effective_part_leaves_out_equal_and_locked_pixels(labels: np.ndarray) -> None:
    everything = Patch((0, 0, 10, 8), np.ones((8, 10), dtype=bool))
    assert effective_patch(everything, labels, 2).mask.sum() == 80 - 18
    assert effective_patch(everything, labels, 5, locked={0}).box == (1, 1, 8, 6)
    assert effective_patch(everything, labels, 2, locked={0}) is None


def test_an_eraser_brings_back_the_background_or_the_original(labels: np.ndarray) -> None:
    patch = Patch((3, 2, 5, 4), np.ones((2, 2), dtype=bool))
    assert erased_values(patch, None) == 0
    assert erased_values(patch, labels).tolist() == [[2, 0], [0, 2]]
