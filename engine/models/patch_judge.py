"""The judge of pix2pix (Isola et al. 2017): says of each 70×70 patch whether it is real."""

import torch.nn.functional as F
from torch import Tensor, nn

SLOPE = 0.2


class PatchJudge(nn.Module):
    """4×4 convolutions of stride 2, 2, 2, 1, instance norm in all but the first, and the verdict."""

    def __init__(self, channels_in: int, width: int = 64) -> None:
        super().__init__()
        sizes = (channels_in, width, 2 * width, 4 * width, 8 * width)
        strides = (2, 2, 2, 1)
        self.body = nn.ModuleList(
            nn.Conv2d(before, after, 4, stride, 1)
            for before, after, stride in zip(sizes[:-1], sizes[1:], strides, strict=True)
        )
        self.verdict = nn.Conv2d(sizes[-1], 1, 4, 1, 1)

    def forward(self, x: Tensor) -> list[list[Tensor]]:
        """Float (B, C, H, W), sides at least 32, to the verdicts (B, 1, h, w), as the adversarial losses take them."""
        for number, layer in enumerate(self.body):
            x = layer(x)
            x = F.leaky_relu(x if number == 0 else F.instance_norm(x), SLOPE)
        return [[self.verdict(x)]]
