"""CoCosNet v2 as a translator: label maps as one-hot planes, what its finest level found as the alignment.

The confidence of PatchMatch is the similarity of the best candidate. Dense attention may be most similar to many
places at once; there it says how close together lie those that are attended to, and their mean is the match.

Nothing is left to chance: PatchMatch propagates horizontally first in every iteration.
"""

from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.conditions.pose_tensors import PoseTensors
from engine.correspondence.dense import attend_densely
from engine.correspondence.gathered import gathered_dots
from engine.correspondence.grids import identity_grid
from engine.correspondence.patchmatch import Offsets, as_rows, clamped_places, flattened, rounded_index
from engine.models.cocosnet2 import MULTIPLE, CocosNet2, CocosNet2Config, configurations
from engine.models.injection import shares_of
from engine.models.mix import Mix
from engine.models.translator import Alignment, Translator

SPREAD = 0.25  # in [-1, 1]: the deviation at which dense attention is trusted by a third


@dataclass(frozen=True)
class CocosNet2TranslatorConfig:
    """classes  of the domain
    size     width and height that it is trained at, where that is not the domain's
    network  whose conditions have a channel a class
    """

    classes: int = 19
    size: tuple[int, int] | None = None
    network: CocosNet2Config = field(default_factory=lambda: configurations(19)["small"])


@dataclass(frozen=True)
class Condition:
    """An encoded condition: label map int64 (B, H, W), its planes (B, classes, H, W), features level by level."""

    labels: Tensor
    planes: Tensor
    features: list[Tensor]


@dataclass(frozen=True)
class Exemplar:
    """An encoded exemplar: photo float (B, 3, H, W), label map int64 (B, H, W), features level by level."""

    photo: Tensor
    labels: Tensor
    features: list[Tensor]


class CocosNet2Translator(Translator):
    """The translator. An alignment's injection are the warps of all levels, coarsest first."""

    multiple = MULTIPLE

    def __init__(self, config: CocosNet2TranslatorConfig) -> None:
        super().__init__()
        self.config = config
        self.size = config.size
        self.points = config.network.matching == "patchmatch"
        self.network = CocosNet2(config.network)

    def encode_exemplar(self, photo: Tensor, labels: Tensor, pose: PoseTensors | None = None) -> Exemplar:
        return Exemplar(photo, labels, self.network.netCorr.exemplar_features(photo, self._planes(labels)))

    def style_code(self, exemplar: Exemplar) -> Tensor:
        """This method has none; here it is mean and deviation of the colours of all that is not background, (B, 6)."""
        shown = (exemplar.labels > 0).unsqueeze(1).float()
        area = shown.sum((2, 3)).clamp_min(1)
        mean = (exemplar.photo * shown).sum((2, 3)) / area
        variance = ((exemplar.photo - mean[:, :, None, None]).square() * shown).sum((2, 3)) / area
        return torch.cat([mean, variance.sqrt()], dim=1)

    def encode_condition(self, labels: Tensor, pose: PoseTensors | None = None) -> Condition:
        planes = self._planes(labels)
        return Condition(labels, planes, self.network.netCorr.condition_features(planes))

    def align(self, condition: Condition, exemplar: Exemplar) -> Alignment:
        exemplar = self._at_size(exemplar, condition.labels.shape[1:])
        found = self.network.netCorr.match(condition.features, exemplar.features, exemplar.photo)
        queries, keys, patch = condition.features[-1], exemplar.features[-1], self.config.network.patch
        if found.finest is None:
            match, confidence = attended_points(queries, keys, self.config.network.patchmatch.temperature)
            match = F.interpolate(match, scale_factor=patch, mode="bilinear", align_corners=False).permute(0, 2, 3, 1)
        else:
            offsets, confidence = best_of(found.finest, queries, keys)
            match = points_of(offsets, patch)
        confidence = confidence.repeat_interleave(patch, 1).repeat_interleave(patch, 2)
        return Alignment(found.warps[-1], confidence.unsqueeze(1), match, found.warps)

    def synthesise(self, condition: Condition, alignments: list[Alignment], mix: Mix) -> Tensor:
        return self.network.netG(self.mixed(condition.labels, alignments, mix), condition.planes)

    def mixed(self, labels: Tensor, alignments: list[Alignment], mix: Mix) -> tuple[Tensor, ...]:
        """The warps of several exemplars as one, by weight and confidence, pixel by pixel."""
        if len(alignments) == 1:
            return alignments[0].injection
        table = mix.table(self.config.classes, labels.device)
        shares = shares_of([alignment.confidence for alignment in alignments], labels, table)
        mixed = []
        for warps in zip(*(alignment.injection for alignment in alignments), strict=True):
            pooled = F.adaptive_avg_pool2d(shares.flatten(0, 1), warps[0].shape[2:]).unflatten(0, shares.shape[:2])
            mixed.append((torch.stack(warps) * pooled).sum(0))
        return tuple(mixed)

    def _planes(self, labels: Tensor) -> Tensor:
        """Class ids int64 (B, H, W) as float (B, classes, H, W) of zeros and ones."""
        return F.one_hot(labels, self.config.classes).permute(0, 3, 1, 2).float()

    def _at_size(self, exemplar: Exemplar, size: torch.Size) -> Exemplar:
        """The exemplar in the shape of the condition, which PatchMatch needs: its offsets are from place to place."""
        if exemplar.labels.shape[1:] == size:
            return exemplar
        photo = F.interpolate(exemplar.photo, size, mode="bilinear", align_corners=False, antialias=True)
        labels = F.interpolate(exemplar.labels.unsqueeze(1).float(), size, mode="nearest-exact").squeeze(1).long()
        return self.encode_exemplar(photo, labels)


