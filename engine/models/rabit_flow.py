"""RABIT as a flow of maps: what an edit changes is recomputed, with the layout and the registration held.

The stages are those of rabit.py, cut where another neighbourhood begins to be looked at. A condition's flow comes
first, then one for each exemplar, then that of the picture.
"""

import torch
from torch import Tensor

from engine.conditions.pose_tensors import PoseTensors
from engine.correspondence.bilevel import attend
from engine.correspondence.grids import apply_affine, identity_grid
from engine.correspondence.kin import borrow, lenders
from engine.correspondence.matching import STRIDE, Described, Extractor, middles
from engine.correspondence.ranking import block_means, rank_blocks
from engine.correspondence.refinement import CLOTH, HEM, Match, as_cloth, raised, same_place
from engine.correspondence.registration import soft_labels
from engine.correspondence.seams import seams_of
from engine.correspondence.semantic_position import Layout, layout_of, seen_through, semantic_position, turned_by
from engine.models.flow import Flow, Map, Stage, union
from engine.models.generator import FINISH_REACH, finished, let_through
from engine.models.injection import Injection
from engine.models.injection import mix as mixed
from engine.models.mix import Mix
from engine.models.rabit import ExemplarSides, Head, Rabit, in_own_coordinates, seen, warped_features
from engine.models.translator import Alignment
from engine.rectangle import Rectangle

EXACT = 0.0  # points are followed wherever they move at all: photos have sharp edges
PARTS = 8  # maps that an injection is made of (`_injection`)
WARP, EVIDENCE, TRUST, AGREES, SEAMS = 0, 4, 5, 6, 7  # the numbers of some of them
GROWTH = 2.0  # a class that has grown by more than this since the layout was taken needs another one


class _Region:
    """A label map on the shared grid, under a layout."""

    def __init__(self, extractor: Extractor, labels: Tensor, layout: Layout, planes: tuple[Map, ...] = ()) -> None:
        self.layout = layout
        self.labels, self.position = Map(labels), Map(_position(labels, layout))
        self.shares, self.features = Map(), Map()
        fine, coarse = Map(), Map()

        def enter(labels: Tensor, position: Tensor, *planes: Tensor) -> tuple[Tensor]:
            return (extractor.fine(extractor.entered(labels, _points(position), None, *planes)),)

        self.stages = (
            Stage(lambda labels: (extractor.shares(labels),), (self.labels,), (self.shares,)),
            Stage(enter, (self.labels, self.position, *planes), (fine,), reach=12),
            Stage(lambda fine: (extractor.around(fine),), (fine,), (coarse,), reach=20),
            Stage(lambda *both: (extractor.joined(*both),), (fine, coarse), (self.features,), reach=4),
        )

    @property
    def maps(self) -> tuple[Map, ...]:
        """What `_described` takes."""
        return self.features, self.shares, self.position, self.labels

    def put(self, labels: Tensor, layout: Layout) -> None:
        """Take over another label map, and the layout by which positions are told."""
        self.layout, size = layout, _size(labels)
        self.labels.put(labels, size)
        self.position.put(_position(labels, layout), size)


class ConditionFlow:
    """A condition that is edited; label maps int64 (1, H, W)."""

    def __init__(self, network: Rabit, labels: Tensor, pose: PoseTensors | None = None) -> None:
        self.network = network
        self.size = _size(labels)
        self.soft = soft_labels(labels, network.config.classes)
        self._counts = _counts(labels, network)
        self._planes = () if pose is None else (Map(pose.planes),)
        self._held = network.layout(labels, pose)
        self.region = _Region(network.condition_extractor, labels, self._held, self._planes)
        self.labels = self.region.labels
        self.features = (Map(), Map(), Map())
        encode = Stage(network.condition_encoder, (self.labels, *self._planes), self.features, reach=8)
        inputs = (self.labels, self.region.position, *self._planes)
        self.flow = Flow(self.size, (*self.region.stages, encode), inputs)

    def fits(self, labels: Tensor) -> bool:
        """Whether the layout still does for labels: no class is new or has grown much."""
        return bool((_counts(labels, self.network) <= GROWTH * self._counts).all())

    def put(self, labels: Tensor, pose: PoseTensors | None = None) -> None:
        """Edit the condition, the layout of its regions held, but for limbs, which follow the pose."""
        self.region.put(labels, self._held if pose is None else turned_by(self._held, pose.frames))
        for planes in self._planes:
            planes.put(pose.planes, self.size)

    def align(self, exemplar: ExemplarSides) -> "AlignmentFlow":
        """Register an exemplar with the condition as it is now; the flow that aligns them."""
        return AlignmentFlow(self, exemplar)

    def paint(self, alignments: list["AlignmentFlow"], mix: Mix) -> "PaintFlow":
        """The flow that paints the picture."""
        return PaintFlow(self, alignments, mix)


