"""Hinge and least squares losses, and feature matching."""

import pytest
import torch
from torch import Tensor

from engine.losses.adversarial import (
    discriminator_loss,
    feature_matching,
    generator_loss,
    least_squares_discriminator_loss,
    least_squares_generator_loss,
)


def _answers(verdict: float, feature: float = 0.0) -> list[list[Tensor]]:
    return [[torch.full((2, 3, 4, 4), feature), torch.full((2, 1, 4, 4), verdict)] for _ in range(2)]


@pytest.mark.parametrize(("real", "fake", "loss"), [(1, -1, 0), (5, -5, 0), (0, 0, 2), (-1, 1, 4), (0.5, -1, 0.5)])
def test_a_judge_that_is_right_by_a_margin_has_nothing_to_learn(real: float, fake: float, loss: float) -> None:
    assert discriminator_loss(_answers(real), _answers(fake)).item() == pytest.approx(loss)


def test_the_generator_wants_high_verdicts() -> None:
    assert generator_loss(_answers(3.0)).item() == -3
    assert generator_loss([*_answers(3.0)[:1], *_answers(1.0)[:1]]).item() == -2


@pytest.mark.parametrize(("real", "fake", "loss"), [(1, 0, 0), (0, 0, 1), (1, -2, 4), (3, 0, 4)])
def test_least_squares_draw_verdicts_to_one_and_nought(real: float, fake: float, loss: float) -> None:
    assert least_squares_discriminator_loss(_answers(real), _answers(fake)).item() == pytest.approx(loss)
    assert least_squares_generator_loss(_answers(real)).item() == pytest.approx((real - 1) ** 2)


def test_feature_matching_compares_features_but_not_verdicts() -> None:
    chosen = torch.tensor([True, True])
    assert feature_matching(_answers(9, 0.5), _answers(-9, 0.5), chosen) == 0
    assert feature_matching(_answers(0, 0.5), _answers(0, 0.0), chosen).item() == pytest.approx(0.5)


def test_feature_matching_sees_the_chosen_samples_only() -> None:
    real, fake = _answers(0), _answers(0)
    fake[0][0][1] = 7
    assert feature_matching(real, fake, torch.tensor([True, False])) == 0
    assert feature_matching(real, fake, torch.tensor([False, True])) > 0
    assert feature_matching(real, fake, torch.tensor([False, False])) == 0


def test_feature_matching_teaches_the_answer_not_the_truth() -> None:
    real, fake = _answers(0, 1.0), _answers(0, 0.0)
    for answers in (real, fake):
        answers[0][0].requires_grad_()
    feature_matching(real, fake, torch.tensor([True, True])).backward()
    assert real[0][0].grad is None and fake[0][0].grad.abs().sum() > 0
