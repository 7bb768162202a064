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
        coarse = self.head(torch.cat([match.hidden, match.evidence], dim=1)).float()
        logit = F.interpolate(coarse, scale_factor=STRIDE, mode="bilinear", align_corners=False)
        return logit - F.softplus(self.penalty) * (1 - agrees)