class AlignmentFlow:
    """A condition aligned with an exemplar, the registration held."""

    def __init__(self, condition: ConditionFlow, exemplar: ExemplarSides) -> None:
        network, size = condition.network, condition.size
        self.network, self._condition, labels = network, condition, condition.labels.value
        self.exemplar, self.registration = network.registered(labels, condition.soft, exemplar)
        self._lenders = lenders(self.exemplar.layout.share, network.config.kin)
        asked = borrow(labels, self._lenders)
        self._is_own = not torch.equal(asked, labels)
        self._asked = condition.region
        if self._is_own:
            layout = layout_of(asked, network.config.classes)
            self._asked = _Region(network.condition_extractor, asked, layout)
        self._head: tuple[Map, ...] = ()
        if self.registration.head is not None:
            grid = _as_map(identity_grid(*size, labels.device).unsqueeze(0))
            self._head = Map(_registered(self.registration.head, size, labels.device)), Map(grid)
        self._registered = Map(_registered(self.registration.matrix, size, labels.device, STRIDE))
        self._registered_fine = Map(_registered(self.registration.matrix, size, labels.device))
        self._key_means = block_means(self.exemplar.keys, network.config.block)
        self.attended, self._fine = Map(unchanged=EXACT), Map(unchanged=EXACT)
        self._injected = tuple(Map() for _ in range(PARTS))
        stages = (*(self._asked.stages if self._is_own else ()), *self._stages())
        inputs = (self._asked.labels, self._asked.position) if self._is_own else ()
        constants = (self._registered, self._registered_fine, *self._head)
        self.flow = Flow(size, stages, (*inputs, *constants))

    def fits(self, labels: Tensor) -> bool:
        """Whether the exemplar would be asked for labels in the same way: by themselves, or with borrowed classes."""
        return self._is_own or torch.equal(borrow(labels, self._lenders), labels)

    def put(self, labels: Tensor) -> None:
        """Follow an edit of the condition."""
        if self._is_own:
            self._asked.put(borrow(labels, self._lenders), self._asked.layout)

    @property
    def injected(self) -> tuple[Map, ...]:
        """What `_injection` takes."""
        return self._injected

    @property
    def style(self) -> Tensor:
        """The exemplar's style codes, (1, classes, style_dims)."""
        return self.network.lent_style(self.exemplar)

    def shown(self, place: Rectangle) -> Alignment:
        """What people see of `Rabit.align`, in `place`."""
        size = self.flow.size
        warp, trust = (self._injected[n].crop(place, size) for n in (WARP, TRUST))
        points = _points(self._fine.crop(place, size))
        return in_own_coordinates(Alignment(warp, trust.sigmoid(), points, None), self.registration)

    @property
    def changed(self) -> Rectangle | None:
        """Where what is shown has changed."""
        return union(self._fine.changed, union(self._injected[WARP].changed, self._injected[TRUST].changed))

    def _stages(self) -> tuple[Stage, ...]:
        network, exemplar, refinement = self.network, self.exemplar, self.network.refinement
        there, nearest, config = exemplar.described, exemplar.nearest, network.config
        region, registration, key_means = self._asked, self.registration, self._key_means  # not self: no cycle
        asked, registered = region.maps, self._registered
        attended, strength, warped = self.attended, Map(), Map()
        hidden, points, sure = Map(), Map(unchanged=EXACT), Map()
        coarse, evidence = Map(unchanged=EXACT), self._injected[EVIDENCE]

        def search(registered: Tensor, *asked: Tensor) -> tuple[Tensor, ...]:
            queries = network.analytic.queries(_described(*asked), _points(registered))
            ranking = rank_blocks(block_means(queries, config.block), key_means, config.blocks_kept)
            attention = attend(queries, exemplar.keys, exemplar.values[1].float(), ranking, config.block)
            return _as_map(attention.match), attention.strength, attention.warped

        def weigh(attended: Tensor, strength: Tensor, registered: Tensor, *asked: Tensor) -> tuple[Tensor, ...]:
            described, registered = _described(*asked), _points(registered)
            place = exemplar.labels.shape[1:]
            layout = seen_through(region.layout, exemplar.layout, registration.matrix, place)
            proposals = (_points(attended), registered, same_place(described, layout, registered))
            residual = registration.residual
            hidden, points, sure = refinement.weighed(described, there, proposals, strength, residual, nearest)
            return hidden, _as_map(points), sure

        def smooth(points: Tensor, sure: Tensor, registered: Tensor, shares: Tensor) -> tuple[Tensor]:
            points, registered = _points(points), _points(registered)
            return (_as_map(registered + as_cloth(points - registered, shares, sure, CLOTH)),)

        def hem(points: Tensor, registered: Tensor, *asked: Tensor) -> tuple[Tensor]:
            points, registered = _points(points), _points(registered)
            return (_as_map(refinement.hemmed(_described(*asked), there, points, registered, nearest)),)

        def raise_(
            points: Tensor,
            hidden: Tensor,
            attended: Tensor,
            strength: Tensor,
            registered: Tensor,
            registered_fine: Tensor,
            *others: Tensor,
        ) -> tuple[Tensor, ...]:
            asked, head = others[:4], others[4:]
            described, labels = _described(*asked), asked[3]
            points, attended, registered = map(_points, (points, attended, registered))
            fine = raised(described, points, registered, _points(registered_fine))
            evidence = refinement.evidence(described, there, strength, points, attended, registered)
            match = Match(attended, points, fine, evidence, hidden)
            head = Head(*map(_points, head)) if head else None
            match = network.led(match, region.layout, labels, exemplar, _points(registered_fine), head)
            return _as_map(match.fine), _as_map(match.coarse), evidence

        def inject(
            fine: Tensor,
            coarse: Tensor,
            evidence: Tensor,
            hidden: Tensor,
            attended: Tensor,
            warped: Tensor,
            labels: Tensor,
        ) -> tuple[Tensor, ...]:
            match = Match(_points(attended), _points(coarse), _points(fine), evidence, hidden)
            agrees = network.agreement_of(labels, exemplar.labels, match.fine)
            features = warped_features(exemplar, match, warped)
            seams = seams_of(match.fine, exemplar.labels.shape[1:])
            return seen(exemplar.photo, match.fine), *features, network.trust(match, agrees), agrees, seams

        stages = [
            Stage(search, (registered, *asked), (attended, strength, warped), cell=config.block * STRIDE),
            Stage(weigh, (attended, strength, registered, *asked), (hidden, points, sure), reach=STRIDE),
        ]
        smoothed = Map(unchanged=EXACT)
        stages.append(
            Stage(smooth, (points, sure, registered, self._asked.shares), (smoothed,), reach=int(2 * CLOTH) * STRIDE)
        )
        for correction in refinement.corrections:
            corrected = Map(), Map(unchanged=EXACT)

            def correct(hidden: Tensor, points: Tensor, *asked: Tensor, correction=correction) -> tuple[Tensor, ...]:
                hidden, points = correction(hidden, _described(*asked), there, _points(points))
                return hidden, _as_map(points)

            stages.append(Stage(correct, (hidden, smoothed, *asked), corrected, reach=STRIDE))
            hidden, smoothed = corrected
        hemmed = Map(unchanged=EXACT)
        stages += [
            Stage(hem, (smoothed, registered, *asked), (hemmed,), reach=int(2 * HEM) * STRIDE),
            Stage(
                raise_,
                (hemmed, hidden, attended, strength, registered, self._registered_fine, *asked, *self._head),
                (self._fine, coarse, evidence),
                reach=STRIDE,
            ),
            Stage(
                inject,
                (self._fine, coarse, evidence, hidden, attended, warped, self._asked.labels),
                tuple(part for part in self._injected if part is not evidence),
                reach=STRIDE,
            ),
        ]
        return tuple(stages)