def best_of(candidates: Offsets, queries: Tensor, keys: Tensor) -> tuple[Offsets, Tensor]:
    """The best candidate of each position, offsets (B, h, w, 1), and its similarity, float (B, h, w) in [0, 1]."""
    similarity = gathered_dots(as_rows(queries), as_rows(keys), flattened(rounded_index(candidates)))
    similarity, best = similarity.view(candidates.down.shape).max(3, keepdim=True)
    offsets = Offsets(candidates.down.gather(3, best), candidates.right.gather(3, best))
    return offsets, similarity[..., 0].clamp(0, 1)


def attended_points(queries: Tensor, keys: Tensor, temperature: float) -> tuple[Tensor, Tensor]:
    """The mean of the points attended to, float (B, 2, h, w), and exp(-their deviation / SPREAD), float (B, h, w)."""
    grid = identity_grid(*keys.shape[2:], keys.device).permute(2, 0, 1).expand(len(keys), -1, -1, -1)
    seen = attend_densely(queries, keys, torch.cat([grid, grid.square().sum(1, keepdim=True)], 1), temperature)
    match, square = seen[:, :2], seen[:, 2]
    deviation = (square - match.square().sum(1)).clamp_min(0).sqrt()
    return match, (-deviation / SPREAD).exp()


def points_of(offsets: Offsets, patch: int) -> Tensor:
    """Where each pixel takes from: offsets (B, h, w, 1) of patches, as points (B, h * patch, w * patch, 2)."""
    row, column = clamped_places(offsets)
    height, width = (side * patch for side in row.shape[1:3])
    x, y = ((place[..., 0] + 0.5) * (2 / side) - 1 for place, side in ((column, row.shape[2]), (row, row.shape[1])))
    whole = torch.stack([x, y], 3).repeat_interleave(patch, 1).repeat_interleave(patch, 2)
    small = identity_grid(*row.shape[1:3], row.device).repeat_interleave(patch, 0).repeat_interleave(patch, 1)
    return whole + (identity_grid(height, width, row.device) - small)
