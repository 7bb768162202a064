"""The triplet loss."""

import pytest
import torch

from engine.losses.triplet import triplet_loss


def test_its_value_by_hand() -> None:
    anchor, positive, negative = torch.tensor([[0.0, 0.0]]), torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 0.5]])
    size = 0.01 * (0 + 1 / 2 + 0.25 / 2)
    assert triplet_loss(anchor, positive, negative).item() == pytest.approx(1 - 0.25 + 0.1 + size)


def test_a_triplet_in_order_costs_only_the_size_of_its_codes() -> None:
    anchor, negative = torch.zeros(3, 8), torch.ones(3, 8)
    assert triplet_loss(anchor, anchor, negative).item() == pytest.approx(0.01)


def test_it_pulls_the_positive_and_pushes_the_negative() -> None:
    anchor, positive, negative = torch.zeros(1, 2), torch.tensor([[0.3, 0.0]]), torch.tensor([[0.0, 0.3]])
    positive.requires_grad_()
    negative.requires_grad_()
    triplet_loss(anchor, positive, negative).backward()
    assert positive.grad[0, 0] > 0 and negative.grad[0, 1] < 0
