"""How the GRU of CoCosNet v2 refines the offsets of all candidates after each PatchMatch iteration (sec. 3.2)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.layers.conv_gru import SeparableConvGru

WIDTH = 64


class MotionEncoder(nn.Module):
    """Scores (B, K, H, W) and offsets (B, 2K, H, W) to features (B, 64, H, W), the last 2K of them the offsets."""

    def __init__(self, candidates: int) -> None:
        super().__init__()
        self.convc1 = nn.Conv2d(candidates, WIDTH, 1)
        self.convc2 = nn.Conv2d(WIDTH, WIDTH, 3, padding=1)
        self.convf1 = nn.Conv2d(2 * candidates, WIDTH, 7, padding=3)
        self.convf2 = nn.Conv2d(WIDTH, WIDTH, 3, padding=1)
        self.conv = nn.Conv2d(2 * WIDTH, WIDTH - 2 * candidates, 3, padding=1)

    def forward(self, scores: Tensor, offsets: Tensor) -> Tensor:
        from_scores = self.convc2(F.relu(self.convc1(scores), inplace=True))
        from_offsets = self.convf2(F.relu(self.convf1(offsets), inplace=True))
        both = F.relu(torch.cat([from_scores, from_offsets], 1), inplace=True)
        return torch.cat([F.relu(self.conv(both), inplace=True), offsets], 1)


class OffsetHead(nn.Module):
    """Hidden state (B, hidden, H, W) to changes of the offsets (B, 2K, H, W): K downwards, then K to the right."""

    def __init__(self, hidden: int, candidates: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(hidden, WIDTH, 3, padding=1)
        self.conv2 = nn.Conv2d(WIDTH, 2 * candidates, 3, padding=1)

    def forward(self, hidden: Tensor) -> Tensor:
        return self.conv2(F.relu(self.conv1(hidden), inplace=True))


class OffsetUpdate(nn.Module):
    """One step of the refinement. Names as in the published weights."""

    def __init__(self, hidden: int, candidates: int) -> None:
        super().__init__()
        self.encoder = MotionEncoder(candidates)
        self.gru = SeparableConvGru(hidden, WIDTH)
        self.flow_head = OffsetHead(hidden, candidates)

    def forward(self, hidden: Tensor, scores: Tensor, offsets: Tensor) -> tuple[Tensor, Tensor]:
        """hidden (B, hidden, H, W), scores (B, K, H, W), offsets (B, 2K, H, W) -> new hidden, change of offsets."""
        hidden = self.gru(hidden, self.encoder(scores, offsets))
        return hidden, self.flow_head(hidden)
