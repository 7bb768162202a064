"""The confidence map that people look at: how far a match is to be trusted, pixel by pixel."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.correspondence.matching import STRIDE
from engine.correspondence.refinement import EVIDENCE, HIDDEN, Match
from engine.layers.blocks import SLOPE


class TrustHead(nn.Module):
    """The logit of the confidence map that people look at, (B, 1, H, W)."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Sequential(nn.Conv2d(HIDDEN + EVIDENCE, 32, 1), nn.LeakyReLU(SLOPE), nn.Conv2d(32, 1, 1))
        self.penalty = nn.Parameter(torch.tensor(3.0))

    def forward(self, match: Match, agrees: Tensor) -> Tensor:
        logit = F.interpolate(self.opinion(match), scale_factor=STRIDE, mode="bilinear", align_corners=False)
        return self.judged(logit, agrees)

    def opinion(self, match: Match) -> Tensor:
        """The logit by the match alone, (B, 1, H/4, W/4)."""
        return self.head(torch.cat([match.hidden, match.evidence], dim=1)).float()

    def judged(self, opinion: Tensor, agrees: Tensor) -> Tensor:
        """The logit (B, 1, H, W) once it is seen where the labels agree; less where they do not."""
        return opinion - F.softplus(self.penalty) * (1 - agrees)
