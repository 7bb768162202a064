"""The feature transformation (FT) layer of guided image-to-image translation (AlBahar and Huang, ICCV 2019, sec. 3).

One branch of a network tells the other how its normalised features are to be scaled and shifted. The
scale and the shift are tensors as large as the features, so that the guidance may differ from place
to place; FiLM (Perez et al. 2018), which pools them to one vector a picture, is the same layer with
`pooled=True`. What flows which way between the two branches is chosen by `Exchange`.
"""

import torch.nn.functional as F
from torch import Tensor, nn

BOTTLENECK = 100
EPSILON = 1e-5


def standardise(x: Tensor) -> Tensor:
    """Zero mean and unit unbiased variance over the plane of each channel. Float (B, C, H, W), H * W > 1."""
    mean = x.mean((2, 3), keepdim=True)
    variance = x.var((2, 3), keepdim=True)
    return (x - mean) * (variance + EPSILON).rsqrt()


class FeatureTransformation(nn.Module):
    """FT(x; scale, shift) = scale * standardise(x) + shift, both computed from the other branch (eq. 1 and 2)."""

    def __init__(self, channels: int, pooled: bool = False, bottleneck: int = BOTTLENECK) -> None:
        super().__init__()
        self.scale = _through_bottleneck(channels, bottleneck)
        self.shift = _through_bottleneck(channels, bottleneck)
        self.pooled = pooled

    def forward(self, x: Tensor, other: Tensor) -> Tensor:
        """x and other: float (B, C, H, W), the latter not yet transformed itself. Returns x's shape."""
        if self.pooled:
            other = F.adaptive_avg_pool2d(other, 1)
        return self.scale(other) * standardise(x) + self.shift(other)


class Exchange(nn.Module):
    """One level at which the input branch and the guide branch meet; takes the place of both norm layers.

    channels   of both branches
    to_input   the guide transforms the input; otherwise the input is normalised alone
    to_guide   the input transforms the guide; otherwise the guide is normalised alone
    pooled     transform by one vector a picture (FiLM)
    bottleneck channels between the other branch's features and the scale, or the shift
    """

    def __init__(
        self, channels: int, to_input: bool, to_guide: bool, pooled: bool = False, bottleneck: int = BOTTLENECK
    ) -> None:
        super().__init__()
        self.input = FeatureTransformation(channels, pooled, bottleneck) if to_input else None
        self.guide = FeatureTransformation(channels, pooled, bottleneck) if to_guide else None

    def forward(self, x: Tensor, guide: Tensor) -> tuple[Tensor, Tensor]:
        """x, guide: float (B, C, H, W). Both directions start from what comes in (bidirectional, sec. 3.2)."""
        transformed = F.instance_norm(x) if self.input is None else self.input(x, guide)
        guide = F.instance_norm(guide) if self.guide is None else self.guide(guide, x)
        return transformed, guide


def _through_bottleneck(channels: int, bottleneck: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(channels, bottleneck, 1), nn.ReLU(), nn.Conv2d(bottleneck, channels, 1))
