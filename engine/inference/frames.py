"""From what a translator gives, on the grid that it works on, to the arrays of a frame, of the canvas's size."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import gcd

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.correspondence.grids import sample
from engine.domains import find_domain
from engine.inference.state import EditState, Exemplar
from engine.inference.transfer import downloaded, uploaded
from engine.layers.constants import constant
from engine.models.injection import shares_of
from engine.models.mix import Mix
from engine.models.translator import Alignment
from engine.rectangle import Rectangle

NEIGHBOURS = 3  # positions of the grid that decide a pixel of the canvas, to each side, and one to spare

Arrays = dict[str, np.ndarray | None]


@dataclass(frozen=True)
class View:
    """A part of a picture, on the grid and on the canvas; both may be all of it.

    Where the canvas is finer, a pixel is looked for between positions of the grid, so that a part of the one is only
    that of the other where borders of positions fall on borders of pixels.
    """

    grid: Rectangle
    canvas: Rectangle

    @staticmethod
    def whole(grid: tuple[int, int], canvas: tuple[int, int]) -> "View":
        """All of a picture; sizes are (height, width)."""
        return View(Rectangle(0, 0, *grid), Rectangle(0, 0, *canvas))

    @staticmethod
    def around(place: Rectangle, grid: tuple[int, int], canvas: tuple[int, int]) -> "View":
        """The smallest part that holds all that depends on `place`, of the grid, and all that is looked at for it."""
        if grid == canvas:
            return View(place, place)
        if canvas[0] < grid[0] or canvas[1] < grid[1]:
            return View.whole(grid, canvas)
        rows, columns = (g // gcd(g, c) for g, c in zip(grid, canvas, strict=True))
        wide = place.grown(2 * NEIGHBOURS)
        cut = Rectangle(
            wide.top // rows * rows,
            wide.left // columns * columns,
            -(-wide.bottom // rows) * rows,
            -(-wide.right // columns) * columns,
        ).within(grid)
        return View(cut, _scaled(cut, grid, canvas))

    def inner(self, grid: tuple[int, int], canvas: tuple[int, int]) -> Rectangle:
        """The part of the canvas for which all that is looked at lies in this view; `grid` and `canvas` are sizes."""
        if grid == canvas:
            return self.canvas
        here, whole = self.canvas, Rectangle(0, 0, *canvas)
        tall, wide = (-(-NEIGHBOURS * c // g) for g, c in zip(grid, canvas, strict=True))
        return Rectangle(
            here.top + (tall if here.top else 0),
            here.left + (wide if here.left else 0),
            here.bottom - (tall if here.bottom < whole.bottom else 0),
            here.right - (wide if here.right < whole.right else 0),
        )


def frame_arrays(
    state: EditState,
    exemplars: Sequence[Exemplar],
    alignments: Sequence[Alignment],
    mix: Mix,
    image: Tensor,
    place: Rectangle,
    photo_of: Callable[[Exemplar], Tensor] | None,
) -> Arrays:
    """The arrays of a frame in `place` of the canvas, which is what `alignments` and `image` show.

    `photo_of` has the detail that is finer than the network's grid; without it nothing is added.
    """
    size = place.shape
    image = resized(image, size, "bicubic")
    if any(alignment.warp is None for alignment in alignments):
        nothing = dict.fromkeys(("warp", "confidence", "correspondence", "source"))
        return downloaded({"image": _bytes(image), **nothing})
    labels = uploaded(state.labels.array[place.slices], image.device)[None].long()
    table = mix.table(len(find_domain(state.domain).classes), image.device)
    confidences = [resized(alignment.confidence, size) for alignment in alignments]
    shares = shares_of(confidences, labels, table)
    matches = torch.stack([resized(a.match.permute(0, 3, 1, 2), size)[0].permute(1, 2, 0) for a in alignments])
    warps = [_full_warp(e, a, m, photo_of) for e, a, m in zip(exemplars, alignments, matches, strict=True)]
    warp = sum(share * shown for share, shown in zip(shares, warps, strict=True))
    confidence = sum(share * c for share, c in zip(shares, confidences, strict=True))
    if photo_of is not None and alignments[0].warp.shape[2:] != size:  # detail finer than the network's grid
        small = sum(share * resized(a.warp, size, "bicubic") for share, a in zip(shares, alignments, strict=True))
        image = image + confidence * (warp - small)
    strongest = _strongest(shares[:, 0, 0])
    sizes = torch.stack([constant(e.labels.array.shape[::-1], matches) for e in exemplars])
    pixels = (matches + 1) / 2 * sizes[:, None, None] - 0.5
    number = constant([state.exemplars.index(exemplar) for exemplar in exemplars], labels)
    return downloaded(
        {
            "image": _bytes(image),
            "warp": _bytes(warp),
            "confidence": confidence[0, 0].clamp(0, 1),
            "correspondence": pixels.gather(0, strongest[None, ..., None].expand(1, -1, -1, 2))[0],
            "source": number[strongest].byte(),
        }
    )


def put_into(arrays: Arrays, part: Arrays, place: Rectangle, inner: Rectangle) -> Arrays:
    """A copy of `arrays` with `inner` taken from `part`, the arrays of `place`."""
    whole = {name: array.copy() for name, array in arrays.items()}
    for name, array in whole.items():
        array[inner.slices] = part[name][inner.seen_from(place).slices]
    return whole


def photo_tensor(photo: np.ndarray, device: torch.device) -> Tensor:
    """RGB uint8 (H, W, 3) to float (1, 3, H, W) in [-1, 1]."""
    tensor = uploaded(photo, device).permute(2, 0, 1)[None]
    return tensor.float() / 127.5 - 1


def resized(x: Tensor, size: tuple[int, int], mode: str = "bilinear") -> Tensor:
    """A map (B, C, h, w) at another size (height, width), smoothed where that is smaller."""
    if x.shape[2:] == size:
        return x
    shrinks = size[0] < x.shape[2]
    return F.interpolate(x, size, mode=mode, align_corners=False, antialias=shrinks)


def _scaled(place: Rectangle, grid: tuple[int, int], canvas: tuple[int, int]) -> Rectangle:
    rows, columns = ((c, g) for g, c in zip(grid, canvas, strict=True))
    return Rectangle(
        place.top * rows[0] // rows[1],
        place.left * columns[0] // columns[1],
        place.bottom * rows[0] // rows[1],
        place.right * columns[0] // columns[1],
    )


def _strongest(shares: Tensor) -> Tensor:
    """The index of the largest of shares (n, H, W) at each pixel; argmax over so short an axis is slow."""
    best, index = shares[0], torch.zeros(shares.shape[1:], dtype=torch.int64, device=shares.device)
    for number, share in enumerate(shares[1:], start=1):
        index = index.masked_fill(share > best, number)
        best = torch.maximum(best, share)
    return index


def _full_warp(
    exemplar: Exemplar, alignment: Alignment, match: Tensor, photo_of: Callable[[Exemplar], Tensor] | None
) -> Tensor:
    """The warp at the size of `match` (H, W, 2); larger than the network works at, it is read from the photo."""
    if photo_of is None or alignment.warp.shape[2:] == match.shape[:2]:
        return resized(alignment.warp, match.shape[:2], "bicubic")
    return sample(photo_of(exemplar), match[None], beyond="reflection")


def _bytes(picture: Tensor) -> Tensor:
    """(1, 3, H, W) in [-1, 1] to RGB uint8 (H, W, 3)."""
    return ((picture[0].float().clamp(-1, 1) + 1) * 127.5).round().byte().permute(1, 2, 0).contiguous()
