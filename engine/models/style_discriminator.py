"""The judge of StEP and its baselines: a patch discriminator at three scales that also sees how batches vary."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.layers.equalised import EqualisedConv2d
from engine.layers.instance_norm import InstanceNorm

SCALES = 3
SLOPE = 0.2
_EPSILON = 1e-8


class _Judge(nn.Module):
    """4×4 convolutions with instance norm, three of stride 2; returns all features, the verdict last."""

    def __init__(self, channels_in: int, width: int) -> None:
        super().__init__()
        sizes = (width, 2 * width, 4 * width)
        self.first = EqualisedConv2d(channels_in, width, 4, stride=2, padding=1)
        steps = zip(sizes[:-1], sizes[1:], strict=True)
        self.body = nn.ModuleList(EqualisedConv2d(*step, 4, stride=2, padding=1) for step in steps)
        self.last = EqualisedConv2d(sizes[-1] + 1, sizes[-1], 3, padding=1)
        self.verdict = EqualisedConv2d(sizes[-1], 1, 3, padding=1, gain=1.0)
        self.norm = InstanceNorm()

    def forward(self, x: Tensor) -> list[Tensor]:
        features = [F.leaky_relu(self.first(x), SLOPE)]
        for layer in self.body:
            features.append(F.leaky_relu(self.norm(layer(features[-1])), SLOPE))
        features.append(F.leaky_relu(self.last(with_variety(features[-1])), SLOPE))
        return [*features, self.verdict(features[-1])]


def with_variety(x: Tensor) -> Tensor:
    """One more channel, the same number everywhere: the deviation over the batch (Karras et al. 2018, section 3).

    Float (B, C, H, W) to (B, C + 1, H, W).
    """
    deviation = (x.var(0, correction=0) + _EPSILON).sqrt().mean()
    return torch.cat([x, deviation.expand(len(x), 1, *x.shape[2:])], dim=1)


class StyleDiscriminator(nn.Module):
    """The same judge at full, half and quarter size, each with weights of its own (Wang et al. 2018).

    H and W are at least 32.
    """

    def __init__(self, content_channels: int, width: int = 32) -> None:
        super().__init__()
        self.judges = nn.ModuleList(_Judge(content_channels + 3, width) for _ in range(SCALES))

    def forward(self, content: Tensor, picture: Tensor) -> list[list[Tensor]]:
        """content float (B, C, H, W), picture float (B, 3, H, W). Returns features by scale, the verdict last."""
        x = torch.cat([content, picture], dim=1)
        answers = []
        for judge in self.judges:
            answers.append(judge(x))
            x = F.avg_pool2d(x, 2)
        return answers
