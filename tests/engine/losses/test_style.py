"""Looking like the exemplar."""

import pytest
import torch
from torch import Tensor

from engine.losses.style import LEAST_PIXELS, class_colour_loss, class_colours, identity_score
from tests.engine.figures import CLASSES, STILL, moved_person, photo_like

WHOLE = torch.ones(1, CLASSES, dtype=torch.bool)


def _painted(labels: Tensor, top: float = 0.4) -> Tensor:
    """Every class in a colour of its own; the top (class 3) at `top`."""
    colours = torch.linspace(-1, 1, CLASSES).repeat(3, 1)
    colours[:, 3] = top
    return colours[:, labels].transpose(0, 1)


def test_class_colours_are_means_over_the_class() -> None:
    labels = moved_person(STILL)
    photo = photo_like(0, 192, 128)
    mean, count = class_colours(photo, labels, CLASSES)
    assert count[0].tolist() == [(labels == c).sum().item() for c in range(CLASSES)]
    assert torch.allclose(mean[0, 3], photo[0][:, labels[0] == 3].mean(1), atol=1e-5)


def test_equal_colours_elsewhere_cost_nothing_and_another_colour_costs_its_share() -> None:
    labels, exemplar_labels = moved_person(STILL), moved_person(STILL).flip(2)
    exemplar = _painted(exemplar_labels)
    assert class_colour_loss(_painted(labels), labels, exemplar, exemplar_labels, WHOLE).item() < 1e-6
    off = class_colour_loss(_painted(labels, 0.9), labels, exemplar, exemplar_labels, WHOLE)
    assert off.item() == pytest.approx(0.5 / (CLASSES - 1), abs=1e-4)


def test_background_small_and_cut_classes_do_not_count() -> None:
    labels = torch.zeros(1, 64, 64, dtype=torch.long)
    labels[:, :20, :20] = 3
    labels[:, 40, : LEAST_PIXELS // 2] = 4
    image, exemplar = _painted(labels), _painted(labels)
    exemplar[:, :, labels[0] != 3] += 0.5
    assert class_colour_loss(image, labels, exemplar, labels, WHOLE).item() < 1e-6
    without_top = WHOLE.clone()
    without_top[:, 3] = False
    assert class_colour_loss(image, labels, exemplar + 1, labels, without_top) == 0


def test_a_copy_of_the_exemplar_scores_one_and_the_truth_zero() -> None:
    truth, exemplar = photo_like(0, 64, 64), photo_like(1, 64, 64)
    assert identity_score(exemplar, truth, exemplar) == 1
    assert identity_score(truth, truth, exemplar).item() == pytest.approx(0, abs=1e-6)
    assert 0.3 < identity_score((truth + exemplar) / 2, truth, exemplar).item() < 0.7
