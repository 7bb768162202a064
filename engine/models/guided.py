"""Guided pix2pix as a translator: what it is given as input and as guide, and how several exemplars are mixed.

    exemplar  the input is a label map, one plane a class; the guide is the exemplar's photo with its planes
    texture   the input is a label map's outlines; the guide is patches of the exemplar, in Lab, and where they are
    pose      the input is the exemplar's photo; the guide is the heat maps of the pose

There is no alignment. Each exemplar gives a picture of its own, and a mix fades between these, class by class, so that
moving a weight paints nothing anew.
"""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.conditions.heat_maps import heat_maps
from engine.conditions.pose import KEYPOINTS
from engine.conditions.pose_tensors import PoseTensors
from engine.conditions.sketch import outlines
from engine.conditions.texture import USUAL, textured
from engine.lab import to_lab, to_rgb
from engine.models.guided_pix2pix import Conditioning, GuidedConfig, GuidedPix2Pix
from engine.models.mix import Mix
from engine.models.translator import Alignment, Translator

Task = Literal["exemplar", "texture", "pose"]

SMALL_BOTTLENECK = 32
SMALL_HALVINGS = 5
SMALL_WIDTH = 16  # of the ResNet form
SMALL_BLOCKS = {"bft": 6, "uft": 6, "film": 6, "features": 6, "input": 7}  # about as many parameters each
SMALL_UNET_WIDTHS = {"bft": 24, "uft": 24, "film": 24, "features": 22, "input": 26}  # likewise


@dataclass(frozen=True)
class GuidedTranslatorConfig:
    """task     what is input and what is guide
    classes  of the domain
    size     width and height that it is trained at
    network  with the channels that the task asks for
    bare     for texture: the classes that get no patch of an exemplar that is a texture as a whole
    """

    task: Task
    classes: int
    size: tuple[int, int]
    network: GuidedConfig
    bare: tuple[int, ...] = ()


def network_of(task: Task, conditioning: Conditioning, classes: int) -> GuidedConfig:
    """The paper's network for a task, with its channels.

    Of an exemplar, which is no task of the paper's, the form that it takes for texture: a label map lies on the picture
    as a sketch does.
    """
    if task == "texture":
        return GuidedConfig("unet", conditioning, input_channels=1, guide_channels=4)
    if task == "pose":
        return GuidedConfig(conditioning=conditioning, guide_channels=KEYPOINTS)
    return GuidedConfig("unet", conditioning, input_channels=classes, guide_channels=3 + classes)


def small_network(config: GuidedConfig) -> GuidedConfig:
    """The same in a size that one core trains in minutes."""
    width = SMALL_UNET_WIDTHS[config.conditioning] if config.form == "unet" else SMALL_WIDTH
    small = {"width": width, "bottleneck": SMALL_BOTTLENECK, "halvings": SMALL_HALVINGS, "even": False}
    return GuidedConfig(**vars(config) | small | {"blocks": SMALL_BLOCKS[config.conditioning]})


@dataclass(frozen=True)
class Encoded:
    """A condition or an exemplar: its label map int64 (B, H, W), and what the network is given of it, (B, C, H, W)."""

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

    @abstractmethod
    def paint(self, condition: Encoded, exemplar: Encoded) -> Tensor:
        """The picture, float (B, 3, H, W) in [-1, 1]."""

    def encode_exemplar(self, photo: Tensor, labels: Tensor, pose: PoseTensors | None = None) -> Encoded:
        return Encoded(labels, photo)

    def style_code(self, exemplar: Encoded) -> Tensor:
        """This method has none; here it is mean and deviation of the first three planes where there is no background.

        Float (B, 6).
        """
        photo, shown = exemplar.planes[:, :3], (exemplar.labels > 0).unsqueeze(1).float()
        area = shown.sum((2, 3)).clamp_min(1)
        mean = (photo * shown).sum((2, 3)) / area
        variance = ((photo - mean[:, :, None, None]).square() * shown).sum((2, 3)) / area
        return torch.cat([mean, variance.sqrt()], dim=1)

    def align(self, condition: Encoded, exemplar: Encoded) -> Alignment:
        """No alignment; the picture is painted here, as nothing that comes later changes it."""
        return Alignment(None, None, None, self.paint(condition, exemplar))

    def synthesise(self, condition: Encoded, alignments: list[Alignment], mix: Mix) -> Tensor:
        """The exemplars' pictures, faded into each other class by class."""
        pictures = torch.stack([alignment.injection for alignment in alignments])
        shares = mix.table(self.config.classes, pictures.device)[:, condition.labels].unsqueeze(2)
        return (shares * pictures).sum(0)


class _ByExemplar(Guided):
    def encode_exemplar(self, photo: Tensor, labels: Tensor, pose: PoseTensors | None = None) -> Encoded:
        return Encoded(labels, torch.cat([photo, label_planes(labels, self.config.classes)], dim=1))

    def encode_condition(self, labels: Tensor, pose: PoseTensors | None = None) -> Encoded:
        return Encoded(labels, label_planes(labels, self.config.classes))

    def paint(self, condition: Encoded, exemplar: Encoded) -> Tensor:
        return self.network(condition.planes, _at_size(exemplar.planes, condition.planes))


class _ByTexture(Guided):
    def encode_exemplar(self, photo: Tensor, labels: Tensor, pose: PoseTensors | None = None) -> Encoded:
        return Encoded(labels, to_lab(photo))

    def encode_condition(self, labels: Tensor, pose: PoseTensors | None = None) -> Encoded:
        return Encoded(labels, outlines(labels))

    def paint(self, condition: Encoded, exemplar: Encoded) -> Tensor:
        return to_rgb(self.network(condition.planes, self.guide(condition, exemplar)))

    def guide(self, condition: Encoded, exemplar: Encoded) -> Tensor:
        """The patches that the exemplar gives, float (B, 4, H, W), as engine/conditions/texture.py has them."""
        side = round(USUAL * self.config.size[0])
        held = (x.cpu().numpy() for x in (condition.labels, exemplar.planes, exemplar.labels))
        guides = [textured(*one, side, self.config.bare) for one in zip(*held, strict=True)]
        return torch.stack([torch.from_numpy(guide) for guide in guides]).to(condition.planes.device)


class _ByPose(Guided):
    def encode_condition(self, labels: Tensor, pose: PoseTensors | None = None) -> Encoded:
        if pose is None:
            raise ValueError("this translator needs poses")
        return Encoded(labels, heat_maps(pose.poses, tuple(labels.shape[1:])).to(labels.device))

    def paint(self, condition: Encoded, exemplar: Encoded) -> Tensor:
        return self.network(_at_size(exemplar.planes, condition.planes), condition.planes)


_KINDS: dict[Task, type[Guided]] = {"exemplar": _ByExemplar, "texture": _ByTexture, "pose": _ByPose}


def guided_translator(config: GuidedTranslatorConfig) -> Guided:
    """A fresh translator for the task of `config`; raises KeyError when there is no such task."""
    return _KINDS[config.task](config)


def label_planes(labels: Tensor, classes: int) -> Tensor:
    """Class ids int64 (B, H, W) as float (B, classes, H, W) of zeros and ones."""
    return (labels.unsqueeze(1) == torch.arange(classes, device=labels.device).view(-1, 1, 1)).float()


def _at_size(planes: Tensor, like: Tensor) -> Tensor:
    """Planes at the size of `like`: exemplars may be of another shape than the condition."""
    if planes.shape[2:] == like.shape[2:]:
        return planes
    return F.interpolate(planes, like.shape[2:], mode="bilinear", align_corners=False, antialias=True)
