"""StEP's mapper M: from noise to style codes, so that styles can be drawn at random (StEP, sec. 3.3)."""

import torch
from torch import Tensor, nn


class Mapper(nn.Module):
    """A perceptron with three hidden layers: noise float (n, dims_in), N(0, I), to codes (n, dims_out).

    It works on standardised codes; `mean` and `spread`, (dims_out,), lead back to their own units.
    """

    def __init__(self, dims_out: int, dims_in: int = 8, hidden: int = 128) -> None:
        super().__init__()
        self.dims_in = dims_in
        sizes = (dims_in, hidden, hidden, hidden)
        layers = [nn.Sequential(nn.Linear(a, b), nn.Tanh()) for a, b in zip(sizes[:-1], sizes[1:], strict=True)]
        self.layers = nn.Sequential(*layers, nn.Linear(hidden, dims_out))
        self.register_buffer("mean", torch.zeros(dims_out))
        self.register_buffer("spread", torch.ones(dims_out))

    def forward(self, noise: Tensor) -> Tensor:
        return self.mean + self.spread * self.layers(noise)
