"""CoCosNet as a translator: dense correspondence and a SPADE generator (Zhang et al., CVPR 2020), of any width.

The networks are the published ones (models/published/cocosnet.py). They are trained without the spectral
normalisation that the published weights were found under: in nets this narrow it costs more than it steadies.
"""

from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.conditions.part_edges import EDGE_PLANES
from engine.conditions.pose_tensors import PoseTensors
from engine.correspondence.patch_attention import Attended, attend_patches
from engine.models.injection import shares_of
from engine.models.mix import Mix
from engine.models.published.cocosnet import Correspondence
from engine.models.published.options import Options
from engine.models.published.planes import planes_of
from engine.models.published.spade_generator import DOUBLINGS, SpadeGenerator
from engine.models.translator import Alignment, Translator

PUBLISHED_WIDTH = 64
CONFIDENT = 0.25  # spread of the attention, of half the picture's side, at which confidence is 1/e

_edges = planes_of("celebahqedge")


@dataclass(frozen=True)
class CocosNetConfig:
    """classes          of the domain
    size             (width, height) that it is trained at, where that is not the domain's
    width            of the correspondence (`Options.width`); the published networks have PUBLISHED_WIDTH
    generator_width  channels of the generator's last stage, likewise
    temperature      of the softmax over the exemplar's positions
    kernel           side of the patches that are compared, in positions of 4 pixels
    mask             what the exemplar's features are mixed with: its label map, noise, or nothing ("none"), with which
                     the condition's stay alone as well
    coordinates      whether features are mixed with their coordinates
    patches          warp patches of 4×4 pixels, not their means
    smooth           enlarge warped means smoothly
    attention        a non-local block in the generator
    edges            look at the edges of the parts of a face, and not at classes, which are those of CelebAMask-HQ
    """

    classes: int = 19
    size: tuple[int, int] | None = (128, 192)
    width: int = 8
    generator_width: int = 8
    temperature: float = 0.01
    kernel: int = 1
    mask: Literal["exemplar", "noise", "none"] = "exemplar"
    coordinates: bool = True
    patches: bool = True
    smooth: bool = True
    attention: bool = False
    edges: bool = False

    @property
    def channels(self) -> int:
        """The channels of a condition."""
        return EDGE_PLANES if self.edges else self.classes

    @property
    def options(self) -> Options:
        """The same as options of the published networks."""
        return Options(
            semantic_nc=self.channels,
            ngf=self.generator_width,
            match_kernel=self.kernel,
            maskmix=self.mask != "none",
            noise_for_mask=self.mask == "noise",
            use_coordconv=self.coordinates,
            warp_patch=self.patches,
            warp_bilinear=self.smooth,
            use_attention=self.attention,
            width=self.width,
        )


@dataclass(frozen=True)
class Condition:
    """An encoded condition: label map int64 (B, H, W), its planes float (B, C, H, W), and on the grid of positions
    its features in the shared space and its queries."""

    labels: Tensor
    planes: Tensor
    features: Tensor
    queries: Tensor


@dataclass(frozen=True)
class Exemplar:
    """An encoded exemplar: its keys, and what is warped of it, on the grid of positions; colours (B, 3 * classes)."""

    keys: Tensor
    values: Tensor
    colours: Tensor


class CocosNet(Translator):
    """The translator. The injection of an alignment is its warp."""

    points = False

    def __init__(self, config: CocosNetConfig) -> None:
        super().__init__()
        self.config = config
        self.size = config.size
        self.multiple = 2**DOUBLINGS
        self.correspondence = Correspondence(config.options)
        self.generator = SpadeGenerator(config.options, 3 + config.channels)
        self.to(memory_format=torch.channels_last)

    def planes(self, labels: Tensor, photo: Tensor | None = None) -> Tensor:
        """What is looked at of label maps int64 (B, H, W), float (B, C, H, W): one plane a class, or edges.

        photo  float (B, 3, H, W) in [-1, 1], where it is known: its own edges count in hair and where no part lies
        """
        return _edges(labels, None, photo) if self.config.edges else self.class_planes(labels)

    def class_planes(self, labels: Tensor) -> Tensor:
        """Label maps int64 (B, H, W) as one plane a class, float (B, classes, H, W)."""
        planes = labels.unsqueeze(3) == torch.arange(self.config.classes, device=labels.device)
        return planes.float().permute(0, 3, 1, 2)

    def encode_condition(self, labels: Tensor, pose: PoseTensors | None = None) -> Condition:
        return self.condition(labels, self.planes(labels))

    def condition(self, labels: Tensor, planes: Tensor) -> Condition:
        """A condition whose planes are known."""
        features = self.correspondence.condition_features(planes)
        return Condition(labels, planes, features, self.correspondence.queries(planes, features))

    def encode_exemplar(self, photo: Tensor, labels: Tensor, pose: PoseTensors | None = None) -> Exemplar:
        photo = photo.contiguous(memory_format=torch.channels_last)
        return self.exemplar(photo, labels, self.correspondence.photo_features(photo))

    def exemplar(self, photo: Tensor, labels: Tensor, features: Tensor) -> Exemplar:
        """An exemplar whose features in the shared space are known."""
        planes = self.planes(labels, photo)
        keys = self.correspondence.keys(planes, features)
        classes = self.class_planes(labels) if self.config.edges else planes
        area = classes.sum((2, 3)).clamp_min(1).unsqueeze(2)
        colours = torch.einsum("bkhw,bchw->bkc", classes, photo) / area
        return Exemplar(keys, self.correspondence.values(photo), colours.flatten(1))

    def style_code(self, exemplar: Exemplar) -> Tensor:
        """This method has none; here it is the mean colour of each class, (B, 3 * classes)."""
        return exemplar.colours

    def attend(self, queries: Tensor, keys: Tensor, values: Tensor) -> Attended:
        """Take `values`, float (B, V, h', w'), by the likeness of queries (B, C, h, w) and keys (B, C, h', w')."""
        return attend_patches(queries, keys, values, self.config.kernel, self.config.temperature)

    def align(self, condition: Condition, exemplar: Exemplar) -> Alignment:
        return self.alignment(self.attend(condition.queries, exemplar.keys, exemplar.values))

    def alignment(self, attended: Attended) -> Alignment:
        """What `attend` found for an exemplar's values, at the condition's size.

        Confidence is high where the best match is like what was looked for, and the attention stays near it.
        """
        warp = self.correspondence.enlarged(attended.values)
        size = warp.shape[2:]
        trust = attended.likeness.clamp(0, 1) * torch.exp(-attended.spread / CONFIDENT)
        match = F.interpolate(attended.match, size, mode="bilinear", align_corners=False)
        confidence = F.interpolate(trust, size, mode="bilinear", align_corners=False)
        return Alignment(warp, confidence, match.permute(0, 2, 3, 1), warp)

    def synthesise(self, condition: Condition, alignments: list[Alignment], mix: Mix) -> Tensor:
        """The picture; several exemplars' warps are mixed by weight and confidence, pixel by pixel."""
        warps = torch.stack([alignment.injection for alignment in alignments])
        if len(warps) > 1:
            table = mix.table(self.config.classes, warps.device)
            warps = warps * shares_of([alignment.confidence for alignment in alignments], condition.labels, table)
        return self.generator(
            torch.cat([warps.sum(0), condition.planes], dim=1).contiguous(memory_format=torch.channels_last)
        ).float()
