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
    """One gated update. What the inputs say to all three gates is computed at once and nothing is concatenated."""
    channels, padding = hidden.shape[1], update.padding
    weight = torch.cat([update.weight, reset.weight, new.weight])
    bias = torch.cat([update.bias, reset.bias, new.bias])
    told = F.conv2d(inputs, weight[:, channels:], bias, padding=padding)
    gates = F.conv2d(hidden, weight[: 2 * channels, :channels], padding=padding)
    share, kept = (gates + told[:, : 2 * channels]).sigmoid_().chunk(2, dim=1)
    candidate = F.conv2d(kept * hidden, weight[2 * channels :, :channels], padding=padding)
    return torch.lerp(hidden, (candidate + told[:, 2 * channels :]).tanh_(), share)
