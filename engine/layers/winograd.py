"""3×3 convolutions by Winograd's minimal filtering, F(2×2, 3×3) (Lavin and Gray, CVPR 2016, sec. 4.1).

Four outputs take 16 products of transformed values in the place of 36, and 16 matrix products over channels
do all of them. It pays on the CPU where there are many channels: a third less time at 256 to 512, and
smaller rounding errors than the direct sum over nine times as many terms.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.layers.products import Columns

CHANNELS = 256  # from which it pays
SIDE = 32  # of the plane from which it pays
STRIP_BYTES = 8 * 1024**2  # transformed values held at a time


class Conv3(nn.Conv2d):
    """A convolution that takes Winograd's way where that is faster: on the CPU, without gradients."""

    def forward(self, x: Tensor) -> Tensor:
        """x: float (B, C, H, W). Returns what nn.Conv2d returns, up to rounding."""
        if not self._pays(x):
            return super().forward(x)
        if self.padding != (0, 0):
            x = F.pad(x, (1, 1, 1, 1))
        return convolve3(x, self.weight, self.bias)

    def _pays(self, x: Tensor) -> bool:
        height, width = (side + 2 * padding for side, padding in zip(x.shape[2:], self._zeros(), strict=True))
        plain = (self.kernel_size, self.stride, self.dilation, self.groups) == ((3, 3), (1, 1), (1, 1), 1)
        wide = min(self.in_channels, self.out_channels) >= CHANNELS and min(height, width) >= SIDE + 2
        recording = torch.is_grad_enabled() and (x.requires_grad or self.weight.requires_grad)
        known = self.padding in ((0, 0), (1, 1)) and self.padding_mode == "zeros"
        fast = x.device.type == "cpu" and x.dtype == torch.float32 and torch.backends.mkldnn.is_available()
        return plain and wide and known and fast and not recording and height % 2 == width % 2 == 0

    def _zeros(self) -> tuple[int, int]:
        return self.padding if isinstance(self.padding, tuple) else (0, 0)


def convolve3(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """x float (B, C, H + 2, W + 2), H and W even, weight (O, C, 3, 3), bias (O) -> (B, O, H, W) in channels_last."""
    products = [[Columns(w) for w in _filter(row)] for row in _filter(weight.unbind(2))]
    batch, channels, height, width = x.shape[0], x.shape[1], x.shape[2] - 2, x.shape[3] - 2
    result = x.new_empty(batch, height, width, len(weight))
    rows = 2 * max(1, STRIP_BYTES // (16 * 4 * channels * (width // 2)))
    for sample, target in zip(x.permute(0, 2, 3, 1), result, strict=True):
        for top in range(0, height, rows):
            part = target[top : top + rows]
            _convolve_strip(sample[top : top + len(part) + 2], products, part)
    return (result if bias is None else result.add_(bias)).permute(0, 3, 1, 2)


def _convolve_strip(x: Tensor, products: list[list[Callable[[Tensor], Tensor]]], target: Tensor) -> None:
    """x (h + 2, w + 2, C) into target (h, w, O); row and column steps of the transforms are alike."""
    size = len(target) // 2, target.shape[1] // 2
    sums = []
    for row, of_row in zip(_data(x.unfold(0, 4, 2).unbind(-1)), products, strict=True):
        columns = _data(row.unfold(1, 4, 2).unbind(-1))
        sums.append(_output([product(c.flatten(0, 1)) for c, product in zip(columns, of_row, strict=True)]))
    for column, of_column in enumerate(zip(*sums, strict=True)):
        for row, value in enumerate(_output(list(of_column))):
            target[row::2, column::2] = value.view(*size, -1)


def _data(d: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """The transform of four values of the input along one axis."""
    return d[0] - d[2], d[1] + d[2], d[2] - d[1], d[1] - d[3]


def _filter(g: tuple[Tensor, ...] | Tensor) -> tuple[Tensor, ...]:
    """The transform of three weights along one axis."""
    first, middle, last = g if isinstance(g, tuple) else g.unbind(-1)
    outer, middle = (first + last) / 2, middle / 2
    return first, outer + middle, outer - middle, last


def _output(m: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Two outputs from the four products along one axis."""
    return m[0] + m[1] + m[2], m[1] - m[2] - m[3]
