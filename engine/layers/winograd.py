"""3×3 convolutions by Winograd's minimal filtering (Lavin and Gray, CVPR 2016, sec. 4).

Tiles of 2×2 outputs take 16 products of transformed values in the place of 36, and 16 matrix products over channels
do all of them. It pays on the CPU where there are many channels: a third less time at 256 to 512, and
smaller rounding errors than the direct sum over nine times as many terms.

Tiles of 4×4 take 36 products in the place of 144, and pay from 128 to 128 channels on: 128 to 256 take two thirds of
the direct sum's time, with rounding errors six times as large.
"""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

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


def convolve3(x: Tensor, weight: Tensor, bias: Tensor | None, tile: Literal[2, 4] = 2) -> Tensor:
    """x float (B, C, H + 2, W + 2), weight (O, C, 3, 3), bias (O) -> (B, O, H, W) in channels_last.

    H and W are multiples of `tile`.
    """
    transforms = _TRANSFORMS[tile]
    filters = [[w.T for w in transforms.filter(row.unbind(-1))] for row in transforms.filter(weight.unbind(2))]
    batch, channels, height, width = x.shape[0], x.shape[1], x.shape[2] - 2, x.shape[3] - 2
    result = x.new_empty(batch, height, width, len(weight))
    rows = tile * max(1, STRIP_BYTES // ((tile + 2) ** 2 * 4 * channels * (width // tile)))
    for sample, target in zip(x.permute(0, 2, 3, 1), result, strict=True):
        for top in range(0, height, rows):
            part = target[top : top + rows]
            _convolve_strip(sample[top : top + len(part) + 2], filters, part, tile)
    return (result if bias is None else result.add_(bias)).permute(0, 3, 1, 2)


def _convolve_strip(x: Tensor, filters: list[list[Tensor]], target: Tensor, tile: int) -> None:
    """x (h + 2, w + 2, C) into target (h, w, O); row and column steps of the transforms are alike."""
    size, transforms = (len(target) // tile, target.shape[1] // tile), _TRANSFORMS[tile]
    sums = []
    for row, of_row in zip(transforms.data(x.unfold(0, tile + 2, tile).unbind(-1)), filters, strict=True):
        columns = transforms.data(row.unfold(1, tile + 2, tile).unbind(-1))
        sums.append(transforms.output([c.flatten(0, 1) @ w for c, w in zip(columns, of_row, strict=True)]))
    for column, of_column in enumerate(zip(*sums, strict=True)):
        for row, value in enumerate(transforms.output(of_column)):
            target[row::tile, column::tile] = value.view(*size, -1)


def _data2(d: Sequence[Tensor]) -> tuple[Tensor, ...]:
    return d[0] - d[2], d[1] + d[2], d[2] - d[1], d[1] - d[3]


def _filter2(g: Sequence[Tensor]) -> tuple[Tensor, ...]:
    outer, middle = (g[0] + g[2]) / 2, g[1] / 2
    return g[0], outer + middle, outer - middle, g[2]


def _output2(m: Sequence[Tensor]) -> tuple[Tensor, ...]:
    return m[0] + m[1] + m[2], m[1] - m[2] - m[3]


def _data4(d: Sequence[Tensor]) -> tuple[Tensor, ...]:
    even, odd = torch.add(d[4], d[2], alpha=-4), torch.add(d[3], d[1], alpha=-4)
    outer, inner = d[4] - d[2], (d[3] - d[1]).mul_(2)
    first = torch.add(d[4], d[2], alpha=-5).add_(d[0], alpha=4)
    last = torch.add(d[5], d[3], alpha=-5).add_(d[1], alpha=4)
    return first, even + odd, even.sub_(odd), outer + inner, outer.sub_(inner), last


def _filter4(g: Sequence[Tensor]) -> tuple[Tensor, ...]:
    near, middle = (g[0] + g[2]) / -6, g[1] / 6
    far = g[0] / 24 + g[2] / 6
    return g[0] / 4, near - middle, near + middle, far + middle / 2, far - middle / 2, g[2]


def _output4(m: Sequence[Tensor]) -> tuple[Tensor, ...]:
    near, near_difference, far, far_difference = m[1] + m[2], m[1] - m[2], m[3] + m[4], m[3] - m[4]
    return (
        m[0] + near + far,
        torch.add(near_difference, far_difference, alpha=2),
        torch.add(near, far, alpha=4),
        torch.add(near_difference, far_difference, alpha=8).add_(m[5]),
    )


class _Transforms(NamedTuple):
    """Along one axis: of a tile's input and of three weights to as many values, and of their products to outputs."""

    data: Callable[[Sequence[Tensor]], tuple[Tensor, ...]]
    filter: Callable[[Sequence[Tensor]], tuple[Tensor, ...]]
    output: Callable[[Sequence[Tensor]], tuple[Tensor, ...]]


_TRANSFORMS = {2: _Transforms(_data2, _filter2, _output2), 4: _Transforms(_data4, _filter4, _output4)}
