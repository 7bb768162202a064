"""The mapper from noise to codes."""

import torch

from engine.models.mapper import Mapper


def test_codes_are_in_the_units_of_what_it_was_fitted_to() -> None:
    torch.manual_seed(0)
    mapper, noise = Mapper(5, dims_in=3, hidden=16), torch.randn(7, 3)
    plain = mapper(noise)
    mapper.mean.copy_(torch.arange(5))
    mapper.scale.fill_(10)
    assert plain.shape == (7, 5)
    assert torch.allclose(mapper(noise), plain * 10 + torch.arange(5), atol=1e-5)


def test_mean_and_scale_travel_with_the_weights() -> None:
    mapper, other = Mapper(4), Mapper(4)
    mapper.mean.fill_(3)
    other.load_state_dict(mapper.state_dict())
    noise = torch.randn(2, 8)
    assert torch.equal(other(noise), mapper(noise))


def test_three_hidden_layers_of_tanh() -> None:
    mapper = Mapper(24)
    shapes = [tuple(layer.weight.shape) for layer in mapper.layers if isinstance(layer, torch.nn.Linear)]
    assert shapes == [(128, 8), (128, 128), (128, 128), (24, 128)]
    assert sum(isinstance(layer, torch.nn.Tanh) for layer in mapper.layers) == 3


def test_samples_depend_on_the_generator_alone() -> None:
    mapper = Mapper(4)
    first, second = (mapper.sample(6, torch.Generator().manual_seed(1)) for _ in range(2))
    assert first.shape == (6, 4) and torch.equal(first, second)
