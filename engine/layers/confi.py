"""Confidence feature injection, CONFI (RABIT, sec. 3.4).

At every scale the generator is fed warped exemplar features where they can be trusted, and features
of the condition, with the style code, where they cannot. How far is a map of as many channels as
the features, computed from both and from the evidence of the alignment.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Confi(nn.Module):
    """Blend condition features and warped features of one scale.

    condition (B, A, H, W), warped (B, V, H, W), evidence (B, E, H, W) -> (B, channels, H, W).
    agrees (B, 1, H, W) in [0, 1] bounds the confidence: nothing of another class is ever let in.
    """

    def __init__(self, condition: int, warped: int, evidence: int, channels: int) -> None:
        super().__init__()
        self.from_condition = nn.Conv2d(condition, channels, 1)
        self.from_warped = nn.Conv2d(warped, channels, 1)
        self.confidence = nn.Conv2d(2 * channels + evidence, channels, 1)

    def forward(self, condition: Tensor, warped: Tensor, evidence: Tensor, agrees: Tensor) -> Tensor:
        return self.blend(self.from_condition(condition), warped, evidence, agrees)

    def of_class(self, condition: Tensor) -> Tensor:
        """`from_condition` for a condition that each class has: (B, classes, A) -> (B, classes, channels)."""
        return F.linear(condition, self.from_condition.weight.flatten(1), self.from_condition.bias)

    def blend(self, condition: Tensor, warped: Tensor, evidence: Tensor, agrees: Tensor) -> Tensor:
        """As `forward`, for what `from_condition` gave, (B, channels, H, W)."""
        warped = self.from_warped(warped)
        evidence = evidence.contiguous(memory_format=torch.channels_last)  # one odd layout would slow the rest
        trust = self.confidence(torch.cat([condition, warped, evidence], dim=1)).sigmoid()
        return torch.lerp(condition, warped, trust * agrees.to(trust.dtype))
