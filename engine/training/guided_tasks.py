"""The tasks of guided pix2pix: what is input, guide and truth, and how they are shown on a sample sheet."""

from abc import ABC, abstractmethod

import numpy as np
import torch
from torch import Tensor, nn

from engine.conditions.heat_maps import heat_maps
from engine.conditions.texture import BACKGROUND, random_texture
from engine.data.chance import Chance
from engine.data.depth_set import DepthSet
from engine.data.guided import GuidedBatch, joined
from engine.data.pairs import PairBatch, draw_pairs
from engine.data.photo_set import PhotoSet
from engine.data.posed_pairs import draw_posed_pairs
from engine.data.posed_set import PosedSet
from engine.data.sketches import Sketches
from engine.domains import Domain
from engine.lab import to_lab, to_rgb
from engine.layers.by_class import laid_out
from engine.models.depth import DepthUpsampler, enlarged, reduced
from engine.models.guided import label_planes
from engine.training.sheet import ROWS, shown_names, shown_pairs, to_bytes

LIFT, TINT = 0.2, 0.35  # spread of what a dye adds to lightness, and to both colours
UNDYED = torch.tensor([1.0, 0, 0, 0, 0])  # cosine and sine of the turn, lift, tints


class GuidedTask(ABC):
    """adversarial  whether a judge takes part in the training
    halves       whether pictures of half the size teach the same
    """

    adversarial = True
    halves = True

    @abstractmethod
    def draw(self, count: int, chance: Chance) -> GuidedBatch:
        """Training data, drawn at random."""

    @abstractmethod
    def examples(self) -> GuidedBatch:
        """Held-out data, the same each time, for the sample sheet."""

    @abstractmethod
    def shown(self, batch: GuidedBatch, output: Tensor) -> list[Tensor]:
        """The columns of a sample sheet, each uint8 (B, H, W, 3) on the CPU."""

    def figures(self, network: nn.Module) -> dict[str, float]:
        """How well `network`, what ships, does on held-out data, for its card."""
        return {}


class ExemplarTask(GuidedTask):
    """A label map, guided by an exemplar: the photo itself, deformed, or one of another person."""

    def __init__(self, domain: Domain, training: PhotoSet, held_out: PhotoSet) -> None:
        self._training, self._held_out = training, held_out
        self._palette = torch.from_numpy(domain.palette)

    def draw(self, count: int, chance: Chance) -> GuidedBatch:
        return self._batch(draw_pairs(self._training, count, chance))

    def examples(self) -> GuidedBatch:
        """Own photos, deformed, then other persons."""
        return joined(self._batch(pair) for pair in shown_pairs(self._held_out))

    def shown(self, batch: GuidedBatch, output: Tensor) -> list[Tensor]:
        """Condition | exemplar | result | truth."""
        condition = self._palette[batch.input.argmax(1).cpu()]
        return [condition, to_bytes(batch.guide[:, :3]), to_bytes(output), to_bytes(batch.target)]

    def _batch(self, pairs: PairBatch) -> GuidedBatch:
        classes = len(self._palette)
        guide = torch.cat([pairs.exemplar, label_planes(pairs.exemplar_labels, classes)], dim=1)
        return GuidedBatch(label_planes(pairs.labels, classes), guide, pairs.target, pairs.same)


class TextureTask(GuidedTask):
    """A sketch, guided by patches of the photo it is a sketch of; the picture is painted in Lab, on white.

    Its lines are as thin at every size: what is learned of halved ones is of no use. The classes of each photo are
    dyed at random but for the `bare` ones, skin and hair, so that only the patches tell the colours.
    """

    halves = False

    def __init__(self, training: PhotoSet, held_out: PhotoSet, sketches: Sketches, bare: tuple[int, ...] = ()) -> None:
        self._training, self._held_out, self._sketches, self._bare = training, held_out, sketches, bare

    def draw(self, count: int, chance: Chance) -> GuidedBatch:
        names = chance.dice.sample(self._training.names, count)
        photos, labels = self._training.batch(names)
        sketches = self._sketches.of(names, labels)
        side = torch.rand(count, generator=chance.generator) < 0.5
        photos, labels, sketches = (
            torch.where(side.view(-1, *[1] * (x.dim() - 1)), x.flip(-1), x) for x in (photos, labels, sketches)
        )
        lab = dyed(_on_white(photos, labels), labels, self._bare, chance.generator)
        return _textured_batch(lab, labels, sketches, chance.dice.getrandbits(32))

    def examples(self) -> GuidedBatch:
        names = shown_names(self._held_out.names)
        photos, labels = self._held_out.batch(names)
        return _textured_batch(_on_white(photos, labels), labels, self._sketches.of(names, labels), 0)

    def shown(self, batch: GuidedBatch, output: Tensor) -> list[Tensor]:
        """Sketch | patches | result | truth."""
        sketch = batch.input.expand(-1, 3, -1, -1)
        coloured = (to_rgb(x.float()) for x in (batch.guide[:, :3], output, batch.target))
        return [to_bytes(sketch), *(to_bytes(picture) for picture in coloured)]


