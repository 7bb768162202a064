"""A SPADE residual block that works through its map strip by strip, so that large maps take little memory."""

import torch
from torch import Tensor

from engine.layers.spade import Spade, SpadeResidualBlock, resized
from engine.layers.winograd import convolve3

ROWS = 128
TILE = 4  # side of what Winograd's convolution computes at once
CHANNELS = 128  # from which it pays, of what comes in and of what goes out
SIDE = 32  # of the plane from which it pays
REACH = 4  # rows of the condition that an output depends on: four 3×3 convolutions, each after the other


class WinogradSpade(Spade):
    """The same layer and names. Without gradients, on the CPU, both maps of wide layers come from one convolution."""

    def modulate(self, normalised: Tensor, condition: Tensor) -> Tensor:
        if not self._pays(normalised):
            return super().modulate(normalised, condition)
        hidden = self.pad(self.mlp_shared(resized(condition, normalised.shape[-2:])))
        weight = torch.cat([self.mlp_gamma.weight, self.mlp_beta.weight])
        bias = torch.cat([self.mlp_gamma.bias + 1, self.mlp_beta.bias])
        gamma, beta = convolve3(hidden, weight, bias, TILE).chunk(2, dim=1)
        return torch.addcmul(beta, normalised, gamma)

    def _pays(self, x: Tensor) -> bool:
        wide = min(self.mlp_gamma.in_channels, 2 * self.mlp_gamma.out_channels) >= CHANNELS
        large = min(x.shape[2:]) >= SIDE and all(side % TILE == 0 for side in x.shape[2:])
        plain = x.device.type == "cpu" and x.dtype == torch.float32 and torch.backends.mkldnn.is_available()
        return wide and large and plain and not torch.is_grad_enabled()


class StripedSpadeResidualBlock(SpadeResidualBlock):
    """The same block and names. Without gradients it works on strips of 128 rows and what they depend on.

    Every part of it looks at a bounded neighbourhood, so that strips change nothing beyond rounding.
    """

    spade = WinogradSpade

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """x float (B, channels_in, H, W), condition (B, G, H', W'). Returns (B, channels_out, H, W)."""
        height = x.shape[2]
        if torch.is_grad_enabled() or height <= ROWS:
            return super().forward(x, condition)
        condition = resized(condition, x.shape[-2:])
        strips = []
        for top in range(0, height, ROWS):
            first, rows = max(0, top - REACH), slice(max(0, top - REACH), top + ROWS + REACH)
            strip = super().forward(x[:, :, rows], condition[:, :, rows])
            strips.append(strip[:, :, top - first : top - first + ROWS])
        return torch.cat(strips, 2)
