"""Instance normalisation without parameters, and the residual block of the correspondence networks."""

import torch
from torch import Tensor, nn

from engine.layers.convolution import Conv3

EPSILON = 1e-5


class InstanceNorm(nn.Module):
    """Zero mean and unit (biased) variance over the plane of each channel.

    Float (B, C, H, W) in and out, fastest in channels_last memory, which torch's own does not keep. As in
    torch's own, the statistics are more precise than the map: where matches are chosen by the features,
    less precise ones choose others.
    """

    def forward(self, x: Tensor) -> Tensor:
        mean = _plane_mean(x)
        variance = _plane_mean((x - mean.to(x.dtype)).square_())
        scale = (variance + EPSILON).rsqrt()
        return torch.addcmul((-mean * scale).to(x.dtype), x, scale.to(x.dtype))


def _plane_mean(x: Tensor) -> Tensor:
    """float64 (B, C, 1, 1): rows in x's own precision, which is enough for so few numbers, then their mean.

    Of channels_last memory a product with ones sums rows several times as fast as `mean` does, on the CPU. While
    gradients are recorded autocasting may be on, which would make that product a less precise one.
    """
    if x.device.type != "cpu" or x.dtype != torch.float32 or torch.is_grad_enabled():
        return x.mean(3).double().mean(2)[:, :, None, None]
    rows = x.permute(0, 2, 3, 1).flatten(0, 1)
    ones = x.new_ones(()).expand(len(rows), 1, rows.shape[1])
    sums = torch.bmm(ones, rows).view(len(x), x.shape[2], -1)
    return sums.double().mean(1)[:, :, None, None] / x.shape[3]


class InstanceResidualBlock(nn.Module):
    """Two 3×3 convolutions, borders reflected, each with instance norm; one PReLU after each of them.

    The second PReLU comes after the sum. Float (B, channels, H, W) in and out.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.pad = nn.ReflectionPad2d(1)
        self.conv1 = Conv3(channels, channels, 3)
        self.conv2 = Conv3(channels, channels, 3)
        self.norm = InstanceNorm()
        self.prelu = nn.PReLU()

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.prelu(self.norm(self.conv1(self.pad(x))))
        return self.prelu(self.norm(self.conv2(self.pad(hidden))) + x)
