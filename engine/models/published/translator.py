"""Published networks as translators, so that the editor and the command line use them as any other system.

They see squares of the side that they were trained at, as their authors do: pictures of another shape are squeezed.
Several exemplars, which none of the methods know, are each aligned by themselves; what their alignments give the
generator is mixed by weight and confidence, pixel by pixel (guided pix2pix, which aligns nothing: the pictures).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.conditions.pose_tensors import PoseTensors
from engine.domains import find_domain
from engine.layers.spade import resized
from engine.models.injection import shares_of
from engine.models.mix import Mix
from engine.models.published.planes import Planes, heat_maps, planes_of
from engine.models.published.rabit import BLOCK, Aligned, Pyramid, Side
from engine.models.translator import Alignment, Translator
from engine.weights.published import find_dataset


@dataclass(frozen=True)
class Condition:
    """An encoded condition: its label map int64 (B, H, W), the network's planes of it, float (B, C, H, W), and what
    the network makes of these alone."""

    labels: Tensor
    planes: Tensor
    side: Any


@dataclass(frozen=True)
class Exemplar:
    """An encoded exemplar: photo float (B, 3, H, W) in [-1, 1], the network's planes of its condition, and what the
    network makes of both alone."""

    photo: Tensor
    planes: Tensor
    side: Any


class PublishedTranslator(Translator):
    """A published network, and how it is told a condition.

    network  as of `load_published`
    planes   the condition as the network takes it
    classes  of the domain's label maps
    side     of the squares that it sees, in pixels
    """

    multiple = 32
    fixed = True

    def __init__(self, network: nn.Module, planes: Planes, classes: int, side: int) -> None:
        super().__init__()
        self.network = network
        self.planes = planes
        self.classes = classes
        self.size = (side, side)

    def encode_exemplar(self, photo: Tensor, labels: Tensor, pose: PoseTensors | None = None) -> Exemplar:
        photo = photo.contiguous(memory_format=torch.channels_last)
        planes = self.planes(labels, pose, photo)
        return Exemplar(photo, planes, self.exemplar_side(photo, planes))

    def style_code(self, exemplar: Exemplar) -> Tensor:
        """These methods have none; here it is mean and deviation of the photo's colours, (B, 6)."""
        return torch.cat([exemplar.photo.mean((2, 3)), exemplar.photo.std((2, 3))], dim=1)

    def encode_condition(self, labels: Tensor, pose: PoseTensors | None = None) -> Condition:
        planes = self.planes(labels, pose, None)
        return Condition(labels, planes, self.condition_side(planes))

    def condition_side(self, planes: Tensor) -> Any:
        """What the network makes of a condition alone."""
        return None

    def exemplar_side(self, photo: Tensor, planes: Tensor) -> Any:
        """What the network makes of an exemplar alone."""
        return None

    def whole(self, values: Tensor) -> Tensor:
        """Values float (B, h, w) on a grid, at the picture's size: (B, 1, H, W)."""
        return F.interpolate(values.unsqueeze(1), self.size, mode="bilinear", align_corners=False)

    def places(self, index: Tensor) -> Tensor:
        """Positions int64 (B, h, w) of an exemplar's grid as large, row by row, as an `Alignment.match`.

        What lies within a position takes from the same place within the other.
        """
        side = index.shape[1]
        stride = self.size[0] // side
        within = ((torch.arange(stride, device=index.device) + 0.5) / stride).repeat(side)
        rows, columns = (
            x.repeat_interleave(stride, 1).repeat_interleave(stride, 2) for x in (index // side, index % side)
        )
        return torch.stack([columns + within, rows + within[:, None]], dim=3) * 2 / side - 1

    def shares(self, condition: Condition, alignments: list[Alignment], mix: Mix) -> Tensor:
        """How much each exemplar counts at each pixel, float (exemplars, B, 1, H, W); they sum to 1."""
        table = mix.table(self.classes, condition.planes.device)
        return shares_of([alignment.confidence for alignment in alignments], condition.labels, table)


class CocosNetTranslator(PublishedTranslator):
    """CoCosNet. Confidence is the weight of the best match; the injection is the warp."""

    def condition_side(self, planes: Tensor) -> Tensor:
        corr = self.network.netCorr
        return corr.queries(planes, corr.condition_features(planes))

    def exemplar_side(self, photo: Tensor, planes: Tensor) -> Tensor:
        corr = self.network.netCorr
        return corr.keys(planes, corr.photo_features(photo))

    def align(self, condition: Condition, exemplar: Exemplar) -> Alignment:
        corr = self.network.netCorr
        matched = corr.match(condition.side, exemplar.side, corr.values(exemplar.photo))
        side = self.size[0] // self.network.options.warp_stride
        index, weight = (x.unflatten(1, (side, side)) for x in (matched.index, matched.probability))
        return Alignment(matched.warp, self.whole(weight), self.places(index), matched.warp)

    def synthesise(self, condition: Condition, alignments: list[Alignment], mix: Mix) -> Tensor:
        warps = [alignment.injection for alignment in alignments]
        warp = warps[0] if len(warps) == 1 else _blended(warps, self.shares(condition, alignments, mix))
        return self.network.picture(condition.planes, warp)


class RabitTranslator(PublishedTranslator):
    """RABIT as released, with its own confidence. The injection is the alignment."""

    def condition_side(self, planes: Tensor) -> Side:
        return self.network.netCorr.condition_side(planes)

    def exemplar_side(self, photo: Tensor, planes: Tensor) -> Side:
        return self.network.netCorr.photo_side(photo, planes)

    def align(self, condition: Condition, exemplar: Exemplar) -> Alignment:
        aligned = self.network.netCorr.match(condition.side, exemplar.side, exemplar.photo)
        confidence, match = self.whole(aligned.confidence[:, 0]), self.places(_within_blocks(aligned))
        return Alignment(resized(aligned.warp128, self.size), confidence, match, aligned)

    def synthesise(self, condition: Condition, alignments: list[Alignment], mix: Mix) -> Tensor:
        several = [alignment.injection for alignment in alignments]
        aligned = several[0] if len(several) == 1 else _mixed(several, self.shares(condition, alignments, mix))
        return self.network.netG(condition.planes, condition.side.pyramid, aligned)


class CocosNet2Translator(PublishedTranslator):
    """CoCosNet v2. Confidence is the weight of the best match of the coarsest level; the injection is all warps."""

    def align(self, condition: Condition, exemplar: Exemplar) -> Alignment:
        match = self.network.netCorr(condition.planes, exemplar.photo, exemplar.planes)
        confidence, places = self.whole(match.dense.best), self.places(match.matches[-1][..., 0])
        return Alignment(match.warps[-1], confidence, places, match.warps)

    def synthesise(self, condition: Condition, alignments: list[Alignment], mix: Mix) -> Tensor:
        several = [alignment.injection for alignment in alignments]
        warps = several[0]
        if len(several) > 1:
            shares = self.shares(condition, alignments, mix)
            warps = tuple(_blended(list(level), shares) for level in zip(*several, strict=True))
        return self.network.netG(warps, condition.planes)


class GuidedTranslator(PublishedTranslator):
    """Guided pix2pix for poses: the exemplar is its input, the pose its guide. It aligns nothing."""

    def encode_exemplar(self, photo: Tensor, labels: Tensor, pose: PoseTensors | None = None) -> Exemplar:
        return Exemplar(photo.contiguous(memory_format=torch.channels_last), photo[:, :0], None)

    def align(self, condition: Condition, exemplar: Exemplar) -> Alignment:
        """No alignment; the picture is painted here, as nothing that comes later changes it."""
        return Alignment(None, None, None, self.network(exemplar.photo, condition.planes))

    def synthesise(self, condition: Condition, alignments: list[Alignment], mix: Mix) -> Tensor:
        """The exemplars' pictures, faded into each other class by class."""
        pictures = torch.stack([alignment.injection for alignment in alignments])
        shares = mix.table(self.classes, pictures.device)[:, condition.labels].unsqueeze(2)
        return (shares * pictures).sum(0)


_SYSTEMS: dict[str, Callable[..., PublishedTranslator]] = {
    "cocosnet": CocosNetTranslator,
    "rabit": RabitTranslator,
    "cocosnet2": CocosNet2Translator,
    "guided_pix2pix": GuidedTranslator,
}


def published_translator(network: nn.Module, name: str, options: Mapping[str, Any]) -> PublishedTranslator:
    """A network of the published system `name` with the authors' `options` as a translator of its domain.

    Raises InputError for one that translates no label maps or poses.
    """
    dataset = find_dataset(name, options)
    planes = heat_maps if name == "guided_pix2pix" else planes_of(dataset.name)
    return _SYSTEMS[name](network, planes, len(find_domain(dataset.domain).classes), dataset.side).eval()


def _blended(parts: list[Tensor], shares: Tensor) -> Tensor:
    """Maps float (B, C, h, w) an exemplar by their shares (exemplars, B, 1, H, W)."""
    stride = shares.shape[3] // parts[0].shape[2]
    pooled = F.avg_pool2d(shares.flatten(0, 1), stride).unflatten(0, shares.shape[:2])
    return (torch.stack(parts) * pooled).sum(0)


def _mixed(several: list[Aligned], shares: Tensor) -> Aligned:
    """What RABIT's generator is given of several alignments."""
    pyramids = [vars(aligned.warped) for aligned in several]
    return replace(
        several[0],
        warp128=_blended([aligned.warp128 for aligned in several], shares),
        confidence=_blended([aligned.confidence for aligned in several], shares),
        warped=Pyramid(**{name: _blended([each[name] for each in pyramids], shares) for name in pyramids[0]}),
    )


def _within_blocks(aligned: Aligned) -> Tensor:
    """Where each position of the fine grid takes most from, int64 (B, 2h, 2w), row by row of it."""
    height, width = aligned.confidence.shape[2:]
    block, place = aligned.index[..., :1], aligned.dots.argmax(3)  # (B, h * w, 1) and (B, h * w, 4)
    rows, columns = block // width * BLOCK + place // BLOCK, block % width * BLOCK + place % BLOCK
    index = (rows * width * BLOCK + columns).transpose(1, 2).unflatten(2, (height, width))
    return F.pixel_shuffle(index, BLOCK)[:, 0]
