"""RABIT: bi-level feature alignment for exemplar-based translation (Zhan et al., ECCV 2022).

Condition and exemplar meet in a shared space (correspondence/matching.py), blocks are ranked and
attended (ranking.py, bilevel.py), the match is refined to a point a pixel (refinement.py), and a
generator with confidence feature injection at four scales (layers/confi.py) paints the picture.
Everything on the condition's side is local: an output depends on the labels within `REACH` pixels,
on the layout of the regions and on the registration, both of which can be held during a stroke.

Ours, not the paper's: registration as a part of the position encoding, analytic similarity added
to the learned one, borrowing from related classes (kin.py), the refinement, and the last injection,
which lets warped pixels through.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.conditions.pose_tensors import PoseTensors
from engine.correspondence.bilevel import attend
from engine.correspondence.grids import apply_affine, identity_grid, sample
from engine.correspondence.head import OTHER_PERSON, HeadClasses, head_led, register_head
from engine.correspondence.homeward import beyond, led_home, ways_home
from engine.correspondence.inside import nearest_of_class
from engine.correspondence.kin import Kin, borrow, lenders
from engine.correspondence.matching import STRIDE, AnalyticWeights, Described, Extractor, middles
from engine.correspondence.ranking import block_means, rank_blocks
from engine.correspondence.refinement import Match, Refinement, same_place
from engine.correspondence.registration import Registration, register, soft_labels
from engine.correspondence.seams import seams_of
from engine.correspondence.semantic_position import Layout, layout_of, layout_of_pose, seen_through
from engine.correspondence.trust import TrustHead
from engine.layers.constants import constant
from engine.memory import bytes_of
from engine.models.exemplar_encoders import LOOK, StyleEncoder, ValueEncoder
from engine.models.generator import ConditionEncoder, Generator
from engine.models.injection import Injection, mixed_style
from engine.models.injection import mix as mixed
from engine.models.mix import Mix
from engine.models.recolouring import recoloured
from engine.models.translator import Alignment, Translator

REACH = 153  # pixels: 43 the extractor, 28 to the border of its block of 8, 34 the refinement, 48 the generator

CLOTH = 0.02  # share of all pixels from which on a region has more than its shape: a garment, no hand, no shoe
LARGE = 0.05  # share of all pixels from which on a class counts fully in the style


@dataclass(frozen=True)
class RabitConfig:
    """classes         of the domain
    matching_dims   channels of the learned features of the shared space
    block           side of a ranked block, in positions of 4 pixels
    blocks_kept     k, the exemplar blocks that each condition block attends to
    style_dims      learned numbers of a region's style code
    widths          channels of the generator at strides 1, 2, 4, 8
    kin             for each class the related ones that it may borrow from (kin.py); () for no borrowing
    head            the classes of a head, which moves as a whole (head.py); None for pictures without
    planes          of a pose (pose_tensors.py), besides the label map; 0 for domains that are conditioned on labels
    other_side      for each class the one that it becomes in a mirrored picture; () where all stay what they are
    size            (width, height) that it is trained at, where that is not the domain's
    """

    classes: int = 19
    matching_dims: int = 64
    block: int = 8
    blocks_kept: int = 4
    style_dims: int = 32
    widths: tuple[int, int, int, int] = (16, 48, 96, 128)
    kin: Kin = ()
    head: HeadClasses | None = None
    planes: int = 0
    other_side: tuple[int, ...] = ()
    size: tuple[int, int] | None = None


@dataclass(frozen=True)
class Condition:
    """An encoded condition: labels int64 (B, H, W), what describes it, and features at strides 2, 4, 8."""

    labels: Tensor
    layout: Layout
    soft: Tensor
    described: Described
    features: tuple[Tensor, Tensor, Tensor]
    pose: PoseTensors | None = None


@dataclass(frozen=True)
class Exemplar:
    """An encoded exemplar, one way round: keys and values for the alignment, and its style codes.

    nearest  places of each class (inside.py);  values  features at strides 2, 4, 8
    ways     from every pixel into each class (homeward.py)
    style    float (B, classes, style_dims + LOOK)
    """

    photo: Tensor
    labels: Tensor
    layout: Layout
    soft: Tensor
    described: Described
    keys: Tensor
    nearest: Tensor
    ways: Tensor
    values: tuple[Tensor, Tensor, Tensor]
    style: Tensor
    pose: PoseTensors | None = None


@dataclass(frozen=True)
class Head:
    """Where another person's head lies: for the pixels at `grid`, (1, H, W, 2) or (H, W, 2), `points` (1, H, W, 2)."""

    points: Tensor
    grid: Tensor


