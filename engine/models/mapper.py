"""The mapper of StEP: unit Gaussian noise to codes of style that photos could have."""

import torch
from torch import Tensor, nn

HIDDEN_LAYERS = 3


class Mapper(nn.Module):
    """Noise, float (B, dims_in), each number from N(0, 1), to codes, float (B, dims_out).

    Inside, codes are standardised: `mean` and `scale`, float (dims_out,), are those of the codes that it was
    fitted to, and belong to its weights.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, dims_out: int, dims_in: int = 8, hidden: int = 128) -> None:
        super().__init__()
        self.dims_in = dims_in
        widths = [dims_in] + [hidden] * HIDDEN_LAYERS
        layers: list[nn.Module] = []
        for width_in, width_out in zip(widths[:-1], widths[1:], strict=True):
            layers += [nn.Linear(width_in, width_out), nn.Tanh()]
        self.layers = nn.Sequential(*layers, nn.Linear(hidden, dims_out))
        self.register_buffer("mean", torch.zeros(dims_out))
        self.register_buffer("scale", torch.ones(dims_out))

    def forward(self, noise: Tensor) -> Tensor:
        return self.layers(noise) * self.scale + self.mean

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """`count` codes, (count, dims_out), from noise that `generator`, on the CPU, draws."""
        return self(torch.randn(count, self.dims_in, generator=generator).to(self.mean.device))
