"""The residual block of CoCosNet v2's extractors, with its published names."""

from torch import Tensor, nn

from engine.layers.convolution import Conv3
from engine.layers.instance_norm import InstanceNorm


class PreluResidualBlock(nn.Module):
    """PReLU(x + IN(conv(PReLU(IN(conv(x)))))), 3×3, borders reflected; both PReLUs are one. Float (B, C, H, W)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.relu = nn.PReLU()
        self.model = nn.Sequential(
            nn.ReflectionPad2d(1),
            Conv3(channels, channels, 3),
            InstanceNorm(),
            self.relu,
            nn.ReflectionPad2d(1),
            Conv3(channels, channels, 3),
            InstanceNorm(),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.relu(x + self.model(x))
