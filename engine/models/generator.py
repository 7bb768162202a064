"""RABIT's generator: from stride 8 to the picture, with confidence feature injection at every stride.

It has no global statistic and starts from a grid of an eighth of the picture, so that it is local.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.correspondence.refinement import AGREEMENT, EVIDENCE
from engine.correspondence.seams import mixed_at_seams
from engine.layers.blocks import SLOPE, ModulatedBlock, conv3
from engine.layers.blur import gaussian_blur
from engine.layers.by_class import laid_out
from engine.layers.confi import Confi
from engine.layers.doubling import DoublingConv3
from engine.layers.precision import in_full_precision
from engine.models.injection import Injection

PLAIN = 3  # pixels (deviation) that invented cloth is smoothed over
FINISH_REACH = 2 * PLAIN + 1
GATE = 4.0  # the gate's logit stays within this


class ConditionEncoder(nn.Module):
    """Features of the label map, and the planes of a pose, for the generator, at strides 2, 4, 8."""

    def __init__(self, classes: int, widths: tuple[int, int, int, int], planes: int = 0) -> None:
        super().__init__()
        self.embedding = nn.Embedding(classes, 16)
        self.to_half = conv3(64 + planes, widths[1])
        self.to_quarter = conv3(widths[1], widths[2], stride=2)
        self.to_eighth = conv3(widths[2], widths[3], stride=2)

    def forward(self, labels: Tensor, planes: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """labels int64 (B, H, W), planes float (B, planes, H/2, W/2)."""
        cells = F.pixel_unshuffle(self.embedding(labels).permute(0, 3, 1, 2), 2)
        if planes is not None:
            cells = torch.cat([cells, planes], dim=1)
        half = F.leaky_relu(self.to_half(cells.contiguous(memory_format=torch.channels_last)), SLOPE)
        quarter = F.leaky_relu(self.to_quarter(half), SLOPE)
        return half, quarter, F.leaky_relu(self.to_eighth(quarter), SLOPE)


class Generator(nn.Module):
    """From stride 8 to the picture; CONFI at each stride, modulated blocks below the last, no global statistic.

    Most of the detail is the exemplar's own, so the last stride is narrow and has neither norm nor modulation.
    """

    def __init__(self, classes: int, widths: tuple[int, int, int, int], style_dims: int) -> None:
        super().__init__()
        one, two, four, eight = widths
        self.embedding = nn.Embedding(classes, 16)
        self.inject8 = Confi(eight + style_dims, eight, EVIDENCE, eight)
        self.inject4 = Confi(four + style_dims, four, EVIDENCE, four)
        self.inject2 = Confi(two + style_dims, two // 2, EVIDENCE, two)
        self.inject1 = Confi(16 + style_dims, 3, 2, one)
        self.block8 = ModulatedBlock(eight, eight)
        self.to4, self.block4 = DoublingConv3(eight, four), ModulatedBlock(four, four)
        self.to2, self.block2 = DoublingConv3(four, two), ModulatedBlock(two, two)
        self.to1, self.deepen = DoublingConv3(two, one), conv3(one, one)
        self.paint = conv3(one, 6)
        nn.init.zeros_(self.paint.bias)

    def forward(self, labels: Tensor, features: tuple[Tensor, Tensor, Tensor], injection: Injection) -> Tensor:
        """labels (B, H, W), condition features at strides 2, 4, 8. Returns the image (B, 3, H, W), about [-1, 1]."""
        image = let_through(*self.paint_all(labels, features, injection), injection)
        return finished(image, injection.agrees, injection.seams)

    def paint_all(
        self, labels: Tensor, features: tuple[Tensor, Tensor, Tensor], injection: Injection
    ) -> tuple[Tensor, Tensor]:
        """The picture painted everywhere, and the gate's logit for warped pixels: both (B, 3, H, W)."""
        half, quarter, eighth = features
        guide = self.enter8(labels, eighth, injection)
        x = self.block8(guide, guide)
        x = self.block4(*self.enter4(x, labels, quarter, injection))
        x = self.block2(*self.enter2(x, labels, half, injection))
        return self.at1(x, labels, injection)

    def enter8(self, labels: Tensor, eighth: Tensor, injection: Injection) -> Tensor:
        """Stride 8, where painting starts: what goes into its block, and guides it."""
        evidence = injection.evidence
        known = torch.cat([eighth, _style_map(labels, injection.style, 8)], 1)
        same = F.avg_pool2d(_same(evidence), 2)
        return self.inject8(known, injection.features[2], F.avg_pool2d(evidence, 2), same)

    def enter4(self, x: Tensor, labels: Tensor, quarter: Tensor, injection: Injection) -> tuple[Tensor, Tensor]:
        """Stride 4, from x at stride 8: what goes into its block, and what guides it."""
        evidence = injection.evidence
        known = torch.cat([quarter, _style_map(labels, injection.style, 4)], 1)
        guide = self.inject4(known, injection.features[1], evidence, _same(evidence))
        return self.to4(x) + guide, guide

    def enter2(self, x: Tensor, labels: Tensor, half: Tensor, injection: Injection) -> tuple[Tensor, Tensor]:
        """Stride 2, from x at stride 4: what goes into its block, and what guides it."""
        evidence = injection.evidence
        known = torch.cat([half, _style_map(labels, injection.style, 2)], 1)
        guide = self.inject2(known, injection.features[0], _double(evidence), _double(_same(evidence)))
        return self.to2(x) + guide, guide

    def at1(self, x: Tensor, labels: Tensor, injection: Injection) -> tuple[Tensor, Tensor]:
        """Picture and gate (`paint_all`), from x at stride 2."""
        embedded = self.embedding.weight.expand(len(labels), -1, -1)
        known = self.inject1.of_class(torch.cat([embedded, injection.style], 2))
        trust = injection.trust.detach()  # what people see is taught by the warp's error alone
        certain = torch.cat([trust.sigmoid(), injection.agrees], 1)
        x = self.to1(x) + self.inject1.blend(laid_out(known, labels), injection.warp, certain, injection.agrees)
        x = x + self.deepen(F.leaky_relu(x, SLOPE))
        painted, gate = self._seen(F.leaky_relu(x, SLOPE)).chunk(2, dim=1)
        return painted, gate

    @in_full_precision
    def _seen(self, x: Tensor) -> Tensor:
        """The last convolution; in half precision it would give fewer colours than a screen shows."""
        return self.paint(x.float())


