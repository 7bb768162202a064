"""RABIT at the canvas's own size: what is matched is found on the grid, what is seen is painted in full.

Where a condition takes from is found at the size that the network was trained at, as in rabit.py: matches of a canvas
four times as large are torn into waves, for cloth is smoothed over positions, not over garments. From there on all is
done at the canvas's size: matches are raised to its pixels, the exemplar's photo and features are read, agreement of
labels is seen, and the generator paints. All of that is local, so that it can be done in parts with the same result.

Where the exemplars are not to be trusted the generator must invent, and what it invents has the size of the pixels
that it learned with: on a larger canvas, flat fills and stripes. There the picture of the grid, enlarged, is kept.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.correspondence.grids import apply_affine, sample
from engine.correspondence.kin import borrow, lenders
from engine.correspondence.matching import STRIDE
from engine.correspondence.refinement import AGREEMENT
from engine.correspondence.registration import Registration
from engine.correspondence.seams import seams_of
from engine.correspondence.semantic_position import Layout
from engine.models.injection import Injection, crop
from engine.models.injection import mix as mixed
from engine.models.mix import Mix
from engine.models.rabit import Condition, ExemplarSides, Rabit, in_own_coordinates, seen
from engine.models.translator import Alignment
from engine.rectangle import Rectangle

CELL = 8  # pixels; the sides of a canvas, and of its parts, are multiples of it
HALO = 80  # pixels: 52 the generator and the condition's features, 21 the features of a style's colours
VALUES_HALO = 24  # pixels around a place of an exemplar that decide its features
OTHER_CLASS = 0.02  # how much the match of another class counts between matches of a pixel's own
TRUSTED = 0.25  # the confidence from which on a place is painted at full size alone
MARGIN = 4  # pixels by which the grid's picture reaches beyond places that are not trusted, and then fades out
LEAST = 1e-3  # of a neighbour's weight, so that one of the pixel's own class always counts

Wanted = Callable[[], bool]


@dataclass(frozen=True)
class Canvas:
    """A condition at full size: labels uint8 (1, H, W), planes of a pose (1, ., H/2, W/2) or None.

    `enlarged` is the picture that was painted on the grid, uint8 (1, 3, H, W).
    H and W are multiples of CELL; `size`, (height, width), is what people see of them, from the upper left corner on.
    """

    labels: Tensor
    planes: Tensor | None
    enlarged: Tensor
    size: tuple[int, int]


@dataclass(frozen=True)
class Source:
    """An exemplar at the size that is painted from: photo float (1, 3, H, W), labels uint8 (1, H, W), multiples of
    CELL, and features at strides 2, 4, 8; mirrored where that fits better."""

    photo: Tensor
    labels: Tensor
    values: tuple[Tensor, Tensor, Tensor]


@dataclass(frozen=True)
class Found:
    """What alignment with an exemplar found on the grid of h × w pixels.

    asked         int64 (1, h, w): the classes that the exemplar was asked for
    matches       float (1, h, w, 4): each match, and how far it lies from the registered point
    evidence      float (1, EVIDENCE, h/4, w/4)
    opinion       float (1, 1, h/4, w/4): logit of the confidence, before it is seen whether the labels agree
    registration  how the exemplar lies, and whether it is mirrored
    lenders       int64 (1, classes): for each class the one that it is asked for
    style         float (1, classes, style_dims)
    ways          from every pixel of the exemplar into each class (homeward.py)
    layouts       of the condition as it was asked, and of the exemplar
    """

    asked: Tensor
    matches: Tensor
    evidence: Tensor
    opinion: Tensor
    registration: Registration
    lenders: Tensor
    style: Tensor
    ways: Tensor
    layouts: tuple[Layout, Layout]


class LargePicture:
    """A canvas that is painted part by part.

    Each exemplar is matched, and then added as a source; `paint` gives a part of the picture.
    """

    def __init__(self, network: Rabit, canvas: Canvas, mix: Mix) -> None:
        self.network, self.canvas, self.mix = network, canvas, mix
        self._found: list[Found] = []
        self._sources: list[Source] = []

    def match(self, condition: Condition, exemplar: ExemplarSides) -> None:
        """Find on the grid where to take from in one more exemplar."""
        network = self.network
        side, registration = network.registered(condition.labels, condition.soft, exemplar)
        asked = network.ask(condition, side)
        match, _ = network.match(asked, side, registration)
        grid = Rectangle(0, 0, *condition.labels.shape[1:])
        registered = apply_affine(registration.matrix, places(grid, grid.shape, device=condition.labels.device))
        matches = torch.cat([match.fine, match.fine - registered], dim=3)
        found = (asked.labels, matches, match.evidence, network.trust.opinion(match), registration)
        lender, layouts = lenders(side.layout.share, network.config.kin), (asked.layout, side.layout)
        self._found.append(Found(*found, lender, network.lent_style(side), side.ways, layouts))

    def forget_sources(self) -> None:
        """Keep what was matched, not what is painted from."""
        self._sources.clear()

    def add_source(self, photo: Tensor, labels: Tensor, parts: list[Rectangle]) -> Iterator[None]:
        """Encode one more of the matched exemplars, in their order, (1, 3, H, W) and uint8 (1, H, W), part by part.

        `parts` are all of its photo; goes on with the next one when asked for the next item.
        """
        if self._found[len(self._sources)].registration.mirrored.item():
            photo, labels = photo.flip(3), labels.flip(2)
        photo = photo.contiguous(memory_format=torch.channels_last)
        whole, values = photo.shape[2:], None
        for part in parts:
            around = part.grown(VALUES_HALO).within(whole)
            inner = part.seen_from(around)
            encoded = self.network.values(crop(photo, around.top, around.left, *around.shape))
            if values is None:
                values = tuple(_room(x, around, whole) for x in encoded)
            for kept, x, stride in zip(values, encoded, (2, 4, 8), strict=True):
                crop(kept, part.top, part.left, *part.shape, stride).copy_(
                    crop(x, inner.top, inner.left, *inner.shape, stride)
                )
            yield
        assert values is not None
        self._sources.append(Source(photo, labels, values))

    def paint(self, part: Rectangle, wanted: Wanted = lambda: True) -> tuple[Tensor, list[Alignment]] | None:
        """The picture in `part`, multiples of CELL, and each exemplar as it is shown there; None once not `wanted`."""
        network, canvas = self.network, self.canvas
        around = part.grown(HALO).within(canvas.labels.shape[1:])
        labels = _cut(canvas.labels, around).long()
        planes = None if canvas.planes is None else _cut(canvas.planes, around, 2)
        injections, alignments = [], []
        for found, source in zip(self._found, self._sources, strict=True):
            if not wanted():
                return None
            points, injection = self._injected(found, source, labels, around)
            injections.append(injection)
            inner = part.seen_from(around)
            shown = Alignment(
                _cut(injection.warp, inner), _cut(injection.trust, inner).sigmoid(), points[:, *inner.slices], None
            )
            alignments.append(in_own_coordinates(shown, found.registration))
        if not wanted():
            return None
        injection = mixed(injections, labels, self.mix.table(network.config.classes, labels.device))
        if self.mix.edit is not None:
            style = self.mix.edit(injection.style.flatten(1)).view_as(injection.style)
            injection = network.restyled(injection, labels, style)
        features = network.condition_encoder(labels, planes)
        if not wanted():
            return None
        image = network.generator(labels, features, injection)
        enlarged = _cut(canvas.enlarged, around).float() / 127.5 - 1
        image = image + invented(injection.trust.sigmoid()) * (enlarged - image)
        return _cut(image, part.seen_from(around)), alignments

    def _injected(self, found: Found, source: Source, labels: Tensor, around: Rectangle) -> tuple[Tensor, Injection]:
        """The matches of a part of the canvas, and what the generator gets of one exemplar."""
        network, size = self.network, self.canvas.size
        asked = borrow(labels, found.lenders)
        points, agrees = self._raised(found, source, asked, around)
        half, quarter, eighth = source.values
        at_quarter = seen(quarter, _pooled(points, STRIDE))
        features = (
            seen(half, _pooled(points, 2)),
            torch.cat([at_quarter, at_quarter], dim=1),  # attention, and the match (rabit.warped_features)
            seen(eighth, _pooled(points, 8)),
        )
        evidence = sample(found.evidence, places(around, size, STRIDE, labels.device).unsqueeze(0))
        evidence[:, AGREEMENT : AGREEMENT + 1] = F.avg_pool2d(agrees, STRIDE)
        opinion = sample(found.opinion, places(around, size, device=labels.device).unsqueeze(0))
        trust = network.trust.judged(opinion, agrees)
        warp, seams = seen(source.photo, points), seams_of(points, source.labels.shape[1:])
        return points, Injection(warp, features, evidence, trust, agrees, seams, found.style)

    def _raised(self, found: Found, source: Source, asked: Tensor, around: Rectangle) -> tuple[Tensor, Tensor]:
        """The matches of a part of the canvas, and where the labels agree.

        A pixel lies to its registered point as its neighbours do, so that borders go on as they are; where that leads
        out of its class, it takes from where its neighbours take, and is led home as on the grid.
        """
        beside, moves = raised(found.matches, found.asked, asked, around, self.canvas.size).chunk(2, dim=3)
        registered = places(around, self.canvas.size, device=asked.device)
        going_on = apply_affine(found.registration.matrix, registered) + moves
        agreement = self.network.agreement_of
        better = agreement(asked, source.labels, beside) > agreement(asked, source.labels, going_on)
        points = torch.where(better.squeeze(1).unsqueeze(3), beside, going_on)
        alike = None
        if found.registration.head is not None:
            alike = found.layouts[1].point_at(asked, found.layouts[0].place_within(asked, registered))
        points = self.network.led_home(points, asked, source.labels, found.ways, alike)
        return points, agreement(asked, source.labels, points)


def invented(trust: Tensor) -> Tensor:
    """How much of a place the exemplars leave to be invented, by their confidence there; both (1, 1, H, W) in [0, 1].

    Reaches 2 * MARGIN pixels beyond places of no confidence.
    """
    wide = 2 * MARGIN + 1
    alone = F.max_pool2d((1 - trust / TRUSTED).clamp_min(0), wide, 1, MARGIN)
    return F.avg_pool2d(alone, wide, 1, MARGIN, count_include_pad=False)


def places(part: Rectangle, size: tuple[int, int], stride: int = 1, device: torch.device | str = "cpu") -> Tensor:
    """Centres of the cells of `stride` pixels in a part of a picture of `size`, (h, w, 2) as (x, y).

    As `identity_grid` has them; beyond the picture they go on.
    """
    rows, columns = (
        ((torch.arange(first // stride, last // stride, device=device) + 0.5) * stride / side) * 2 - 1
        for first, last, side in ((part.top, part.bottom, size[0]), (part.left, part.right, size[1]))
    )
    grid_y, grid_x = torch.meshgrid(rows, columns, indexing="ij")
    return torch.stack([grid_x, grid_y], dim=-1)


def raised(values: Tensor, coarse: Tensor, labels: Tensor, part: Rectangle, size: tuple[int, int]) -> Tensor:
    """Values (1, h, w, C) of a grid, read at the pixels of a part of a canvas of `size`: (1, H, W, C).

    Between neighbours of the pixel's own class, so that borders stay sharp. `coarse` int64 (1, h, w) is the grid's
    label map, `labels` (1, H, W) the part's.
    """
    rows, columns = (
        (torch.arange(first, last, device=values.device) + 0.5) / side * cells - 0.5
        for first, last, side, cells in (
            (part.top, part.bottom, size[0], coarse.shape[1]),
            (part.left, part.right, size[1], coarse.shape[2]),
        )
    )
    total, summed = torch.zeros_like(labels, dtype=values.dtype), values.new_zeros(*labels.shape, values.shape[3])
    for near_y, weight_y in _neighbours(rows, coarse.shape[1]):
        for near_x, weight_x in _neighbours(columns, coarse.shape[2]):
            same = coarse[:, near_y][:, :, near_x] == labels
            weight = (weight_y.unsqueeze(1) * weight_x + LEAST) * torch.where(same, 1.0, OTHER_CLASS)
            total += weight
            summed += weight.unsqueeze(3) * values[:, near_y][:, :, near_x]
    return summed / total.unsqueeze(3)


def _neighbours(places: Tensor, count: int) -> Iterator[tuple[Tensor, Tensor]]:
    """The cells, int64, before and after each place between `count` of them, and how near each lies."""
    before = places.floor()
    for cell, weight in ((before, 1 - (places - before)), (before + 1, places - before)):
        yield cell.clamp(0, count - 1).long(), weight


def _room(like: Tensor, part: Rectangle, whole: tuple[int, int]) -> Tensor:
    """An empty map of a picture of size `whole`, for maps such as this one of a part of it."""
    stride = part.shape[0] // like.shape[2]
    shape = (1, like.shape[1], whole[0] // stride, whole[1] // stride)
    return torch.empty(shape, dtype=like.dtype, device=like.device, memory_format=torch.channels_last)


def _pooled(points: Tensor, cell: int) -> Tensor:
    """Mean of points (B, H, W, 2) in cells: (B, H / cell, W / cell, 2)."""
    return F.avg_pool2d(points.permute(0, 3, 1, 2), cell).permute(0, 2, 3, 1)


def _cut(x: Tensor, part: Rectangle, stride: int = 1) -> Tensor:
    return crop(x, part.top, part.left, *part.shape, stride)
