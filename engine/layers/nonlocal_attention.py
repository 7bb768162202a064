"""The non-local attention block of SAGAN (Zhang et al., ICML 2019, sec. 3) as the published models use it."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.layers.spectral import SpectralConv2d

CHUNK = 512  # queries whose scores are held at a time


class NonLocalAttention(nn.Module):
    """x + gamma * attention, where each position attends to a grid of half the side.

    channels  of the features, a multiple of 8
    spectral  whether the published weights come with spectral norm
    """

    def __init__(self, channels: int, spectral: bool) -> None:
        super().__init__()
        conv = SpectralConv2d if spectral else nn.Conv2d
        self.gamma = nn.Parameter(torch.zeros(()))
        self.theta = conv(channels, channels // 8, 1, bias=False)
        self.phi = conv(channels, channels // 8, 1, bias=False)
        self.g = conv(channels, channels // 2, 1, bias=False)
        self.o = conv(channels // 2, channels, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """x: float (B, C, H, W), H and W even. Returns the same shape; scores are held in chunks."""
        queries = self.theta(x).permute(0, 2, 3, 1).flatten(1, 2)
        keys = F.max_pool2d(self.phi(x), 2).permute(0, 2, 3, 1).flatten(1, 2)
        values = F.max_pool2d(self.g(x), 2).flatten(2)
        attended = torch.stack([_attend(*each) for each in zip(queries, keys, values, strict=True)])
        attended = attended.view(len(x), *x.shape[2:], -1).permute(0, 3, 1, 2)
        return torch.addcmul(x, self.gamma, self.o(attended))


def _attend(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    """queries (N, K), keys (M, K), values (V, M) -> (N, V)."""
    return torch.cat([(chunk @ keys.T).softmax(1) @ values.T for chunk in queries.split(CHUNK)])
