"""The shared space in which conditions and exemplars are compared (RABIT, sec. 3.1 and 3.3).

Two extractors, one for label maps and one for photos with their label maps, end in features of the
same length. To the learned features both sides append what is known without learning: the semantic
position, the registered position, the class. Each of these parts has a learned weight for each
class, so that the logit of a pair is learned similarity + weighted analytic similarity.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.correspondence.grids import identity_grid
from engine.correspondence.semantic_position import FREQUENCIES, Layout, semantic_position, sinusoids
from engine.layers.blocks import SLOPE, ResidualBlock, conv3
from engine.layers.by_class import one_hot
from engine.layers.pono import pono
from engine.layers.precision import in_full_precision

STRIDE = 4  # one position of the shared space stands for STRIDE × STRIDE pixels
REGION_PERIOD = 16.0  # of the semantic position, in region extents
IMAGE_PERIOD = 4.0  # of the position in the exemplar, whose width is 2
POSITION_CHANNELS = 4 * FREQUENCIES


@dataclass(frozen=True)
class Described:
    """A label map, and maybe its photo, on the shared grid of H/4 × W/4 positions.

    features  float (B, C, h, w), unit length
    shares    float (B, classes, h, w): how much of each position a class covers
    region    float (B, h, w, 2): semantic position
    labels    int64 (B, h, w): class at the middle of each position
    pixels    int64 (B, H, W): class of every pixel
    """

    features: Tensor
    shares: Tensor
    region: Tensor
    labels: Tensor
    pixels: Tensor


def middles(labels: Tensor) -> Tensor:
    """The class at the middle of each position: int64 (B, H, W) to (B, H/4, W/4)."""
    return labels[:, STRIDE // 2 :: STRIDE, STRIDE // 2 :: STRIDE]


class Extractor(nn.Module):
    """A small U-Net over strides 4 and 8; reaches 43 pixels around."""

    def __init__(self, classes: int, dims: int, photo: bool, planes: int = 0) -> None:
        super().__init__()
        embedded = 8
        self.classes = classes
        self.embedding = nn.Embedding(classes, embedded)
        inputs = embedded * STRIDE**2 + POSITION_CHANNELS + (3 * STRIDE**2 if photo else 0) + planes
        self.enter = conv3(inputs, dims)
        self.fine = ResidualBlock(dims)
        self.down = conv3(dims, 96, stride=2)
        self.coarse = ResidualBlock(96)
        self.join = conv3(dims + 96, dims)

    @in_full_precision
    def forward(
        self, labels: Tensor, layout: Layout, photo: Tensor | None = None, planes: Tensor | None = None
    ) -> Described:
        """labels int64 (B, H, W), photo float (B, 3, H, W); H and W multiples of 8. planes (B, planes, H/2, W/2)."""
        middle = middles(labels)
        region = semantic_position(middle, layout)
        fine = self.fine(self.entered(labels, region, photo, planes))
        features = self.joined(fine, self.around(fine))
        return Described(features, self.shares(labels), region, middle, labels)

    def shares(self, labels: Tensor) -> Tensor:
        """How much of each position each class covers, float (B, classes, H/4, W/4)."""
        return F.avg_pool2d(one_hot(labels, self.classes), STRIDE)

    def entered(
        self, labels: Tensor, region: Tensor, photo: Tensor | None = None, planes: Tensor | None = None
    ) -> Tensor:
        """All that is known of each position, and its neighbours, (B, dims, H/4, W/4). region (B, H/4, W/4, 2)."""
        cells = F.pixel_unshuffle(self.embedding(labels).permute(0, 3, 1, 2), STRIDE)
        parts = [cells, sinusoids(region, REGION_PERIOD)]
        if photo is not None:
            parts.append(F.pixel_unshuffle(photo, STRIDE))
        if planes is not None:
            parts.append(F.avg_pool2d(planes, 2))
        return self.enter(torch.cat(parts, dim=1).contiguous(memory_format=torch.channels_last))

    def around(self, fine: Tensor) -> Tensor:
        """What lies around each position, at stride 8: (B, 96, H/8, W/8)."""
        return self.coarse(self.down(F.leaky_relu(pono(fine), SLOPE)))

    def joined(self, fine: Tensor, coarse: Tensor) -> Tensor:
        """The features, of unit length, from those at strides 4 and 8."""
        joined = torch.cat([fine, F.interpolate(coarse, scale_factor=2, mode="nearest")], dim=1)
        return F.normalize(self.join(F.leaky_relu(pono(joined), SLOPE)).float(), dim=1)


class AnalyticWeights(nn.Module):
    """How much each part of the similarity counts, positive, for each class of the condition.

    At first, registration tells more than a region's centre and extent; but limbs, with axes, tell more than it.
    """

    def __init__(self, classes: int, limbs: bool = False) -> None:
        super().__init__()
        registered, region = (12.0, 40.0) if limbs else (40.0, 12.0)
        self.learned = nn.Parameter(torch.full((classes,), math.log(8.0)))
        self.registered = nn.Parameter(torch.full((classes,), math.log(registered)))
        self.region = nn.Parameter(torch.full((classes,), math.log(region)))
        self.label = nn.Parameter(torch.full((classes,), math.log(12.0)))

    def queries(self, condition: Described, registered: Tensor) -> Tensor:
        """What the condition asks for: float (B, Q, h, w). registered: its points in the exemplar, (B, h, w, 2)."""

        def weight(parameter: Tensor) -> Tensor:
            return parameter.exp()[condition.labels].unsqueeze(1)

        return torch.cat(
            [
                condition.features * weight(self.learned),
                sinusoids(registered, IMAGE_PERIOD) * weight(self.registered),
                sinusoids(condition.region, REGION_PERIOD) * weight(self.region),
                condition.shares * weight(self.label),
            ],
            dim=1,
        )

    @staticmethod
    def keys(exemplar: Described) -> Tensor:
        """What the exemplar offers: float (B, Q, h, w)."""
        places = identity_grid(*exemplar.labels.shape[1:], exemplar.labels.device).unsqueeze(0)
        places = places.expand(len(exemplar.labels), -1, -1, -1)
        return torch.cat(
            [
                exemplar.features,
                sinusoids(places, IMAGE_PERIOD),
                sinusoids(exemplar.region, REGION_PERIOD),
                exemplar.shares,
            ],
            dim=1,
        )
