"""The tasks of guided pix2pix: what is input, guide and truth, and how they are shown on a sample sheet."""

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from engine.data.chance import Chance
from engine.data.guided import GuidedBatch
from engine.data.pairs import PairBatch, draw_pairs, example_pair
from engine.data.photo_set import PhotoSet
from engine.domains import Domain
from engine.models.guided import label_planes

SHEET_ROWS = 6


class GuidedTask(ABC):
    """adversarial  whether a judge takes part in the training"""

    adversarial = True

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
        """How well `network` does on all held-out data, for its card."""
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
        dice = Chance.of_step(0, 0, 0).dice
        pairs = []
        for index, name in enumerate(self._held_out.names[::7][:SHEET_ROWS]):
            other = name if index < 2 else self._held_out.exemplar_for(name, dice)
            pairs.append(self._batch(example_pair(self._held_out, name, other, index)))
        return GuidedBatch(*(torch.cat(parts) for parts in zip(*(vars(pair).values() for pair in pairs), strict=True)))

    def shown(self, batch: GuidedBatch, output: Tensor) -> list[Tensor]:
        """Condition | exemplar | result | truth."""
        condition = self._palette[batch.input.argmax(1).cpu()]
        return [condition, to_bytes(batch.guide[:, :3]), to_bytes(output), to_bytes(batch.target)]

    def _batch(self, pairs: PairBatch) -> GuidedBatch:
        classes = len(self._palette)
        guide = torch.cat([pairs.exemplar, label_planes(pairs.exemplar_labels, classes)], dim=1)
        return GuidedBatch(label_planes(pairs.labels, classes), guide, pairs.target, pairs.same)


def to_bytes(pictures: Tensor) -> Tensor:
    """Float (B, 3, H, W) in [-1, 1] to uint8 (B, H, W, 3) on the CPU."""
    return ((pictures.cpu().float().clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1)
