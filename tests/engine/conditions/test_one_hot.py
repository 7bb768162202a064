"""Label maps as planes."""

import numpy as np
import pytest

from engine.conditions.one_hot import one_hot
from engine.errors import InputError


def test_each_pixel_is_in_the_plane_of_its_class() -> None:
    labels = np.random.default_rng(0).integers(0, 5, (4, 7)).astype(np.uint8)
    planes = one_hot(labels, 5)
    assert planes.shape == (1, 5, 4, 7)
    assert np.array_equal(planes[0].argmax(0).numpy(), labels) and (planes.sum(1) == 1).all()


def test_glasses_replace_the_third_plane_from_the_end() -> None:
    glasses = np.array([[0, 1]], np.uint8)
    planes = one_hot(np.array([[16, 2]], np.uint8), 19, glasses)
    assert planes[0, 16].tolist() == [[0, 1]] and planes[0, 2].tolist() == [[0, 1]]


def test_an_unknown_class_is_refused() -> None:
    with pytest.raises(InputError, match="class id 9"):
        one_hot(np.array([[9]], np.uint8), 9)
