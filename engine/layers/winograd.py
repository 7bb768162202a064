"""3×3 convolutions by Winograd's minimal filtering (Lavin and Gray, CVPR 2016, sec. 4).

Tiles of 2×2 outputs take 16 products of transformed values in the place of 36, and 16 matrix products over channels
do all of them. It pays on the CPU where there are many channels: a third less time at 256 to 512, and
smaller rounding errors than the direct sum over nine times as many terms.

Tiles of 4×4 take 36 products in the place of 144, and two thirds of the direct sum's time or less. Their polynomials
meet at 0, ±√½, ±√2 and infinity: with the usual 0, ±1, ±2 and infinity the largest rounding error is four times
as large, and so it is still some seven times that of the direct sum.
"""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import torch
from torch import Tensor

CHANNELS = 256  # in and out, from which it pays
SIDE = 32  # of the plane from which it pays
STRIP_BYTES = 16 * 1024**2  # transformed values held at a time

Tile = Literal[2, 4]

_ROOT = 2**0.5  # the outer points; the inner ones are half of it


def tile_for(x: Tensor, weight: Tensor, padding: int, channels: int = CHANNELS) -> Tile | None:
    """The larger tile that fits all outputs of a convolution, and pays; None where there is none.

    x (B, C, H, W), weight (O, C, 3, 3). It pays on the CPU without gradients; and not under autocasting: in half
    precision the rounding of transformed values would be too large.
    """
    recording = torch.is_grad_enabled() and (x.requires_grad or weight.requires_grad)
    exact = x.dtype == torch.float32 and not torch.is_autocast_enabled("cpu")
    height, width = (side - 2 + 2 * padding for side in x.shape[2:])
    if x.device.type != "cpu" or not torch.backends.mkldnn.is_available() or not exact or recording:
        return None
    if tuple(weight.shape[2:]) != (3, 3) or min(height, width) < SIDE:
        return None
    fitting = (tile for tile in (4, 2) if height % tile == width % tile == 0)
    return next(fitting, None) if min(weight.shape[:2]) >= channels else None


def convolve3(x: Tensor, weight: Tensor, bias: Tensor | None, tile: Tile = 2) -> Tensor:
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
    even, odd = torch.add(d[4], d[2], alpha=-2), torch.add(d[3], d[1], alpha=-2)
    outer, inner = torch.add(d[4], d[2], alpha=-0.5), torch.add(d[3], d[1], alpha=-0.5)
    first = torch.add(d[4], d[2], alpha=-2.5).add_(d[0])
    last = torch.add(d[5], d[3], alpha=-2.5).add_(d[1])
    near, far = torch.add(even, odd, alpha=_ROOT / 2), torch.add(outer, inner, alpha=_ROOT)
    return first, near, even.sub_(odd, alpha=_ROOT / 2), far, outer.sub_(inner, alpha=_ROOT), last


def _filter4(g: Sequence[Tensor]) -> tuple[Tensor, ...]:
    near, near_middle = (g[0] * 2 + g[2]) / -6, g[1] * (_ROOT / -6)
    far, far_middle = (g[0] / 2 + g[2]) * (_ROOT / 3), g[1] / 3
    return g[0], near + near_middle, near - near_middle, far + far_middle, far - far_middle, g[2]


def _output4(m: Sequence[Tensor]) -> tuple[Tensor, ...]:
    near, near_difference, far, far_difference = m[1] + m[2], m[1] - m[2], m[3] + m[4], m[3] - m[4]
    return (
        torch.add(m[0], near, alpha=2).add_(far, alpha=_ROOT / 2),
        torch.add(far_difference, near_difference, alpha=_ROOT),
        torch.add(near, far, alpha=_ROOT),
        torch.add(m[5], near_difference, alpha=_ROOT / 2).add_(far_difference, alpha=2),
    )


class _Transforms(NamedTuple):
    """Along one axis: of a tile's input and of three weights to as many values, and of their products to outputs."""

    data: Callable[[Sequence[Tensor]], tuple[Tensor, ...]]
    filter: Callable[[Sequence[Tensor]], tuple[Tensor, ...]]
    output: Callable[[Sequence[Tensor]], tuple[Tensor, ...]]


_TRANSFORMS = {2: _Transforms(_data2, _filter2, _output2), 4: _Transforms(_data4, _filter4, _output4)}
