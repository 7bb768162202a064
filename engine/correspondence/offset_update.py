"""How the GRU of CoCosNet v2 refines the offsets of all candidates after each PatchMatch iteration (sec. 3.2)."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.layers.conv_gru import SeparableConvGru
from engine.layers.convolution import Conv3, convolve, laid_out


@dataclass(frozen=True)
class UpdateWidths:
    """hidden  channels of the hidden state
    motion  channels of what is told to the GRU of scores and offsets: more than two for each candidate
    """

    hidden: int = 32
    motion: int = 64


class MotionEncoder(nn.Module):
    """Scores (B, K, H, W) and offsets (B, 2K, H, W) to features (B, width, H, W), the last 2K of them the offsets."""

    def __init__(self, candidates: int, width: int) -> None:
        super().__init__()
        self.convc1 = nn.Conv2d(candidates, width, 1)
        self.convc2 = Conv3(width, width, 3, padding=1)
        self.convf1 = nn.Conv2d(2 * candidates, width, 7, padding=3)
        self.convf2 = Conv3(width, width, 3, padding=1)
        self.conv = nn.Conv2d(2 * width, width - 2 * candidates, 3, padding=1)

    def forward(self, scores: Tensor, offsets: Tensor) -> Tensor:
        of_scores, of_offsets = self.conv.weight.split(self.convc2.out_channels, dim=1)
        motion = convolve(self._from_scores(scores), laid_out(of_scores, self.conv.weight), self.conv.bias, 1)
        motion = motion.add_(convolve(self._from_offsets(offsets), laid_out(of_offsets, self.conv.weight), padding=1))
        motion = F.relu(motion, inplace=True).contiguous(memory_format=torch.channels_last)
        return torch.cat([motion, offsets], 1)

    def _from_scores(self, scores: Tensor) -> Tensor:
        hidden = F.relu(self.convc1(laid_out(scores, self.conv.weight)), inplace=True)
        return F.relu(self.convc2(hidden), inplace=True)

    def _from_offsets(self, offsets: Tensor) -> Tensor:
        hidden = convolve(laid_out(offsets, self.conv.weight), self.convf1.weight, self.convf1.bias, 3)
        return F.relu(self.convf2(F.relu(hidden, inplace=True)), inplace=True)


class OffsetHead(nn.Module):
    """Hidden state (B, hidden, H, W) to changes of the offsets (B, 2K, H, W): K downwards, then K to the right."""

    def __init__(self, candidates: int, widths: UpdateWidths) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(widths.hidden, widths.motion, 3, padding=1)
        self.conv2 = nn.Conv2d(widths.motion, 2 * candidates, 3, padding=1)

    def forward(self, hidden: Tensor) -> Tensor:
        return self.conv2(F.relu(self.conv1(hidden), inplace=True))


class OffsetUpdate(nn.Module):
    """One step of the refinement. Names as in the published weights."""

    def __init__(self, candidates: int, widths: UpdateWidths) -> None:
        super().__init__()
        self.encoder = MotionEncoder(candidates, widths.motion)
        self.gru = SeparableConvGru(widths.hidden, widths.motion)
        self.flow_head = OffsetHead(candidates, widths)

    def forward(self, hidden: Tensor, scores: Tensor, offsets: Tensor) -> tuple[Tensor, Tensor]:
        """hidden (B, hidden, H, W), scores (B, K, H, W), offsets (B, 2K, H, W) -> new hidden, change of offsets."""
        hidden = self.gru(hidden, self.encoder(scores, offsets))
        return hidden, self.flow_head(hidden)