def let_through(painted: Tensor, gate: Tensor, injection: Injection) -> Tensor:
    """The last injection: warped pixels where gate and confidence say so, and never of another class.

    The gate is bounded, so that it can always change its mind.
    """
    opinion = GATE * (gate / GATE).tanh() + injection.trust.detach()
    return torch.lerp(painted, injection.warp.float(), opinion.sigmoid() * injection.agrees)


@in_full_precision
def finished(image: Tensor, agrees: Tensor, seams: Tensor) -> Tensor:
    """image float (B, 3, H, W) with what no exemplar shows painted plainly, and seams mixed; reaches FINISH_REACH.

    Of what is not seen no cloth is known, and what the generator makes up is stripes: there each pixel becomes the mean
    of those around it that are not seen either. agrees, seams float (B, 1, H, W), as of an injection.
    """
    seen, unseen = agrees.float(), 1 - agrees.float()
    both = torch.cat([image * unseen, unseen], 1).contiguous(memory_format=torch.channels_last)
    around = gaussian_blur(both, PLAIN, 2 * PLAIN)
    image = torch.lerp(around[:, :3] / around[:, 3:].clamp_min(1e-3), image, seen)
    return mixed_at_seams(image, seams.float())


def _same(evidence: Tensor) -> Tensor:
    """How far the labels agree, (B, 1, H/4, W/4)."""
    return evidence[:, AGREEMENT : AGREEMENT + 1]


def _double(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2, mode="nearest")


def _style_map(labels: Tensor, style: Tensor, stride: int) -> Tensor:
    """Style code of the class in the middle of each cell: (B, dims, H / stride, W / stride)."""
    return laid_out(style, labels[:, stride // 2 :: stride, stride // 2 :: stride])
