"""GRU-assisted PatchMatch (CoCosNet v2, Zhou et al., CVPR 2021, sec. 3.2).

Every position keeps K candidate offsets. In each iteration the offsets of the neighbours to the left
and right, then of those above and below, are tried as well and the best K stay; a convolutional GRU
then moves all of them by fractions. Candidates are compared by the softmax of their similarity.

Two forms of the fractions. As published, a fractional place is turned into the flat index
row * width + column, truncated: the fraction of the row leaks into the column, and no gradient
reaches the GRU. In the `trainable` form rows and columns are rounded each for itself while
candidates compete, and at the end features and values are read bilinearly at the fractional places,
so that what the warp costs tells the GRU where to move. There the best candidate also stays where it
was, beside what it is moved to, so that no move makes a match worse.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from engine.correspondence.gathered import gathered_dots, gathered_sum
from engine.correspondence.offset_update import OffsetUpdate, UpdateWidths
from engine.layers.instance_norm import InstanceNorm


@dataclass(frozen=True)
class PatchMatchConfig:
    """dims         length of the features that are compared
    candidates   K, how many a position keeps
    iterations   of propagation, evaluation and refinement
    temperature  of the softmax
    trainable    read fractional places bilinearly, so that the GRU gets a gradient
    widths       of the GRU
    """

    dims: int = 32
    candidates: int = 16
    iterations: int = 5
    temperature: float = 0.01
    trainable: bool = False
    widths: UpdateWidths = field(default_factory=UpdateWidths)


@dataclass(frozen=True)
class Offsets:
    """Where the candidates of each position lie, seen from it: float (B, H, W, K), rows down, columns right."""

    down: Tensor
    right: Tensor

    def stacked(self) -> Tensor:
        """(B, 2K, H, W), K times down, then K times right."""
        return torch.cat([self.down, self.right], 3).permute(0, 3, 1, 2)

    def moved(self, change: Tensor) -> "Offsets":
        """Moved by a change (B, 2K, H, W)."""
        down, right = change.permute(0, 2, 3, 1).chunk(2, dim=3)
        return Offsets(self.down + down, self.right + right)

    def first(self) -> "Offsets":
        """The first candidate alone."""
        return Offsets(self.down[..., :1], self.right[..., :1])

    def beside(self, others: "Offsets") -> "Offsets":
        """These candidates and those."""
        return Offsets(torch.cat([self.down, others.down], 3), torch.cat([self.right, others.right], 3))


@dataclass(frozen=True)
class Step:
    """One iteration: the candidates kept and their scores (B, H, W, K), the hidden state and the change found."""

    offsets: Offsets
    scores: Tensor
    hidden: Tensor
    change: Tensor


class GruPatchMatch(nn.Module):
    """The block of one pyramid level. Names of its parts as in the published weights."""

    def __init__(self, config: PatchMatchConfig) -> None:
        super().__init__()
        self.config = config
        hidden = config.widths.hidden
        self.initial_layer = nn.Sequential(
            nn.Conv2d(2 * config.dims, hidden, 3, padding=1),
            InstanceNorm(),
            nn.ReLU(),
            nn.Conv2d(hidden, hidden, 3, padding=1),
            InstanceNorm(),
            nn.ReLU(),
        )
        self.refine_net = OffsetUpdate(config.candidates, config.widths)

    def forward(
        self,
        queries: Tensor,
        keys: Tensor,
        values: Tensor,
        offsets: Offsets,
        generator: torch.Generator | None = None,
        observe: Callable[[int, Step], None] | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Match and warp.

        queries, keys: float (B, dims, H, W) of unit length; values: float (B, V, H, W); offsets to start from.
        generator: draws for each iteration whether to propagate vertically first; without one, never.
        observe: called with the number of each iteration and its Step.
        Returns index int64 (B, H, W, K) into the H * W keys, row by row, and the warped values (B, V, H, W).
        """
        offsets = self.search(queries, keys, offsets, generator, observe)
        return self.nearest(offsets), self.warp(as_rows(queries), as_rows(keys), values, offsets)

    def search(
        self,
        queries: Tensor,
        keys: Tensor,
        offsets: Offsets,
        generator: torch.Generator | None = None,
        observe: Callable[[int, Step], None] | None = None,
    ) -> Offsets:
        """The candidates that each position ends with; of the trainable form the most similar first."""
        hidden = self.initial_layer(torch.cat([queries, keys], 1))
        rows_of_queries, rows_of_keys = as_rows(queries), as_rows(keys)
        for iteration in range(self.config.iterations):
            vertical_first = generator is not None and bool(torch.rand((), generator=generator) >= 0.5)
            offsets, scores = self.match(rows_of_queries, rows_of_keys, offsets, vertical_first)
            hidden, change = self.refine_net(hidden, scores.permute(0, 3, 1, 2), offsets.stacked())
            if observe is not None:
                observe(iteration, Step(offsets, scores, hidden, change))
            moved = offsets.moved(change)
            offsets = moved.beside(offsets.first()) if self.config.trainable else moved
        return self._ranked(rows_of_queries, rows_of_keys, offsets) if self.config.trainable else offsets

    def _ranked(self, queries: Tensor, keys: Tensor, offsets: Offsets) -> Offsets:
        """The best candidates, the most similar first."""
        with torch.no_grad():
            dots = gathered_dots(queries, keys, flattened(rounded_index(offsets)))
            order = dots.topk(self.config.candidates, dim=1).indices.view(*offsets.down.shape[:3], -1)
        return Offsets(offsets.down.gather(3, order), offsets.right.gather(3, order))

    @torch.no_grad()
    def match(
        self, queries: Tensor, keys: Tensor, offsets: Offsets, vertical_first: bool = False
    ) -> tuple[Offsets, Tensor]:
        """Propagate and evaluate both ways. queries, keys (B * H * W, dims). Returns offsets and scores, best first."""
        first, second = (1, 2) if vertical_first else (2, 1)
        to_index = rounded_index if self.config.trainable else published_index
        index = self._best(queries, keys, propagated(offsets, first, to_index))[0]
        index, best, logits = self._best(queries, keys, propagated_index(index, second))
        largest = best[:, :1]
        scores = (best - largest).exp_() / logits.sub_(largest).exp_().sum(1, keepdim=True)
        return to_offsets(index), scores.view(index.shape)

    def nearest(self, offsets: Offsets) -> Tensor:
        """The index of the position that stands for each candidate, int64 (B, H, W, K)."""
        return (rounded_index(offsets) if self.config.trainable else published_index(offsets)).long()

    def warp(self, queries: Tensor, keys: Tensor, values: Tensor, offsets: Offsets) -> Tensor:
        """The values (B, V, H, W) at the candidates, weighted by the softmax of the similarities."""
        batch, height, width, kept = offsets.down.shape
        corners = bilinear_corners(offsets) if self.config.trainable else (self.nearest(offsets), None)
        index, shares = flattened(corners[0]), corners[1]
        dots = gathered_dots(queries, keys, index)
        if shares is not None:
            shares = shares.flatten(0, 2)
            dots = (dots * shares).unflatten(1, (kept, 4)).sum(2)
        weights = (dots / self.config.temperature).softmax(1)
        if shares is not None:
            weights = weights.repeat_interleave(4, dim=1) * shares
        warped = gathered_sum(as_rows(values), index, weights)
        return warped.view(batch, height, width, -1).permute(0, 3, 1, 2)

    def _best(self, queries: Tensor, keys: Tensor, index: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The best K of the candidates int32 (B, H, W, 3K), best first.

        Their index (B, H, W, K), their logits (N, K) and the logits of all (N, 3K), N = B * H * W.
        """
        logits = gathered_dots(queries, keys, flattened(index)).div_(self.config.temperature)
        best, chosen = logits.topk(self.config.candidates, dim=1)
        return index.gather(3, chosen.view(*index.shape[:3], -1)), best, logits


def as_rows(x: Tensor) -> Tensor:
    """(B, C, H, W) -> (B * H * W, C)."""
    return x.permute(0, 2, 3, 1).flatten(0, 2)


def flattened(index: Tensor) -> Tensor:
    """Indices (B, H, W, K) within their picture -> (B * H * W, K) within all rows of the batch."""
    batch, height, width, _ = index.shape
    start = torch.arange(batch, device=index.device, dtype=index.dtype) * (height * width)
    return (index + start.view(-1, 1, 1, 1)).flatten(0, 2) if batch > 1 else index.flatten(0, 2)


def to_offsets(index: Tensor) -> Offsets:
    """Indices (B, H, W, K) -> whole offsets."""
    rows, columns = _places(index.shape, index.device, index.dtype)
    width = index.shape[2]
    row = index // width
    return Offsets((row - rows).float(), (index - row * width - columns).float())


def published_index(offsets: Offsets) -> Tensor:
    """row * width + column, clamped each, truncated together, int32 (B, H, W, K): what the released weights expect."""
    row, column = clamped_places(offsets)
    return torch.add(column, row, alpha=offsets.down.shape[2]).int()


def rounded_index(offsets: Offsets) -> Tensor:
    """The nearest position, int32 (B, H, W, K)."""
    row, column = clamped_places(offsets)
    return torch.add(column.round(), row.round(), alpha=offsets.down.shape[2]).int()


def bilinear_corners(offsets: Offsets) -> tuple[Tensor, Tensor]:
    """The four positions around each candidate and their shares, int64 and float (B, H, W, 4K)."""
    height, width = offsets.down.shape[1:3]
    row, column = clamped_places(offsets)
    top, left = (x.detach().floor() for x in (row, column))
    fraction_down, fraction_right = row - top, column - left
    bottom, end = (top + 1).clamp_max(height - 1), (left + 1).clamp_max(width - 1)
    index = torch.stack([y * width + x for y in (top, bottom) for x in (left, end)], 4)
    shares = [y * x for y in (1 - fraction_down, fraction_down) for x in (1 - fraction_right, fraction_right)]
    return index.long().flatten(3), torch.stack(shares, 4).flatten(3)


def clamped_places(offsets: Offsets) -> tuple[Tensor, Tensor]:
    """Row and column that each candidate lies at, float (B, H, W, K), within the picture."""
    height, width = offsets.down.shape[1:3]
    rows, columns = _places(offsets.down.shape, offsets.down.device, offsets.down.dtype)
    return (offsets.down + rows).clamp_(0, height - 1), (offsets.right + columns).clamp_(0, width - 1)


def propagated(offsets: Offsets, axis: int, to_index: Callable[[Offsets], Tensor]) -> Tensor:
    """Index (B, H, W, 3K) of the candidates of the neighbour before, of the position itself and of the neighbour after.

    axis: 1 for neighbours above and below, 2 for left and right. A neighbour's offset is kept, so that it
    points beside the neighbour's own candidate; beyond the border the offset is nothing.
    """

    def shifted(shift: Callable[[Tensor, int], Tensor]) -> Tensor:
        return to_index(Offsets(shift(offsets.down, axis), shift(offsets.right, axis)))

    return torch.cat([shifted(_from_before), to_index(offsets), shifted(_from_after)], 3)


def propagated_index(index: Tensor, axis: int) -> Tensor:
    """The same for whole offsets, given and returned as indices, int32 (B, H, W, K) -> (B, H, W, 3K)."""
    height, width = index.shape[1:3]
    place = index if axis == 1 else index % width
    step, last = (width, (height - 1) * width) if axis == 1 else (1, width - 1)
    onward = torch.where(place < last, index + step, index).narrow(axis, 0, index.shape[axis] - 1)
    back = torch.where(place >= step, index - step, index).narrow(axis, 1, index.shape[axis] - 1)
    rows, columns = _places(index.shape, index.device, index.dtype)
    own = (rows * width + columns).expand_as(index)
    first, end = own.narrow(axis, 0, 1), own.narrow(axis, index.shape[axis] - 1, 1)
    return torch.cat([torch.cat([first, onward], axis), index, torch.cat([back, end], axis)], 3)


def _from_before(x: Tensor, axis: int) -> Tensor:
    """What the position before has, along `axis`; nothing at the first."""
    return torch.cat([torch.zeros_like(x.narrow(axis, 0, 1)), x.narrow(axis, 0, x.shape[axis] - 1)], axis)


def _from_after(x: Tensor, axis: int) -> Tensor:
    """What the position after has, along `axis`; nothing at the last."""
    return torch.cat([x.narrow(axis, 1, x.shape[axis] - 1), torch.zeros_like(x.narrow(axis, 0, 1))], axis)


def _places(shape: torch.Size, device: torch.device, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    rows = torch.arange(shape[1], device=device, dtype=dtype).view(1, -1, 1, 1)
    return rows, torch.arange(shape[2], device=device, dtype=dtype).view(1, 1, -1, 1)
