"""The adaptors of CoCosNet (Zhang et al., CVPR 2020, sec. 3.1): two domains into one shared space."""

import torch.nn.functional as F
from torch import Tensor, nn

from engine.layers.instance_norm import InstanceNorm
from engine.layers.nonlocal_attention import NonLocalAttention
from engine.layers.spade import SLOPE, SpadeResidualBlock
from engine.layers.spectral import SpectralConv2d
from engine.models.published.options import Options


def conv_norm(channels_in: int, channels_out: int, kernel: int, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    """A convolution under spectral norm, zeros beyond the border, and instance norm.

    All features are computed from its, so that it is summed directly.
    """
    conv = SpectralConv2d(channels_in, channels_out, kernel, stride, dilation, dilation, bias=False)
    conv.exact = True
    return nn.Sequential(conv, InstanceNorm())


class AdaptorTrunk(nn.Module):
    """What the adaptors of CoCosNet and RABIT share: five convolutions, then SPADE blocks on the input itself.

    strided  whether the fourth convolution halves the plane, to 1/4 of the input's
    """

    def __init__(self, options: Options, channels_in: int, strided: bool) -> None:
        super().__init__()
        kernel, stride = (options.adaptor_kernel, 2) if strided else (3, 1)
        width, hidden = options.width, options.hidden
        self.layer1 = conv_norm(channels_in, width, 3)
        self.layer2 = conv_norm(width, 2 * width, options.adaptor_kernel, stride=2)
        self.layer3 = conv_norm(2 * width, 4 * width, 3)
        self.layer4 = conv_norm(4 * width, 8 * width, kernel, stride=stride)
        self.layer5 = conv_norm(8 * width, 8 * width, 3)
        self.head_0 = SpadeResidualBlock(8 * width, 8 * width, channels_in, hidden=hidden)
        self.attn = NonLocalAttention(8 * width, spectral=False) if options.adaptor_nonlocal else None
        self.G_middle_0 = SpadeResidualBlock(8 * width, 8 * width, channels_in, hidden=hidden)
        self.G_middle_1 = SpadeResidualBlock(8 * width, 4 * width, channels_in, hidden=hidden)

    def stages(self, condition: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """condition float (B, C, H, W) -> layer2, layer3 (both at H/2), head and output."""
        second = self.layer2(_activate(self.layer1(condition)))
        third = self.layer3(_activate(second))
        head = self.head_0(self.layer5(_activate(self.layer4(_activate(third)))), condition)
        x = head if self.attn is None else self.attn(head)
        return second, third, head, self.G_middle_1(self.G_middle_0(x, condition), condition)


class Adaptor(AdaptorTrunk):
    """CoCosNet's adaptor: float (B, C, H, W) -> (B, options.features, H / warp_stride, W / warp_stride)."""

    def __init__(self, options: Options, channels_in: int) -> None:
        super().__init__(options, channels_in, strided=options.warp_stride == 4)
        features, self.deeper = options.features, options.adaptor_res_deeper
        self.degridding = options.adaptor_res_deeper and options.dilation_conv
        if self.deeper:
            dilations = (1, 2, 4) if options.dilation_conv else (1, 1, 1)
            for number, dilation in enumerate(dilations):
                block = SpadeResidualBlock(features, features, channels_in, dilation=dilation, hidden=options.hidden)
                self.add_module(f"deeper{number}", block)
        if self.degridding:
            self.degridding0 = conv_norm(features, features, 3, dilation=2)
            self.degridding1 = conv_norm(features, features, 3)

    def forward(self, condition: Tensor) -> Tensor:
        x = self.stages(condition)[-1]
        if self.deeper:
            for number in range(3):
                x = self.get_submodule(f"deeper{number}")(x, condition)
        return self.degridding1(self.degridding0(x)) if self.degridding else x


def _activate(x: Tensor) -> Tensor:
    return F.leaky_relu(x, SLOPE)
