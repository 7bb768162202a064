"""A SPADE residual block that works through its map strip by strip, so that large maps take little memory."""

import torch
from torch import Tensor

from engine.layers.spade import SpadeResidualBlock, resized

ROWS = 128
REACH = 4  # rows of the condition that an output depends on: four 3×3 convolutions, each after the other


class StripedSpadeResidualBlock(SpadeResidualBlock):
    """The same block and names. Without gradients it works on strips of 128 rows and what they depend on.

    Every part of it looks at a bounded neighbourhood, so that strips change nothing beyond rounding.
    """

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