class PaintFlow:
    """The picture of a condition and the exemplars that are aligned with it."""

    def __init__(self, condition: ConditionFlow, alignments: list[AlignmentFlow], mix: Mix) -> None:
        network, labels = condition.network, condition.labels
        generator, codes = network.generator, [alignment.style for alignment in alignments]
        table = mix.table(network.config.classes, labels.value.device)
        style = sum(row.unsqueeze(1) * code for row, code in zip(table, codes, strict=True))
        if mix.edit is not None:
            wanted = mix.edit(style.flatten(1)).view_as(style)
        half, quarter, eighth = condition.features
        guide8, guide4, guide2 = Map(), Map(), Map()
        in4, in2, out8, out4, out2, out1, self.image = (Map() for _ in range(7))
        injected, stages = alignments[0].injected, []

        def blend(labels: Tensor, *parts: Tensor) -> tuple[Tensor, ...]:
            each = [_injection(parts[PARTS * n : PARTS * (n + 1)], code) for n, code in enumerate(codes)]
            injection = mixed(each, labels, table)
            if mix.edit is not None:
                injection = network.restyled(injection, labels, wanted)
            parts = injection.warp, *injection.features, injection.evidence, injection.trust, injection.agrees
            return *parts, injection.seams

        if len(alignments) > 1 or mix.edit is not None:
            parts = tuple(part for alignment in alignments for part in alignment.injected)
            injected = tuple(Map() for _ in range(PARTS))
            stages.append(Stage(blend, (labels, *parts), injected, reach=0 if mix.edit is None else 24))
        painted = wanted if mix.edit is not None else codes[0] if len(codes) == 1 else style

        def enter8(labels: Tensor, eighth: Tensor, *injected: Tensor) -> tuple[Tensor]:
            return (generator.enter8(labels, eighth, _injection(injected, painted)),)

        def enter4(x: Tensor, labels: Tensor, quarter: Tensor, *injected: Tensor) -> tuple[Tensor, Tensor]:
            return generator.enter4(x, labels, quarter, _injection(injected, painted))

        def enter2(x: Tensor, labels: Tensor, half: Tensor, *injected: Tensor) -> tuple[Tensor, Tensor]:
            return generator.enter2(x, labels, half, _injection(injected, painted))

        def paint1(x: Tensor, labels: Tensor, *injected: Tensor) -> tuple[Tensor]:
            injection = _injection(injected, painted)
            return (let_through(*generator.at1(x, labels, injection), injection),)

        stages += [
            Stage(enter8, (labels, eighth, *injected), (guide8,)),
            Stage(lambda guide: (generator.block8(guide, guide),), (guide8,), (out8,), reach=16),
            Stage(enter4, (out8, labels, quarter, *injected), (in4, guide4), reach=4),
            Stage(lambda *both: (generator.block4(*both),), (in4, guide4), (out4,), reach=8, cell=4),
            Stage(enter2, (out4, labels, half, *injected), (in2, guide2), reach=2, cell=4),
            Stage(lambda *both: (generator.block2(*both),), (in2, guide2), (out2,), reach=4, cell=2),
            Stage(paint1, (out2, labels, *injected), (out1,), reach=3, cell=2),
            Stage(
                lambda *maps: (finished(*maps),), (out1, injected[AGREES], injected[SEAMS]), (self.image,), FINISH_REACH
            ),
        ]
        self.flow = Flow(condition.size, stages)