class PoseTask(GuidedTask):
    """A photo, guided by another pose of the person that it shows; other persons' photos have no truth."""

    def __init__(self, training: PosedSet, held_out: PosedSet) -> None:
        self._training, self._held_out = training, held_out

    def draw(self, count: int, chance: Chance) -> GuidedBatch:
        return self._batch(draw_posed_pairs(self._training, count, chance))

    def examples(self) -> GuidedBatch:
        """Own photos with moved limbs, then other persons."""
        return joined(self._batch(pair) for pair in shown_pairs(self._held_out))

    def shown(self, batch: GuidedBatch, output: Tensor) -> list[Tensor]:
        """Photo | pose | result | truth."""
        pose = batch.guide.amax(1, keepdim=True).expand(-1, 3, -1, -1) * 2 - 1
        return [to_bytes(picture) for picture in (batch.input, pose, output, batch.target)]

    @staticmethod
    def _batch(pairs: PairBatch) -> GuidedBatch:
        maps = heat_maps(pairs.pose.poses, tuple(pairs.labels.shape[1:]))
        return GuidedBatch(pairs.exemplar, maps, pairs.target, pairs.same)


class DepthTask(GuidedTask):
    """A depth map that was made coarse, guided by the photo; no judge."""

    adversarial = False

    def __init__(self, upsampler: DepthUpsampler, training: DepthSet, held_out: DepthSet, side: int) -> None:
        self._upsampler, self._training, self._held_out, self._side = upsampler, training, held_out, side

    def draw(self, count: int, chance: Chance) -> GuidedBatch:
        return self._batch(*self._training.crops(count, self._side, chance))

    def examples(self) -> GuidedBatch:
        chance = Chance.of_step(0, 0, 0)
        return self._batch(*self._held_out.crops(ROWS, self._side, chance))

    def shown(self, batch: GuidedBatch, output: Tensor) -> list[Tensor]:
        """Photo | coarse | result | truth."""
        depths = (x.expand(-1, 3, -1, -1) for x in (batch.input, output, batch.target))
        return [to_bytes(picture) for picture in (batch.guide, *depths)]

    def figures(self, network: nn.Module) -> dict[str, float]:
        """Root mean square errors over all held-out photos, of the network and of bicubic interpolation alone."""
        device, factor = next(network.parameters()).device, network.config.factor
        errors = []
        for name in self._held_out.names:
            photo, depth = (x.to(device) for x in self._held_out.whole(name))
            coarse = reduced(depth, factor)
            answers = (network(coarse, photo), enlarged(coarse, factor))
            errors.append([(answer - depth).square().mean().item() for answer in answers])
        own, bicubic = np.sqrt(np.mean(errors, 0))
        return {"RMSE": float(own), "RMSE of bicubic interpolation": float(bicubic)}

    def _batch(self, photos: Tensor, depths: Tensor) -> GuidedBatch:
        factor, coded = self._upsampler.config.factor, self._upsampler.coded
        coarse = enlarged(coded(reduced(depths, factor)), factor)
        return GuidedBatch(coarse, photos, coded(depths), torch.ones(len(photos), dtype=torch.bool))


def dyed(lab: Tensor, labels: Tensor, bare: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Every class of each picture in other colours, but for the background and the `bare` ones.

    lab float (B, 3, H, W) as engine/lab.py has it, labels int64 (B, H, W). Hues are turned by any angle, then tinted,
    and the whole is made lighter or darker; returns what sRGB can show of it.
    """
    shape = (len(lab), int(labels.max()) + 1)
    turn = torch.rand(shape, generator=generator) * 2 * torch.pi
    lift, *tints = (torch.randn(*shape, 3, generator=generator) * torch.tensor([LIFT, TINT, TINT])).unbind(2)
    values = torch.stack([turn.cos(), turn.sin(), lift, *tints], 2)
    values[:, [BACKGROUND, *(class_id for class_id in bare if class_id < shape[1])]] = UNDYED
    cos, sin, lift, to_red, to_yellow = laid_out(values, labels).unbind(1)
    lightness, a, b = lab.unbind(1)
    turned = torch.stack([lightness + lift, cos * a - sin * b + to_red, sin * a + cos * b + to_yellow], 1)
    return to_lab(to_rgb(turned))


def _on_white(photos: Tensor, labels: Tensor) -> Tensor:
    return to_lab(torch.where(labels.unsqueeze(1) == BACKGROUND, 1.0, photos))


def _textured_batch(lab: Tensor, labels: Tensor, sketches: Tensor, seed: int) -> GuidedBatch:
    random = np.random.default_rng(seed)
    guides = [random_texture(*one, random) for one in zip(labels.numpy(), lab.numpy(), strict=True)]
    guide = torch.stack([torch.from_numpy(guide) for guide in guides])
    return GuidedBatch(sketches, guide, lab, torch.ones(len(lab), dtype=torch.bool))
