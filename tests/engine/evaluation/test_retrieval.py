"""How well codes find what the Gram matrices find."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from engine.data.image_folder import ImageFolder, images_below
from engine.evaluation.retrieval import (
    code_distances,
    measure_retrieval,
    nearest,
    rank_correlation,
    retrieval_sheet,
    retrieval_table,
    some_anchors,
)
from engine.images import write_image


def _distances(count: int, seed: int) -> np.ndarray:
    return code_distances(torch.randn(count, 4, generator=torch.Generator().manual_seed(seed)))


@given(st.lists(st.integers(0, 6), min_size=4, max_size=30), st.integers(0, 100))
def test_rank_correlation_is_spearmans_also_with_ties(values: list[int], seed: int) -> None:
    first = np.array(values, float)
    second = np.random.default_rng(seed).integers(0, 5, len(values)).astype(float)
    if np.ptp(first) and np.ptp(second):
        assert rank_correlation(first, second) == pytest.approx(spearmanr(first, second)[0], abs=1e-9)
    else:
        assert rank_correlation(first, second) == 0


def test_codes_that_order_as_the_style_does_are_perfect() -> None:
    by_style = _distances(40, 0)
    found = measure_retrieval(by_style**3, by_style)
    assert (found.recall_5, found.recall_10) == (1, 1) and found.rank_correlation == pytest.approx(1)
    assert found.chance_5 == pytest.approx(5 / 39) and found.chance_10 == pytest.approx(10 / 39)


def test_random_codes_reach_chance() -> None:
    found = measure_retrieval(_distances(300, 1), _distances(300, 2))
    assert found.recall_5 == pytest.approx(found.chance_5, abs=0.015)
    assert found.recall_10 == pytest.approx(found.chance_10, abs=0.015)
    assert abs(found.rank_correlation) < 0.05


def test_recall_by_hand() -> None:
    by_style = np.abs(np.subtract.outer(np.arange(12.0), np.arange(12.0)))
    by_code = by_style.copy()
    by_code[0, 1:] = by_code[0, :0:-1]
    by_code[:, 0] = by_code[0]
    rows = [len(set(nearest(by_code, 5)[i]) & set(nearest(by_style, 5)[i])) / 5 for i in range(12)]
    assert rows[0] == 0 and measure_retrieval(by_code, by_style).recall_5 == pytest.approx(np.mean(rows))


def test_a_photo_is_not_its_own_neighbour() -> None:
    found = nearest(np.zeros((4, 4)), 5)
    assert found.shape == (4, 3) and all(i not in row for i, row in enumerate(found))


def test_the_sheet_shows_each_anchor_with_its_neighbours(tmp_path: Path) -> None:
    for number in range(8):
        write_image(tmp_path / f"{number}.png", np.full((12, 8, 3), 30 * number, np.uint8))
    photos = ImageFolder(images_below(tmp_path), (8, 12))
    line = np.abs(np.subtract.outer(np.arange(8.0), np.arange(8.0)))
    sheet = retrieval_sheet(photos, line, line[::-1, ::-1] * 2, [0, 7])
    assert sheet.shape == (24 + 2 * 144, 3 * 10 + 11 * 96, 3) and sheet.dtype == np.uint8
    middles = sheet[24 + 72, [10 + 48] + [20 + 96 * i + 48 for i in range(1, 6)], 0]
    assert middles.tolist() == [0, 30, 60, 90, 120, 150]
    assert sheet[24 + 144 + 72, 10 + 48, 0] == 210


def test_anchors_are_spread_and_never_more_than_photos() -> None:
    assert some_anchors(120, 6) == [0, 24, 48, 71, 95, 119]
    assert some_anchors(3, 6) == [0, 1, 2]


def test_the_table_has_chance_beside_each_figure() -> None:
    lines = retrieval_table(measure_retrieval(_distances(21, 0), _distances(21, 0))).splitlines()
    assert lines[0].split() == ["21", "photos", "codes", "chance"]
    assert [line.split()[-2:] for line in lines[1:]] == [["1.000", "0.250"], ["1.000", "0.500"], ["1.000", "0.000"]]
