"""The convolutional GRU that carries a hidden state from one PatchMatch iteration to the next
(CoCosNet v2, Zhou et al., CVPR 2021, sec. 3.2; the separable form is that of RAFT, Teed and Deng 2020)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class SeparableConvGru(nn.Module):
    """Two gated updates of the hidden state, with 1×5 and then with 5×1 convolutions.

    hidden (B, hidden, H, W), inputs (B, inputs, H, W) -> the new hidden state. Names as in the published weights.
    """

    def __init__(self, hidden: int = 32, inputs: int = 64) -> None:
        super().__init__()
        for number, kernel in ((1, (1, 5)), (2, (5, 1))):
            for gate in "zrq":
                conv = nn.Conv2d(hidden + inputs, hidden, kernel, padding=(kernel[0] // 2, kernel[1] // 2))
                self.add_module(f"conv{gate}{number}", conv)

    def forward(self, hidden: Tensor, inputs: Tensor) -> Tensor:
        hidden = _update(hidden, inputs, self.convz1, self.convr1, self.convq1)
        return _update(hidden, inputs, self.convz2, self.convr2, self.convq2)


def _update(hidden: Tensor, inputs: Tensor, update: nn.Conv2d, reset: nn.Conv2d, new: nn.Conv2d) -> Tensor:
    both = torch.cat([update.weight, reset.weight]), torch.cat([update.bias, reset.bias])
    gates = F.conv2d(torch.cat([hidden, inputs], 1), *both, padding=update.padding).sigmoid()
    share, kept = gates.chunk(2, dim=1)
    candidate = new(torch.cat([kept * hidden, inputs], 1)).tanh()
    return torch.lerp(hidden, candidate, share)
