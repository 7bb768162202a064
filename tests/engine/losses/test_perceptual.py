"""Losses in the space of a fixed network."""

from pathlib import Path

import pytest
import torch

from engine.errors import InputError
from engine.losses.perceptual import (
    LEVELS,
    PerceptualNetwork,
    appearance_loss,
    perceptual_loss,
    perceptual_network,
    pseudo_pair_loss,
)
from tests.engine.figures import photo_like
from tests.engine.folders import TINY_DOMAIN, make_tiny_weights


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> PerceptualNetwork:
    root = tmp_path_factory.mktemp("weights")
    make_tiny_weights(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WARPAINT_WEIGHTS", str(root))
        return perceptual_network(TINY_DOMAIN)


def test_five_maps_from_a_network_that_does_not_learn(network: PerceptualNetwork) -> None:
    maps = network(photo_like(0, 64, 64))
    assert [x.shape[2] for x in maps] == [32, 16, 8, 4, 2] and len(maps) == LEVELS
    assert not any(p.requires_grad for p in network.parameters())


class _Ladder(torch.nn.Module):
    """Seven maps, each ten times larger than the one before."""

    def forward(self, photo: torch.Tensor) -> list[torch.Tensor]:
        return [photo * 10**power for power in range(7)]


def test_the_last_five_maps_count_each_in_unit_scale() -> None:
    maps = PerceptualNetwork(_Ladder())(photo_like(0, 64, 64))
    assert len(maps) == LEVELS
    assert all(abs(x.square().mean().item() - 1) < 1e-4 for x in maps)


def test_the_truth_costs_nothing_and_another_picture_costs(network: PerceptualNetwork) -> None:
    truth, other = (network(photo_like(seed, 64, 64)) for seed in (0, 1))
    chosen = torch.tensor([True])
    assert pseudo_pair_loss(truth, truth, chosen) == 0 and perceptual_loss(truth, truth) == 0
    assert pseudo_pair_loss(other, truth, chosen) > 0.1 and perceptual_loss(other, truth) > 1e-3
    assert pseudo_pair_loss(other, truth, ~chosen) == 0


def test_appearance_is_nearest_to_itself(network: PerceptualNetwork) -> None:
    own, other = (network(photo_like(seed, 64, 64)) for seed in (0, 1))
    assert appearance_loss(own, own).item() < appearance_loss(own, other).item()


def test_gradients_reach_the_picture(network: PerceptualNetwork) -> None:
    image = photo_like(0, 64, 64).requires_grad_()
    perceptual_loss(network(image), network(photo_like(1, 64, 64))).backward()
    assert image.grad.abs().sum() > 0


def test_without_weights_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path))
    with pytest.raises(InputError, match="no weights of model 'parser'"):
        perceptual_network(TINY_DOMAIN)
