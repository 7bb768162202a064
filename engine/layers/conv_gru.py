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
    """One gated update. Hidden state and inputs are convolved each for itself, so that nothing is concatenated."""
    share, kept = _convolved(hidden, inputs, update, reset).sigmoid_().chunk(2, dim=1)
    return torch.lerp(hidden, _convolved(kept * hidden, inputs, new).tanh_(), share)


def _convolved(hidden: Tensor, inputs: Tensor, *gates: nn.Conv2d) -> Tensor:
    channels, padding = hidden.shape[1], gates[0].padding
    weight, bias = torch.cat([gate.weight for gate in gates]), torch.cat([gate.bias for gate in gates])
    of_inputs = F.conv2d(inputs, weight[:, channels:], bias, padding=padding)
    return of_inputs.add_(F.conv2d(hidden, weight[:, :channels], padding=padding))
