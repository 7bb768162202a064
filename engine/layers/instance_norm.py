"""Instance normalisation without parameters, and the residual block of the correspondence networks."""

import torch
from torch import Tensor, nn

EPSILON = 1e-5


class InstanceNorm(nn.Module):
    """Zero mean and unit (biased) variance over the plane of each channel.

    Float (B, C, H, W) in and out, fastest in channels_last memory, which torch's own does not keep.
    """

    def forward(self, x: Tensor) -> Tensor:
        mean = x.mean((2, 3), keepdim=True)
        variance = (x - mean).square_().mean((2, 3), keepdim=True)
        scale = (variance + EPSILON).rsqrt()
        return torch.addcmul(-mean * scale, x, scale)


class InstanceResidualBlock(nn.Module):
    """Two 3×3 convolutions, borders reflected, each with instance norm; one PReLU after each of them.

    The second PReLU comes after the sum. Float (B, channels, H, W) in and out.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.pad = nn.ReflectionPad2d(1)
        self.conv1 = nn.Conv2d(channels, channels, 3)
        self.conv2 = nn.Conv2d(channels, channels, 3)
        self.norm = InstanceNorm()
        self.prelu = nn.PReLU()

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.prelu(self.norm(self.conv1(self.pad(x))))
        return self.prelu(self.norm(self.conv2(self.pad(hidden))) + x)
