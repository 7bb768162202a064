"""The step that all courses share."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from engine.data.chance import Chance
from engine.training.course import Course


class ChainCourse(Course):
    """A loss that goes through three networks of one weight each; the third is frozen at first."""

    def __init__(self) -> None:
        self.networks = nn.ModuleDict({name: nn.Linear(1, 1, bias=False) for name in "abc"})
        for part in self.networks.values():
            nn.init.ones_(part.weight)
        self.shipped = self.networks["a"]
        self.networks["c"].requires_grad_(False)
        self.optimisers = {name: torch.optim.SGD(part.parameters(), 1.0) for name, part in self.networks.items()}

    def loss(self) -> Tensor:
        a, b, c = self.networks.values()
        return c(b(a(torch.full((1, 1), 3.0)))).sum()

    def step(self, chance: Chance, progress: float) -> dict[str, Tensor]:
        raise NotImplementedError

    def sample_sheet(self, network: nn.Module) -> np.ndarray:
        raise NotImplementedError

    def config(self) -> dict:
        return {}

    def weights(self) -> list[float]:
        return [part.weight.item() for part in self.networks.values()]


def test_a_step_moves_the_named_networks_alone_and_no_frozen_one() -> None:
    course = ChainCourse()
    course.descend(course.loss(), "a", "c")
    assert course.weights() == [-2, 1, 1]
    assert course.networks["b"].weight.grad is None, "no gradient is left for the next step of others"


def test_gradients_of_the_step_before_are_forgotten_and_long_ones_shortened_network_by_network() -> None:
    course = ChainCourse()
    for part in course.networks.values():
        part.weight.grad = torch.full((1, 1), 50.0)
    course.descend(course.loss(), "a", "b", longest=0.5)
    assert course.weights() == pytest.approx([0.5, 0.5, 1], abs=1e-5)
    course.descend(course.loss(), "b", longest=math.inf)
    assert course.weights() == pytest.approx([0.5, -1, 1], abs=1e-5)
