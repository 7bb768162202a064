"""The generator of CoCosNet (Zhang et al., CVPR 2020, sec. 3.2): SPADE blocks conditioned on the warp."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.layers.nonlocal_attention import NonLocalAttention
from engine.layers.spade import SLOPE, SpadeResidualBlock, resized
from engine.models.published.options import Options

DOUBLINGS = 5


def enlarge(x: Tensor) -> Tensor:
    """float (B, C, H, W) -> (B, C, 2H, 2W), each value four times."""
    return F.interpolate(x, scale_factor=2.0, mode="nearest")


class SpadeGenerator(nn.Module):
    """From the condition at 1/32 of the size to the picture, every block told the whole condition again."""

    def __init__(self, options: Options, condition_channels: int) -> None:
        super().__init__()
        width, hidden = options.ngf, options.hidden

        def block(channels_in: int, channels_out: int) -> SpadeResidualBlock:
            return SpadeResidualBlock(channels_in * width, channels_out * width, condition_channels, hidden=hidden)

        self.fc = nn.Conv2d(condition_channels, 16 * width, 3, padding=1)
        self.head_0 = block(16, 16)
        self.G_middle_0 = block(16, 16)
        self.G_middle_1 = block(16, 16)
        self.up_0 = block(16, 8)
        self.up_1 = block(8, 4)
        self.attn = NonLocalAttention(4 * width, spectral=True) if options.use_attention else None
        self.up_2 = block(4, 2)
        self.up_3 = block(2, 1)
        self.conv_img = nn.Conv2d(width, 3, 3, padding=1)

    def forward(self, condition: Tensor) -> Tensor:
        """condition float (B, G, H, W), sides multiples of 32. Returns the picture (B, 3, H, W) in (-1, 1)."""
        height, width = condition.shape[2:]
        root = resized(condition, (height // 2**DOUBLINGS, width // 2**DOUBLINGS))
        x = self.head_0(self.fc(root), condition)
        x = self.G_middle_0(enlarge(x), condition)
        x = self.G_middle_1(x, condition)
        x = self.up_0(enlarge(x), condition)
        x = self.up_1(enlarge(x), condition)
        x = enlarge(x)
        x = x if self.attn is None else self.attn(x)
        x = self.up_2(x, condition)
        x = self.up_3(enlarge(x), condition)
        return torch.tanh(self.conv_img(F.leaky_relu(x, SLOPE)))