def _described(features: Tensor, shares: Tensor, position: Tensor, labels: Tensor) -> Described:
    return Described(features, shares, _points(position), middles(labels), labels)


def _injection(maps: tuple[Tensor, ...] | list[Tensor], style: Tensor) -> Injection:
    warp, half, quarter, eighth, evidence, trust, agrees, seams = maps
    return Injection(warp, (half, quarter, eighth), evidence, trust, agrees, seams, style)


def _counts(labels: Tensor, network: Rabit) -> Tensor:
    """Pixels of each class, int64 (classes,)."""
    return torch.bincount(labels.flatten(), minlength=network.config.classes)


def _position(labels: Tensor, layout: Layout) -> Tensor:
    return _as_map(semantic_position(middles(labels), layout))


def _registered(matrix: Tensor, size: tuple[int, int], device: torch.device, stride: int = 1) -> Tensor:
    return _as_map(apply_affine(matrix, identity_grid(size[0] // stride, size[1] // stride, device)))


def _as_map(points: Tensor) -> Tensor:
    """Points (1, h, w, 2) with the picture's axes last."""
    return points.permute(0, 3, 1, 2)


def _points(map_: Tensor) -> Tensor:
    """The inverse of `_as_map`."""
    return map_.permute(0, 2, 3, 1)


def _size(labels: Tensor) -> tuple[int, int]:
    return labels.shape[1], labels.shape[2]
