"""Every configuration of guided pix2pix runs forward and backward."""

from dataclasses import replace

import pytest
import torch

from engine.errors import InputError
from engine.models.guided_pix2pix import GuidedConfig, GuidedPix2Pix, ResnetDecoder, configurations

SMALL = {"width": 4, "halvings": 5, "blocks": 1}


def _inputs(config: GuidedConfig, height: int = 64, width: int = 96) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    return torch.randn(1, config.input_channels, height, width), torch.randn(1, config.guide_channels, height, width)


@pytest.mark.parametrize("name", configurations())
def test_every_configuration_learns_from_input_and_guide(name: str) -> None:
    config = replace(configurations()[name], **SMALL)
    network = GuidedPix2Pix(config)
    x, guide = (tensor.requires_grad_() for tensor in _inputs(config))
    picture = network(x, guide)
    assert picture.shape == (1, config.output_channels, 64, 96) and picture.abs().max() <= 1
    (picture - 0.5).square().sum().backward()
    assert x.grad.abs().sum() > 0 and guide.grad.abs().sum() > 0
    # biases that an instance norm takes away get a gradient too, of nothing
    assert all(parameter.grad is not None for parameter in network.parameters())


def test_without_norms_in_the_decoder_a_picture_may_be_bright_as_a_whole() -> None:
    torch.manual_seed(0)
    picture = torch.randn(1, 32, 8, 12)
    decoders = [ResnetDecoder(GuidedConfig(width=4, blocks=1, even=even)) for even in (True, False)]
    changes = [(decoder.up(picture + 5) - decoder.up(picture)).mean((2, 3)).abs().max() for decoder in decoders]
    sizes = [decoder.up(picture).abs().mean() for decoder in decoders]
    assert changes[0] < 0.2 * sizes[0] and changes[1] > sizes[1]


def test_the_configurations_are_the_papers_tasks_and_rivals() -> None:
    names = configurations()
    assert len(names) == 15
    assert names["texture-bft"].form == "unet" and names["depth-film"].output_channels == 1


def test_a_wrong_number_of_channels_is_named() -> None:
    network = GuidedPix2Pix(replace(configurations()["pose-bft"], **SMALL))
    x, guide = _inputs(network.config)
    with pytest.raises(InputError, match="The guide has 17 channels where the model takes 18"):
        network(x, guide[:, :17])


@pytest.mark.parametrize(("name", "multiple"), [("pose-bft", 8), ("texture-bft", 32)])
def test_sides_that_do_not_halve_evenly_are_refused(name: str, multiple: int) -> None:
    network = GuidedPix2Pix(replace(configurations()[name], **SMALL))
    assert network.config.multiple == multiple
    with pytest.raises(InputError, match=f"multiples of {multiple}"):
        network(*_inputs(network.config, 64, 100))
