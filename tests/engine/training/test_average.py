"""The running average of weights."""

import torch
from torch import nn

from engine.training.average import WeightAverage


def test_it_follows_quickly_at_first_and_slowly_later() -> None:
    network = nn.BatchNorm1d(2)
    average = WeightAverage(network)
    with torch.no_grad():
        network.weight.fill_(2.0)
        network.running_mean.fill_(5.0)
    average.follow(network, 0)
    assert torch.allclose(average.network.weight, torch.tensor(1.9))
    assert (average.network.running_mean == 5).all()
    with torch.no_grad():
        network.weight.fill_(0.9)
    average.follow(network, 10**6)
    assert torch.allclose(average.network.weight, torch.tensor(1.899))


def test_it_is_a_copy_that_does_not_learn() -> None:
    network = nn.Linear(2, 2)
    average = WeightAverage(network).network
    assert not average.training and not average.weight.requires_grad
    assert average.weight.data_ptr() != network.weight.data_ptr()
