"""RABIT: bi-level feature alignment for exemplar-based translation (Zhan et al., ECCV 2022).

Condition and exemplar meet in a shared space (correspondence/matching.py), blocks are ranked and
attended (ranking.py, bilevel.py), the match is refined to a point a pixel (refinement.py), and a
generator with confidence feature injection at four scales (layers/confi.py) paints the picture.
Everything on the condition's side is local: an output depends on the labels within `REACH` pixels,
on the layout of the regions and on the registration, both of which can be held during a stroke.

Ours, not the paper's: registration as a part of the position encoding, analytic similarity added
to the learned one, the refinement, and the last injection, which lets warped pixels through.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.correspondence.bilevel import attend
from engine.correspondence.grids import apply_affine, identity_grid, sample
from engine.correspondence.matching import STRIDE, AnalyticWeights, Described, Extractor
from engine.correspondence.ranking import block_means, rank_blocks
from engine.correspondence.refinement import EVIDENCE, HIDDEN, Match, Refinement, same_place
from engine.correspondence.registration import Registration, register, soft_labels
from engine.correspondence.semantic_position import Layout, layout_of
from engine.layers.blocks import SLOPE, ModulatedBlock, conv3
from engine.layers.confi import Confi
from engine.models.translator import Alignment, Translator

REACH = 149  # pixels: 43 the extractor, 28 to the border of its block of 8, 16 the refinement, 62 the generator


@dataclass(frozen=True)
class RabitConfig:
    """classes         of the domain
    matching_dims   channels of the learned features of the shared space
    block           side of a ranked block, in positions of 4 pixels
    blocks_kept     k, the exemplar blocks that each condition block attends to
    style_dims      length of a region's style code
    widths          channels of the generator at strides 1, 2, 4, 8
    """

    classes: int = 19
    matching_dims: int = 64
    block: int = 8
    blocks_kept: int = 4
    style_dims: int = 32
    widths: tuple[int, int, int, int] = (24, 48, 96, 128)


@dataclass(frozen=True)
class Condition:
    """An encoded label map: labels int64 (B, H, W), what describes it, and features at strides 2, 4, 8."""

    labels: Tensor
    layout: Layout
    soft: Tensor
    described: Described
    features: tuple[Tensor, Tensor, Tensor]


@dataclass(frozen=True)
class Exemplar:
    """An encoded exemplar, one way round: keys and values for the alignment, and its style codes.

    values  features at strides 2, 4, 8;  style  float (B, classes, style_dims)
    """

    photo: Tensor
    labels: Tensor
    layout: Layout
    soft: Tensor
    described: Described
    keys: Tensor
    values: tuple[Tensor, Tensor, Tensor]
    style: Tensor


class ExemplarSides:
    """An exemplar as it is, and mirrored once that is asked for."""

    def __init__(self, network: "Rabit", straight: Exemplar) -> None:
        self._network = network
        self.straight = straight

    @cached_property
    def mirrored(self) -> Exemplar:
        """The exemplar mirrored left to right."""
        return self._network.encode_side(self.straight.photo.flip(3), self.straight.labels.flip(2))


@dataclass(frozen=True)
class Injection:
    """What the generator gets of an alignment; all of it can be cut out as a rectangle.

    warp      float (B, 3, H, W), warped pixels
    features  warped features at strides 2, 4, 8
    evidence  float (B, EVIDENCE, H/4, W/4)
    trust     float (B, 1, H, W), logit of the confidence map
    agrees    float (B, 1, H, W): 1 where the exemplar has the condition's class at the match
    style     float (B, classes, style_dims)
    """

    warp: Tensor
    features: tuple[Tensor, Tensor, Tensor]
    evidence: Tensor
    trust: Tensor
    agrees: Tensor
    style: Tensor

    def crop(self, top: int, left: int, height: int, width: int) -> "Injection":
        """The rectangle of that place and size in pixels, multiples of 8."""

        def cut(x: Tensor, stride: int) -> Tensor:
            return crop(x, top, left, height, width, stride)

        return replace(
            self,
            warp=cut(self.warp, 1),
            features=tuple(cut(x, s) for x, s in zip(self.features, (2, 4, 8), strict=True)),
            evidence=cut(self.evidence, 4),
            trust=cut(self.trust, 1),
            agrees=cut(self.agrees, 1),
        )


def crop(x: Tensor, top: int, left: int, height: int, width: int, stride: int = 1) -> Tensor:
    """Cut a rectangle given in pixels out of the last two axes of a map at `stride`."""
    rows = slice(top // stride, (top + height) // stride)
    return x[..., rows, left // stride : (left + width) // stride]


class Rabit(Translator):
    """The translator. Label maps int64 (B, H, W), photos float (B, 3, H, W) in [-1, 1]."""

    def __init__(self, config: RabitConfig) -> None:
        super().__init__()
        self.config = config
        self.multiple = config.block * STRIDE
        self.condition_extractor = Extractor(config.classes, config.matching_dims, photo=False)
        self.exemplar_extractor = Extractor(config.classes, config.matching_dims, photo=True)
        self.analytic = AnalyticWeights(config.classes)
        self.refinement = Refinement(config.matching_dims)
        self.values = ValueEncoder(config.widths)
        self.style = StyleEncoder(config.classes, config.widths[3], config.style_dims)
        self.condition_encoder = ConditionEncoder(config.classes, config.widths)
        self.trust = TrustHead()
        self.generator = Generator(config)
        self.to(memory_format=torch.channels_last)

    def encode_condition(self, labels: Tensor, layout: Layout | None = None) -> Condition:
        """`layout` holds the regions' centres of an earlier state during a stroke."""
        layout = layout or layout_of(labels, self.config.classes)
        return Condition(
            labels,
            layout,
            soft_labels(labels, self.config.classes),
            self.condition_extractor(labels, layout),
            self.condition_encoder(labels),
        )

    def encode_exemplar(self, photo: Tensor, labels: Tensor) -> ExemplarSides:
        return ExemplarSides(self, self.encode_side(photo, labels))

    def encode_side(self, photo: Tensor, labels: Tensor) -> Exemplar:
        """Encode an exemplar as it stands."""
        photo = photo.contiguous(memory_format=torch.channels_last)
        layout = layout_of(labels, self.config.classes)
        described = self.exemplar_extractor(labels, layout, photo)
        values = self.values(photo)
        style = self.style(photo, values[2], labels)
        soft = soft_labels(labels, self.config.classes)
        return Exemplar(photo, labels, layout, soft, described, self.analytic.keys(described), values, style)

    def align(self, condition: Condition, exemplar: ExemplarSides) -> Alignment:
        """Register, mirror the exemplar if that fits better, and align. Batches of one only."""
        registration = register(condition.soft, exemplar.straight.soft)
        if not registration.mirrored.item():
            return self.align_side(condition, exemplar.straight, registration)
        aligned = self.align_side(condition, exemplar.mirrored, registration)
        return replace(aligned, match=aligned.match * aligned.match.new_tensor([-1.0, 1.0]))

    def align_side(
        self, condition: Condition, exemplar: Exemplar, registration: Registration, epsilon: float | None = None
    ) -> Alignment:
        """Align with an exemplar that is the right way round; `epsilon` softens the ranking in training."""
        match, features = self.match(condition, exemplar, registration, epsilon)
        return self.inject(condition, exemplar, match, features)

    def inject(
        self, condition: Condition, exemplar: Exemplar, match: Match, features: tuple[Tensor, Tensor, Tensor]
    ) -> Alignment:
        """What `match` found, as warp, confidence and the generator's input."""
        agrees = _agreement(condition.labels, exemplar.labels, match.fine)
        trust = self.trust(match, agrees)
        warp = sample(exemplar.photo, match.fine)
        injection = Injection(warp, features, match.evidence, trust, agrees, exemplar.style)
        return Alignment(warp, trust.sigmoid(), match.fine, injection)

    def synthesise(self, condition: Condition, alignments: list[Alignment], weights: list[float]) -> Tensor:
        injection = mix([alignment.injection for alignment in alignments], weights)
        return self.generator(condition.labels, condition.features, injection)

    def match(
        self, condition: Condition, exemplar: Exemplar, registration: Registration, epsilon: float | None = None
    ) -> tuple[Match, tuple[Tensor, Tensor, Tensor]]:
        """The match, and the exemplar's features warped by it; those at stride 4 by attention."""
        height, width = condition.labels.shape[1:]
        device = condition.labels.device
        registered = apply_affine(registration.matrix, identity_grid(height // STRIDE, width // STRIDE, device))
        half, quarter, eighth = exemplar.values
        with torch.autocast(device.type, enabled=False):
            queries = self.analytic.queries(condition.described, registered)
            block = self.config.block
            ranking = rank_blocks(
                block_means(queries, block), block_means(exemplar.keys, block), self.config.blocks_kept, epsilon
            )
            attention = attend(queries, exemplar.keys, quarter.float(), ranking, block)
        match = self.refinement(
            condition.described,
            exemplar.described,
            attention.match,
            attention.strength,
            same_place(condition.described, condition.layout, exemplar.layout, registered),
            registered,
            apply_affine(registration.matrix, identity_grid(height, width, device)),
            registration.residual,
        )
        points = match.fine.permute(0, 3, 1, 2)
        at_half = F.avg_pool2d(points, 2).permute(0, 2, 3, 1)
        at_eighth = F.avg_pool2d(points, 8).permute(0, 2, 3, 1)
        warped_quarter = torch.cat([attention.warped.to(quarter.dtype), sample(quarter, match.coarse)], dim=1)
        return match, (sample(half, at_half), warped_quarter, sample(eighth, at_eighth))


class ValueEncoder(nn.Module):
    """What the exemplar gives to be warped: features at strides 2, 4, 8, without any norm, so colours stay."""

    def __init__(self, widths: tuple[int, int, int, int]) -> None:
        super().__init__()
        channels = (widths[1] // 2, widths[2] // 2, widths[3])
        self.enter = nn.ModuleList(
            conv3(before, after, stride=2) for before, after in zip((3, *channels[:-1]), channels, strict=True)
        )
        self.deepen = nn.ModuleList(conv3(c, c) for c in channels)

    def forward(self, photo: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        features, x = [], photo
        for enter, deepen in zip(self.enter, self.deepen, strict=True):
            x = F.leaky_relu(enter(x), SLOPE)
            x = x + F.leaky_relu(deepen(x), SLOPE)
            features.append(x)
        return tuple(features)


class StyleEncoder(nn.Module):
    """One style code for each class: how its region looks on the exemplar.

    A class that the exemplar lacks gets the code of the whole picture; the network knows which it is.
    """

    def __init__(self, classes: int, channels: int, dims: int) -> None:
        super().__init__()
        self.classes = classes
        self.head = nn.Sequential(nn.Linear(channels + 7, 64), nn.LeakyReLU(SLOPE), nn.Linear(64, dims))
        self.of_class = nn.Embedding(classes, dims)
        nn.init.normal_(self.of_class.weight, std=0.1)

    def forward(self, photo: Tensor, features: Tensor, labels: Tensor) -> Tensor:
        """photo (B, 3, H, W), features (B, C, H/8, W/8), labels (B, H, W). Returns (B, classes, dims)."""
        one_hot = F.one_hot(labels, self.classes).permute(0, 3, 1, 2).float()
        small = F.avg_pool2d(photo.float(), 4)
        looks = [
            _mean_by_class(features.float(), F.avg_pool2d(one_hot, 8)),
            *_colour_by_class(small, F.avg_pool2d(one_hot, 4)),
        ]
        present = (one_hot.sum((2, 3)) > 0).float().unsqueeze(2)
        codes = self.head(torch.cat([*looks, present], dim=2))
        return codes.float() + self.of_class.weight


class ConditionEncoder(nn.Module):
    """Features of the label map for the generator, at strides 2, 4, 8."""

    def __init__(self, classes: int, widths: tuple[int, int, int, int]) -> None:
        super().__init__()
        self.embedding = nn.Embedding(classes, 16)
        self.to_half = conv3(64, widths[1])
        self.to_quarter = conv3(widths[1], widths[2], stride=2)
        self.to_eighth = conv3(widths[2], widths[3], stride=2)

    def forward(self, labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        cells = F.pixel_unshuffle(self.embedding(labels).permute(0, 3, 1, 2), 2)
        half = F.leaky_relu(self.to_half(cells.contiguous(memory_format=torch.channels_last)), SLOPE)
        quarter = F.leaky_relu(self.to_quarter(half), SLOPE)
        return half, quarter, F.leaky_relu(self.to_eighth(quarter), SLOPE)


class TrustHead(nn.Module):
    """The logit of the confidence map that people look at, (B, 1, H, W)."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Sequential(nn.Conv2d(HIDDEN + EVIDENCE, 32, 1), nn.LeakyReLU(SLOPE), nn.Conv2d(32, 1, 1))
        self.penalty = nn.Parameter(torch.tensor(3.0))

    def forward(self, match: Match, agrees: Tensor) -> Tensor:
        coarse = self.head(torch.cat([match.hidden, match.evidence], dim=1)).float()
        logit = F.interpolate(coarse, scale_factor=STRIDE, mode="bilinear", align_corners=False)
        return logit - F.softplus(self.penalty) * (1 - agrees)


class Generator(nn.Module):
    """From stride 8 to the picture; CONFI and modulated blocks at each stride, no global statistic."""

    def __init__(self, config: RabitConfig) -> None:
        super().__init__()
        one, two, four, eight = config.widths
        style = config.style_dims
        self.embedding = nn.Embedding(config.classes, 16)
        self.inject8 = Confi(eight + style, eight, EVIDENCE, eight)
        self.inject4 = Confi(four + style, four, EVIDENCE, four)
        self.inject2 = Confi(two + style, two // 2, EVIDENCE, two)
        self.inject1 = Confi(16 + style, 3, 2, one, kernel=1)
        self.root = conv3(eight, eight)
        self.blocks8 = nn.ModuleList([ModulatedBlock(eight, eight)])
        self.to4, self.blocks4 = conv3(eight, four), nn.ModuleList([ModulatedBlock(four, four) for _ in range(2)])
        self.to2, self.blocks2 = conv3(four, two), nn.ModuleList([ModulatedBlock(two, two)])
        self.to1, self.blocks1 = conv3(two, one), nn.ModuleList([ModulatedBlock(one, one)])
        self.paint = conv3(one, 6)
        nn.init.zeros_(self.paint.bias)

    def forward(self, labels: Tensor, features: tuple[Tensor, Tensor, Tensor], injection: Injection) -> Tensor:
        """labels (B, H, W), condition features at strides 2, 4, 8. Returns the image (B, 3, H, W) in [-1, 1]."""
        half, quarter, eighth = features
        warped2, warped4, warped8 = injection.features
        evidence = injection.evidence
        style = [_style_map(labels, injection.style, stride) for stride in (1, 2, 4, 8)]
        guide8 = self.inject8(torch.cat([eighth, style[3]], 1), warped8, F.avg_pool2d(evidence, 2))
        x = _through(self.blocks8, self.root(guide8), guide8)
        guide4 = self.inject4(torch.cat([quarter, style[2]], 1), warped4, evidence)
        x = _through(self.blocks4, self.to4(_double(x)) + guide4, guide4)
        guide2 = self.inject2(torch.cat([half, style[1]], 1), warped2, _double(evidence))
        x = _through(self.blocks2, self.to2(_double(x)) + guide2, guide2)
        embedded = self.embedding(labels).permute(0, 3, 1, 2)
        trust = injection.trust.detach()  # what people see is taught by the warp's error alone
        certain = torch.cat([trust.sigmoid(), injection.agrees], 1)
        guide1 = self.inject1(torch.cat([embedded, style[0]], 1), injection.warp, certain)
        x = _through(self.blocks1, self.to1(_double(x)) + guide1, guide1)
        painted, gate = self.paint(F.leaky_relu(x, SLOPE)).float().chunk(2, dim=1)
        return torch.lerp(painted.tanh(), injection.warp.float(), (gate + trust).sigmoid())


def mix(injections: list[Injection], weights: list[float]) -> Injection:
    """Several exemplars as one: style codes by weight, what is warped by weight and confidence, pixel by pixel."""
    if len(injections) == 1:
        return injections[0]
    shares = torch.stack([w * (i.trust.sigmoid() + 0.01) for w, i in zip(weights, injections, strict=True)])
    shares = shares / shares.sum(0)

    def blend(parts: list[Tensor], stride: int) -> Tensor:
        pooled = F.avg_pool2d(shares.flatten(0, 1), stride).unflatten(0, shares.shape[:2])
        return (torch.stack(parts) * pooled).sum(0)

    return Injection(
        warp=blend([i.warp for i in injections], 1),
        features=tuple(blend([i.features[n] for i in injections], 2 ** (n + 1)) for n in range(3)),
        evidence=blend([i.evidence for i in injections], 4),
        trust=blend([i.trust for i in injections], 1),
        agrees=blend([i.agrees for i in injections], 1),
        style=sum(w * i.style for w, i in zip(weights, injections, strict=True)),
    )


def _agreement(labels: Tensor, exemplar_labels: Tensor, points: Tensor) -> Tensor:
    found = sample(exemplar_labels.unsqueeze(1).float(), points.detach(), mode="nearest")
    return (found == labels.unsqueeze(1)).float()


def _through(blocks: nn.ModuleList, x: Tensor, guide: Tensor) -> Tensor:
    for block in blocks:
        x = block(x, guide)
    return x


def _double(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2, mode="nearest")


def _style_map(labels: Tensor, style: Tensor, stride: int) -> Tensor:
    """Style code of the class in the middle of each cell: (B, dims, H / stride, W / stride)."""
    small = labels[:, stride // 2 :: stride, stride // 2 :: stride]
    index = small.flatten(1).unsqueeze(2).expand(-1, -1, style.shape[2])
    return style.gather(1, index).unflatten(1, small.shape[1:]).permute(0, 3, 1, 2)


def _mean_by_class(values: Tensor, shares: Tensor) -> Tensor:
    """Mean of values (B, C, h, w) over each class by shares (B, K, h, w); absent: over all. (B, K, C)."""
    total = (values.unsqueeze(1) * shares.unsqueeze(2)).sum((3, 4))
    mass = shares.sum((2, 3)).unsqueeze(2)
    overall = values.mean((2, 3)).unsqueeze(1)
    return torch.where(mass > 0, total / mass.clamp_min(1e-6), overall)


def _colour_by_class(photo: Tensor, shares: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of the colour of each class, (B, K, 3) each."""
    mean = _mean_by_class(photo, shares)
    spread = _mean_by_class(photo.square(), shares) - mean.square()
    return mean, spread.clamp_min(1e-6).sqrt()
