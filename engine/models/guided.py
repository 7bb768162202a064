"""Guided pix2pix as a translator: what it is given as input and as guide, and how several exemplars are mixed.

On label maps the input is the condition, one plane a class, and the guide is the exemplar's photo with the planes of
its label map. There is no alignment. Each exemplar gives a picture of its own, and a mix fades between these, class by
class, so that moving a weight paints nothing anew.
"""

from dataclasses import dataclass
from typing import Any, Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.conditions.pose_tensors import PoseTensors
from engine.models.guided_pix2pix import Conditioning, GuidedConfig, GuidedPix2Pix
from engine.models.mix import Mix
from engine.models.translator import Alignment, Translator

Task = Literal["exemplar"]

SMALL_WIDTH = 16
SMALL_BOTTLENECK = 32
SMALL_BLOCKS = {"bft": 6, "uft": 6, "film": 6, "features": 6, "input": 7}  # about as many parameters each


@dataclass(frozen=True)
class GuidedTranslatorConfig:
    """task     what is input and what is guide
    classes  of the domain
    size     width and height that it is trained at
    network  with the channels that the task asks for
    """

    task: Task
    classes: int
    size: tuple[int, int]
    network: GuidedConfig


def small_network(config: GuidedConfig) -> GuidedConfig:
    """The same in a size that one core trains in minutes."""
    blocks = SMALL_BLOCKS[config.conditioning]
    return GuidedConfig(**vars(config) | {"width": SMALL_WIDTH, "bottleneck": SMALL_BOTTLENECK, "blocks": blocks})


def exemplar_network(conditioning: Conditioning, classes: int) -> GuidedConfig:
    """The paper's ResNet form between a label map and an exemplar with its own."""
    return GuidedConfig(conditioning=conditioning, input_channels=classes, guide_channels=3 + classes)


@dataclass(frozen=True)
class Condition:
    """An encoded condition: its label map int64 (B, H, W), and what the network is given, float (B, C, H, W)."""

    labels: Tensor
    planes: Tensor


class Guided(Translator):
    """The translator. The injection of an alignment is the picture that its exemplar gives, float (B, 3, H, W)."""

    def __init__(self, config: GuidedTranslatorConfig) -> None:
        super().__init__()
        self.config = config
        self.size = config.size
        self.multiple = config.network.multiple
        self.network = GuidedPix2Pix(config.network)

    def encode_exemplar(self, photo: Tensor, labels: Tensor, pose: PoseTensors | None = None) -> Tensor:
        """The guide, float (B, 3 + classes, H, W)."""
        return torch.cat([photo, label_planes(labels, self.config.classes)], dim=1)

    def style_code(self, exemplar: Tensor) -> Tensor:
        """This method has none; here it is mean and deviation of the colours of all that is not background, (B, 6)."""
        photo, shown = exemplar[:, :3], 1 - exemplar[:, 3:4]
        area = shown.sum((2, 3)).clamp_min(1)
        mean = (photo * shown).sum((2, 3)) / area
        variance = ((photo - mean[:, :, None, None]).square() * shown).sum((2, 3)) / area
        return torch.cat([mean, variance.sqrt()], dim=1)

    def encode_condition(self, labels: Tensor, pose: PoseTensors | None = None) -> Condition:
        return Condition(labels, label_planes(labels, self.config.classes))

    def align(self, condition: Condition, exemplar: Tensor) -> Alignment:
        """No alignment; the picture is painted here, as nothing that comes later changes it."""
        guide = _at_size(exemplar, condition.planes)
        return Alignment(None, None, None, self.network(condition.planes, guide))

    def synthesise(self, condition: Condition, alignments: list[Alignment], mix: Mix) -> Tensor:
        """The exemplars' pictures, faded into each other class by class."""
        pictures = torch.stack([alignment.injection for alignment in alignments])
        shares = mix.table(self.config.classes, pictures.device)[:, condition.labels].unsqueeze(2)
        return (shares * pictures).sum(0)


def label_planes(labels: Tensor, classes: int) -> Tensor:
    """Class ids int64 (B, H, W) as float (B, classes, H, W) of zeros and ones."""
    return (labels.unsqueeze(1) == torch.arange(classes, device=labels.device).view(-1, 1, 1)).float()


def _at_size(guide: Any, like: Tensor) -> Tensor:
    """The guide at the size of `like`: exemplars may be of another shape than the condition."""
    if guide.shape[2:] == like.shape[2:]:
        return guide
    return F.interpolate(guide, like.shape[2:], mode="bilinear", align_corners=False, antialias=True)
