"""How the weights of a published network lie in memory."""

import pytest
import torch
from torch import nn

from engine.layers.convolution import is_planes, planes_layout
from engine.models.published.cocosnet2 import CocosNet2
from engine.models.published.rabit import PublishedRabit
from engine.weights.published import assembled


class InPlanes(nn.Conv2d):
    layout = torch.contiguous_format


@pytest.mark.parametrize(("kind", "planes"), [(nn.Conv2d, False), (InPlanes, True)])
def test_a_network_lies_as_it_asks_and_else_in_channels_last(kind: type[nn.Conv2d], planes: bool) -> None:
    module = kind(4, 6, 3)
    state = {name: x.clone() for name, x in module.state_dict().items()}
    laid = assembled(module, state)
    assert is_planes(laid.weight) == planes
    assert torch.equal(laid.weight, state["weight"]) and not laid.weight.requires_grad and not laid.training


def test_a_part_lies_as_it_asks_itself() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3), InPlanes(4, 4, 3))
    network.layout, network[0].layout = torch.contiguous_format, torch.channels_last
    laid = assembled(network, {name: x.clone() for name, x in network.state_dict().items()})
    assert not is_planes(laid[0].weight) and is_planes(laid[1].weight)


@pytest.mark.parametrize("network", [CocosNet2, PublishedRabit])
def test_what_is_narrow_and_large_lies_as_is_fastest(network: type[nn.Module]) -> None:
    assert network.layout == planes_layout()
