"""States and the cache."""

import numpy as np
import pytest

from engine.inference.cache import Recent
from engine.inference.state import Pixels


def test_pixels_compare_by_content_and_shape() -> None:
    array = np.arange(6, dtype=np.uint8)
    assert Pixels(array) == Pixels(array.copy()) and hash(Pixels(array)) == hash(Pixels(array.copy()))
    assert Pixels(array.reshape(2, 3)) != Pixels(array.reshape(3, 2)) != array
    assert Pixels(array) != Pixels(array + 1)


def test_pixels_do_not_change() -> None:
    array = np.zeros((2, 2), np.uint8)
    pixels = Pixels(array)
    array[0, 0] = 1
    assert pixels.array[0, 0] == 0
    with pytest.raises(ValueError, match="read-only"):
        pixels.array[0, 0] = 1


def test_the_values_asked_for_last_are_kept() -> None:
    made: list[str] = []
    recent: Recent[str] = Recent(2)

    def ask(key: str) -> str:
        return recent.get(key, lambda: made.append(key) or key.upper())

    assert [ask(key) for key in "abacab"] == list("ABACAB")
    assert made == ["a", "b", "c", "b"]
