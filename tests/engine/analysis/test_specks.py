"""Specks in label maps."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.analysis.specks import SPECK, without_specks


def test_a_speck_takes_the_class_around_it_and_a_patch_stays() -> None:
    labels = np.zeros((12, 12), np.uint8)
    labels[2:10, 2:10] = 5
    labels[4, 4] = 7
    labels[7, 5 : 5 + SPECK] = 9
    cleaned = without_specks(labels)
    assert cleaned[4, 4] == 5 and (cleaned[7, 5 : 5 + SPECK] == 9).all()
    assert (cleaned != labels).sum() == 1


@given(arrays(np.uint8, (7, 9), elements=st.integers(0, 3)))
def test_no_class_appears_from_nowhere(labels: np.ndarray) -> None:
    assert set(np.unique(without_specks(labels))) <= set(np.unique(labels))
    assert np.array_equal(without_specks(labels, least=1), labels)


def test_a_map_that_is_one_speck_stays() -> None:
    assert without_specks(np.full((1, 2), 4, np.uint8)).tolist() == [[4, 4]]
