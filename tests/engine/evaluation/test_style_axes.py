"""Axes are named by what they visibly change."""

import numpy as np

from engine.domains import FASHION
from engine.evaluation.style_axes import TRAITS, measure_change, name_axes

HAIR, TOP = (FASHION.class_named(name).id for name in ("hair", "top"))
LABELS = np.zeros((60, 60), np.uint8)
LABELS[:30, :30], LABELS[30:, :30] = HAIR, TOP


def _change(class_id: int, channel: int, labels: np.ndarray = LABELS) -> np.ndarray:
    def render(index: int, amount: float) -> np.ndarray:
        picture = np.full((*labels.shape, 3), 120.0)
        picture[labels == class_id, channel] += 20 * amount
        return picture.astype(np.uint8)

    return measure_change(render, [labels], len(FASHION.classes))


def test_an_axis_is_named_by_the_class_and_the_trait_that_change() -> None:
    (axis,), (turned,) = name_axes(np.stack([_change(HAIR, 0)]), FASHION)
    assert axis.name == "Hair tint" and (axis.low, axis.high) == ("greener", "redder") and not turned


def test_an_axis_that_runs_the_other_way_is_turned() -> None:
    assert name_axes(np.stack([-_change(TOP, 0)]), FASHION)[1] == [True]


def test_axes_that_change_the_same_get_different_names_and_what_changes_everywhere_is_overall() -> None:
    table = np.zeros((len(FASHION.classes), len(TRAITS)))
    table[[0, HAIR, TOP], 0] = 10
    first, second = name_axes(np.stack([table, table]), FASHION)[0]
    assert first.name == "Overall lightness" and second.name != first.name


def test_regions_of_a_few_pixels_do_not_count() -> None:
    labels = np.zeros((60, 60), np.uint8)
    labels[:5, :5] = HAIR
    assert not _change(HAIR, 0, labels)[HAIR].any()