class ExemplarSides:
    """An exemplar as it is, and mirrored once that is asked for."""

    def __init__(self, network: "Rabit", straight: Exemplar) -> None:
        self._network = network
        self.straight = straight

    @cached_property
    def mirrored(self) -> Exemplar:
        """The exemplar mirrored left to right."""
        photo = self.straight.photo.flip(3)
        if self.straight.pose is None:
            return self._network.encode_side(photo, self.straight.labels.flip(2))
        pose = self.straight.pose.mirrored()
        return self._network.encode_side(photo, pose.labels, pose=pose)

    @property
    def bytes(self) -> int:
        """Memory that it takes."""
        return bytes_of(self.straight) + bytes_of(self.__dict__.get("mirrored"))


class Rabit(Translator):
    """The translator. Label maps int64 (B, H, W), photos float (B, 3, H, W) in [-1, 1]."""

    bears_half_precision = True

    def __init__(self, config: RabitConfig) -> None:
        super().__init__()
        self.config = config
        self.multiple = config.block * STRIDE
        self.size = config.size
        self.condition_extractor = Extractor(config.classes, config.matching_dims, photo=False, planes=config.planes)
        self.exemplar_extractor = Extractor(config.classes, config.matching_dims, photo=True, planes=config.planes)
        self.analytic = AnalyticWeights(config.classes, limbs=config.planes > 0)
        self.refinement = Refinement(config.matching_dims, limbs=config.planes > 0)
        self.values = ValueEncoder(config.widths)
        self.style = StyleEncoder(config.classes, config.widths[3], config.style_dims)
        self.condition_encoder = ConditionEncoder(config.classes, config.widths, config.planes)
        self.trust = TrustHead()
        self.generator = Generator(config.classes, config.widths, config.style_dims + LOOK)
        self.to(memory_format=torch.channels_last)

    def parts_to_compile(self) -> list[tuple[nn.Module, int]]:
        """Encoders and generator."""
        generator, extractors = self.generator, (self.condition_extractor, self.exemplar_extractor)
        return [
            (self.condition_encoder, 1),
            (self.values, 1),
            *((extractor.fine, STRIDE) for extractor in extractors),
            *((extractor.coarse, 2 * STRIDE) for extractor in extractors),
            (generator.block8, 8),
            (generator.to4, 8),
            (generator.block4, 4),
            (generator.to2, 4),
            (generator.block2, 2),
            (generator.to1, 2),
            (generator.deepen, 1),
        ]

    def alignment_modules(self) -> list[nn.Module]:
        """The parts that find matches; the others encode what is warped, and paint."""
        return [self.condition_extractor, self.exemplar_extractor, self.analytic, self.refinement, self.trust]

    def encode_condition(
        self, labels: Tensor, pose: PoseTensors | None = None, layout: Layout | None = None
    ) -> Condition:
        """`layout` holds the regions' centres of an earlier state during a stroke."""
        planes, frames = (None, None) if pose is None else (pose.planes, pose.frames)
        condition = self.run(self._encoded_condition, labels, planes, frames, layout)
        return condition if pose is None else replace(condition, pose=pose)

    def _encoded_condition(
        self, labels: Tensor, planes: Tensor | None, frames: Tensor | None, layout: Layout | None
    ) -> Condition:
        layout = layout or self._layout(labels, frames)
        return Condition(
            labels,
            layout,
            soft_labels(labels, self.config.classes),
            self.condition_extractor(labels, layout, planes=planes),
            self.condition_encoder(labels, planes),
        )

    def encode_exemplar(self, photo: Tensor, labels: Tensor, pose: PoseTensors | None = None) -> ExemplarSides:
        return ExemplarSides(self, self.encode_side(photo, labels, pose=pose))

    def layout(self, labels: Tensor, pose: PoseTensors | None) -> Layout:
        """Where the regions of a condition or an exemplar lie."""
        return self._layout(labels, None if pose is None else pose.frames)

    def _layout(self, labels: Tensor, frames: Tensor | None) -> Layout:
        if frames is None:
            return layout_of(labels, self.config.classes)
        return layout_of_pose(labels, self.config.classes, frames)

    def style_code(self, exemplar: ExemplarSides) -> Tensor:
        """The codes of all classes in one row, float (B, classes * (style_dims + LOOK))."""
        return exemplar.straight.style.flatten(1)

    def style_importance(self, shares: Tensor) -> Tensor:
        """By the area of a class, a large one (background) no more than a garment; look and learned numbers alike."""
        learned = self.config.style_dims
        within = torch.cat([torch.full((learned,), learned**-0.5), torch.full((LOOK,), LOOK**-0.5)])
        return (shares.clamp(max=LARGE).sqrt().unsqueeze(1) * within).flatten()

    def encode_side(
        self, photo: Tensor, labels: Tensor, hidden: Tensor | None = None, pose: PoseTensors | None = None
    ) -> Exemplar:
        """Encode an exemplar as it stands; `hidden`, bool (B, classes), are classes whose style is to be guessed."""
        photo = photo.contiguous(memory_format=torch.channels_last)
        layout = self.layout(labels, pose)
        described = self.exemplar_extractor(labels, layout, photo, None if pose is None else pose.planes)
        values = self.values(photo)
        style = self.style(photo, values[2], labels, hidden)
        soft = soft_labels(labels, self.config.classes)
        nearest = nearest_of_class(labels, self.config.classes)
        keys = self.analytic.keys(described)
        head, wanted = self.config.head, (0,) if self.training else None  # training leads the ground alone
        ways = ways_home(labels, self.config.classes, {} if head is None else {head.face: head.worn}, wanted)
        return Exemplar(photo, labels, layout, soft, described, keys, nearest, ways, values, style, pose)

    def align(self, condition: Condition, exemplar: ExemplarSides) -> Alignment:
        """Register, mirror the exemplar if that fits better, and align. Batches of one only."""
        side, registration = self.registered(condition.labels, condition.soft, exemplar)
        asked = replace(self.ask(condition, side), pose=None)  # it is told by all else that they hold
        aligned = self.run(self.align_asked, asked, replace(side, pose=None), registration)
        return aligned if side is exemplar.straight else mirrored_back(aligned)

    def registered(self, labels: Tensor, soft: Tensor, exemplar: ExemplarSides) -> tuple[Exemplar, Registration]:
        """The side of the exemplar that fits a condition better, and how it lies there."""
        registration = self.run(register, soft, exemplar.straight.soft, self.config.other_side)
        side = exemplar.mirrored if registration.mirrored.item() else exemplar.straight
        return side, self._with_head(registration, labels, side)

    def _with_head(self, registration: Registration, labels: Tensor, exemplar: Exemplar) -> Registration:
        """Another person's head gets a map of its own."""
        if self.config.head is None or registration.residual.item() < OTHER_PERSON:
            return registration
        areas = [of.shape[1] * of.shape[2] for of in (labels, exemplar.labels)]
        grown = torch.linalg.det(registration.matrix[:, :, :2]).abs().item() * areas[1] / areas[0]
        matrix = register_head(labels, exemplar.labels, self.config.head, grown**0.5)
        return replace(registration, head=matrix)

    def align_side(
        self, condition: Condition, exemplar: Exemplar, registration: Registration, epsilon: float | None = None
    ) -> Alignment:
        """Align with an exemplar that is the right way round; `epsilon` softens the ranking in training."""
        return self.align_asked(self.ask(condition, exemplar), exemplar, registration, epsilon)

    def align_asked(
        self, asked: Condition, exemplar: Exemplar, registration: Registration, epsilon: float | None = None
    ) -> Alignment:
        """As `align_side`, for a condition as it is put to the exemplar."""
        match, features = self.match(asked, exemplar, registration, epsilon)
        return self.inject(asked, exemplar, match, features)

    def ask(self, condition: Condition, exemplar: Exemplar) -> Condition:
        """The condition as it is put to an exemplar: classes that it lacks are replaced by those it lends."""
        asked = borrow(condition.labels, lenders(exemplar.layout.share, self.config.kin))
        if torch.equal(asked, condition.labels):
            return condition
        layout = layout_of(asked, self.config.classes)
        return replace(condition, labels=asked, layout=layout, described=self.condition_extractor(asked, layout))

    def inject(
        self, asked: Condition, exemplar: Exemplar, match: Match, features: tuple[Tensor, Tensor, Tensor]
    ) -> Alignment:
        """What `match` found for a condition as it was asked: warp, confidence and the generator's input."""
        agrees = self.agreement_of(asked.labels, exemplar.labels, match.fine)
        trust = self.trust(match, agrees)
        warp, seams = seen(exemplar.photo, match.fine), seams_of(match.fine, exemplar.labels.shape[1:])
        injection = Injection(warp, features, match.evidence, trust, agrees, seams, self.lent_style(exemplar))
        return Alignment(warp, trust.sigmoid(), match.fine, injection)

    def lent_style(self, exemplar: Exemplar) -> Tensor:
        """The style codes of an exemplar with those of the classes that it lacks replaced by those it lends."""
        lender = lenders(exemplar.layout.share, self.config.kin).unsqueeze(2).expand_as(exemplar.style)
        return exemplar.style.gather(1, lender)

    def agreement_of(self, labels: Tensor, exemplar_labels: Tensor, points: Tensor) -> Tensor:
        """Where the exemplar shows the class that is asked for; of a pose, that it shows the person or does not."""
        if self.config.planes:
            return _agreement(labels.clamp(max=1), exemplar_labels.clamp(max=1), points)
        agrees = _agreement(labels, exemplar_labels, points)
        if self.config.head is None:
            return agrees
        return agrees.maximum(_agreement(labels, _bare(exemplar_labels, self.config.head), points))

    def synthesise(self, condition: Condition, alignments: list[Alignment], mix: Mix) -> Tensor:
        table = mix.table(self.config.classes, condition.labels.device)
        injections, wanted = [alignment.injection for alignment in alignments], None
        if mix.edit is not None:
            style = mixed_style(injections, table)
            wanted = mix.edit(style.flatten(1)).view_as(style)
        return self.run(self._painted, condition.labels, condition.features, injections, table, wanted)

    def _painted(
        self,
        labels: Tensor,
        features: tuple[Tensor, Tensor, Tensor],
        injections: list[Injection],
        table: Tensor,
        wanted: Tensor | None,
    ) -> Tensor:
        """The image of exemplars mixed by `table`, in the style `wanted` or, where that is None, in their own."""
        injection = mixed(injections, labels, table)
        if wanted is not None:
            injection = self.restyled(injection, labels, wanted)
        return self.generator(labels, features, injection)

    def restyled(self, injection: Injection, labels: Tensor, style: Tensor) -> Injection:
        """The same cloth in another look: what is warped is recoloured as the new style codes say, class by class."""
        warp = recoloured(injection.warp, labels, injection.style[..., -LOOK:], style[..., -LOOK:])
        before, after = self.values(injection.warp), self.values(warp)
        return replace(
            injection,
            warp=warp,
            features=tuple(
                warped + _as_wide(new - old, warped)
                for warped, new, old in zip(injection.features, after, before, strict=True)
            ),
            style=style,
        )

    def led(
        self,
        match: Match,
        condition: Layout,
        labels: Tensor,
        exemplar: Exemplar,
        registered: Tensor,
        head: Head | None,
    ) -> Match:
        """Single pixels led home, and of another person's head to where that lies.

        `labels` (B, H, W) are those that the exemplar is asked for, laid out as `condition` says. `registered` are
        points like `match.fine`. `head` is None where the exemplar shows the same person.
        """
        if head is None:
            return replace(match, fine=self.led_home(match.fine, labels, exemplar.labels, exemplar.ways))
        alike = exemplar.layout.point_at(labels, condition.place_within(labels, head.grid))
        fine = torch.lerp(match.fine, alike, self.outgrown(labels, exemplar, registered).unsqueeze(-1))
        fine = head_led(fine, labels, exemplar.labels, head.points, self.config.head)
        coarse = _pooled(fine, STRIDE)
        moved = middles((fine != match.fine).any(-1)).unsqueeze(-1)
        fine = self.led_home(fine, labels, exemplar.labels, exemplar.ways, alike)
        return replace(match, fine=fine, coarse=torch.where(moved, coarse, match.coarse))

    @staticmethod
    def outgrown(labels: Tensor, exemplar: Exemplar, registered: Tensor) -> Tensor:
        """How far a garment is painted beyond what the exemplar has of it, (B, H, W) in [0, 1].

        All that attention finds for such places is the hem, over and over: stripes. The place alike is cloth.
        """
        share = exemplar.layout.share.gather(1, labels.flatten(1)).view_as(labels)
        is_cloth = (labels > 0) & (share > CLOTH)
        return beyond(registered, labels, exemplar.ways) * is_cloth

    def led_home(
        self, points: Tensor, labels: Tensor, exemplar_labels: Tensor, ways: Tensor, alike: Tensor | None = None
    ) -> Tensor:
        """Points (B, H, W, 2) led home: of the same person those of the background that show the person.

        Of another person, where `alike` are the places alike in their regions, all, and out of their rims.
        """
        if alike is None:
            hides = self.agreement_of(labels, exemplar_labels, points).squeeze(1) == 0
            return led_home(points, labels, ways, hides & (labels == 0))
        alike = torch.where((labels == 0).unsqueeze(-1), points, alike)
        return led_home(points, labels, ways, torch.ones_like(labels, dtype=torch.bool), alike)

    def match(
        self, condition: Condition, exemplar: Exemplar, registration: Registration, epsilon: float | None = None
    ) -> tuple[Match, tuple[Tensor, Tensor, Tensor]]:
        """The match, and the exemplar's features warped by it; those at stride 4 by attention."""
        height, width = condition.labels.shape[1:]
        device = condition.labels.device
        registered = apply_affine(registration.matrix, identity_grid(height // STRIDE, width // STRIDE, device))
        full = identity_grid(height, width, device)
        registered_fine = apply_affine(registration.matrix, full)
        quarter = exemplar.values[1]
        with torch.autocast(device.type, enabled=False):
            queries = self.analytic.queries(condition.described, registered)
            block = self.config.block
            ranking = rank_blocks(
                block_means(queries, block), block_means(exemplar.keys, block), self.config.blocks_kept, epsilon
            )
            attention = attend(queries, exemplar.keys, quarter.float(), ranking, block)
        layout = seen_through(condition.layout, exemplar.layout, registration.matrix, exemplar.labels.shape[1:])
        match = self.refinement(
            condition.described,
            exemplar.described,
            attention.match,
            attention.strength,
            same_place(condition.described, layout, registered),
            registered,
            registered_fine,
            registration.residual,
            exemplar.nearest,
        )
        head = None if registration.head is None else Head(apply_affine(registration.head, full), full)
        match = self.led(match, condition.layout, condition.labels, exemplar, registered_fine, head)
        return match, warped_features(exemplar, match, attention.warped)


def in_own_coordinates(aligned: Alignment, registration: Registration) -> Alignment:
    """An alignment with a side of an exemplar, in the coordinates of the exemplar as it was given."""
    return mirrored_back(aligned) if registration.mirrored.item() else aligned


def mirrored_back(aligned: Alignment) -> Alignment:
    """An alignment with a mirrored exemplar, in the coordinates of the exemplar as it was given."""
    return replace(aligned, match=aligned.match * constant((-1.0, 1.0), aligned.match))


def warped_features(exemplar: Exemplar, match: Match, attended: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The exemplar's features at strides 2, 4, 8 as `match` shows them; `attended`, those at 4, by attention."""
    half, quarter, eighth = exemplar.values
    warped_quarter = torch.cat([attended.to(quarter.dtype), seen(quarter, match.coarse)], dim=1)
    return seen(half, _pooled(match.fine, 2)), warped_quarter, seen(eighth, _pooled(match.fine, 8))


def _pooled(points: Tensor, cell: int) -> Tensor:
    """Mean of points (B, H, W, 2) in cells: (B, H / cell, W / cell, 2)."""
    return F.avg_pool2d(points.permute(0, 3, 1, 2), cell).permute(0, 2, 3, 1)


def _as_wide(x: Tensor, like: Tensor) -> Tensor:
    """Repeat channels: at stride 4 the exemplar's features are warped twice (`Rabit.match`)."""
    return x.repeat(1, like.shape[1] // x.shape[1], 1, 1)


def seen(values: Tensor, points: Tensor) -> Tensor:
    """What the exemplar shows at points; ground and walls go on beyond its border as in a mirror."""
    return sample(values, points, beyond="reflection")


def _bare(labels: Tensor, head: HeadClasses) -> Tensor:
    """Labels int64 with what is worn on a face counted as the face: a face may come with its glasses."""
    return labels.masked_fill(torch.isin(labels, constant(head.worn, labels)), head.face)


def _agreement(labels: Tensor, exemplar_labels: Tensor, points: Tensor) -> Tensor:
    shown = exemplar_labels.unsqueeze(1).float()
    return (sample(shown, points.detach(), "nearest", "reflection") == labels.unsqueeze(1)).float()
