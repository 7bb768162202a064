"""The training of CoCosNet v2 (Zhou et al. 2021): first the correspondence alone, then all of it.

The losses are those of the paper and of the released code, and some of ours:

- The mapping loss. The paper has a reverse network R that maps the shared domain back; the released code lacks it,
  and which of the two domains it maps to is not told by what we could read. Ours maps the features of each level,
  of condition and exemplar alike, to the condition that they stand for, by cross-entropy: alignment of the domains
  alone is perfect where all features are the same, and this forbids it.
- The offset loss, ours. As released, nothing reaches the GRU. In the trainable form what the warp costs reaches its
  last change through bilinear reading; here each change in each iteration is told where a dense search ends up.
- The contrast, ours: features of known matches differ from those of other places. By the losses above alone, few steps
  teach features that tell classes and no places in them, so that all of a garment is warped to its mean colour.
- The plain difference of pixels of pseudo pairs, ours: our perceptual network sees little of colours.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.correspondence.dense import attend_densely
from engine.correspondence.patchmatch import Step
from engine.data.chance import Chance
from engine.data.pairs import PairBatch
from engine.data.photo_set import PhotoSet
from engine.domains import Domain
from engine.losses.correspondence import feature_alignment, feature_contrast, offset_loss
from engine.losses.perceptual import perceptual_network
from engine.models.cocosnet2 import LEVELS, PyramidMatch, pooled
from engine.models.cocosnet2_translator import CocosNet2Translator, CocosNet2TranslatorConfig
from engine.training.exemplar_course import ExemplarCourse, Rates

PRETRAINING = 0.4  # part of the run in which the correspondence learns alone
ALIGNING = 0.3  # share of the later steps in which it learns on; in the others only the generator
PART = 1  # pairs of a batch whose target's features are computed too
PERSON = 2.0  # how much more the warp of what is not background counts
PUBLISHED_RATES = Rates(translator=5e-5, judge=2e-4)
RATES = Rates(translator=1e-3, judge=1e-3, momentum=0.5)
WEIGHTS = {
    "feature_alignment": 0.1,
    "mapping": 0.3,
    "warp": 5.0,
    "cycle": 0.3,
    "offsets": 0.05,
    "contrast": 0.3,
    "reconstruction": 3.0,
    "pseudo_pair": 1.0,
    "perceptual": 0.05,
    "contextual": 0.1,
    "adversarial": 0.2,
    "feature_matching": 1.0,
}


class ReverseNetwork(nn.Module):
    """Shared features of each level, float (B, dims, h, w), coarsest first, to logits (B, classes, h, w)."""

    def __init__(self, dims: int, classes: int, hidden: int = 32) -> None:
        super().__init__()
        self.levels = nn.ModuleList(
            nn.Sequential(nn.Conv2d(dims, hidden, 1), nn.LeakyReLU(0.2), nn.Conv2d(hidden, classes, 1))
            for _ in range(LEVELS)
        )

    def forward(self, features: Sequence[Tensor]) -> list[Tensor]:
        return [level(x) for level, x in zip(self.levels, features, strict=True)]


class CocosNet2Course(ExemplarCourse):
    """Targets and exemplars of `training`; `held_out` for the sample sheet; `config` has the domain's classes."""

    shipped: CocosNet2Translator
    learners = ("translator", "reverse")

    def __init__(
        self,
        domain: Domain,
        training: PhotoSet,
        held_out: PhotoSet,
        batch: int,
        device: torch.device,
        config: CocosNet2TranslatorConfig,
        vgg19: Path | None = None,
        rates: Rates = RATES,
    ) -> None:
        perceptual, translator = perceptual_network(domain, vgg19), CocosNet2Translator(config)
        super().__init__(domain, training, held_out, batch, device, translator, perceptual, WEIGHTS, rates)
        self._reverse = ReverseNetwork(config.network.extractor_width, config.classes).to(device)
        self.networks["reverse"] = self._reverse
        self.optimisers["reverse"] = torch.optim.Adam(self._reverse.parameters(), rates.translator)

    def losses(self, pairs: PairBatch, chance: Chance, progress: float) -> tuple[Tensor | None, dict[str, Tensor]]:
        paints = progress >= PRETRAINING
        aligns = not paints or chance.dice.random() < ALIGNING
        planes, exemplar_planes = (self._planes(labels) for labels in (pairs.labels, pairs.exemplar_labels))
        with torch.set_grad_enabled(aligns):
            correspondence = self.shipped.network.netCorr
            thetas = correspondence.condition_features(planes)
            photos = torch.cat([pairs.exemplar, pairs.target[:PART]])
            phis = correspondence.exemplar_features(photos, torch.cat([exemplar_planes, planes[:PART]]))
            steps: list[tuple[int, Step]] = []
            with torch.autocast(self._device.type, enabled=False):
                thetas, phis = ([x.float() for x in features] for features in (thetas, phis))
                shown = [x[:-PART] for x in phis]
                found = correspondence.match(
                    thetas, shown, pairs.exemplar, chance.generator, lambda level, _, step: steps.append((level, step))
                )
        losses = {}
        if aligns:
            with torch.autocast(self._device.type, enabled=False):
                own = [feature_alignment(x[:PART], y[-PART:]) for x, y in zip(thetas, phis, strict=True)]
                losses["feature_alignment"] = sum(own)
                losses["mapping"] = (self._mapping(thetas, planes) + self._mapping(shown, exemplar_planes)) / 2
                losses |= self._warp_losses(pairs, thetas, shown, found)
                losses["contrast"] = self._contrast(pairs, thetas, shown)
                if steps and self.shipped.config.network.patchmatch.trainable:
                    losses["offsets"] = self._offset_loss(thetas, shown, steps, chance)
        if not paints:
            return None, losses
        image = self.shipped.network.netG(found.warps, planes)
        if pairs.same.any():
            losses["reconstruction"] = F.l1_loss(image[pairs.same], pairs.target[pairs.same])
        return image, losses | self.picture_losses(pairs, image)

    def _planes(self, labels: Tensor) -> Tensor:
        return F.one_hot(labels, self.shipped.config.classes).permute(0, 3, 1, 2).float()

    def _mapping(self, features: list[Tensor], planes: Tensor) -> Tensor:
        """How badly the features of each level tell the condition, whose planes are pooled to it."""
        told = self._reverse(features)
        truth = [pooled(planes, planes.shape[2] // logits.shape[2]) for logits in told]
        return sum(F.cross_entropy(a, b) for a, b in zip(told, truth, strict=True)) / LEVELS

    @staticmethod
    def _contrast(pairs: PairBatch, thetas: list[Tensor], phis: list[Tensor]) -> Tensor:
        """The mean over the finer levels; places of the person are drawn more often."""
        weight = (pairs.known * (1 + PERSON * (pairs.labels > 0))).unsqueeze(1).float()
        total = weight.new_zeros(())
        for theta, phi in zip(thetas[1:], phis[1:], strict=True):
            cell = pairs.labels.shape[1] // theta.shape[2]
            truth = pooled(pairs.match.permute(0, 3, 1, 2), cell).permute(0, 2, 3, 1)
            total = total + feature_contrast(theta, phi, truth, pooled(weight, cell).squeeze(1))
        return total / (LEVELS - 1)

    def _warp_losses(
        self, pairs: PairBatch, thetas: list[Tensor], phis: list[Tensor], found: PyramidMatch
    ) -> dict[str, Tensor]:
        """The warp of every level against the truth, where it is known, and there and back at the coarsest."""
        weight = (pairs.known * (1 + PERSON * (pairs.labels > 0))).unsqueeze(1).float()
        errors = []
        for warp in found.warps:
            cell = pairs.labels.shape[1] // warp.shape[2]
            small = pooled(weight, cell)
            error = (warp - pooled(pairs.target, cell)).abs().mean(1, keepdim=True)
            errors.append((error * small).sum() / small.sum().clamp_min(1))
        temperature = self.shipped.config.network.patchmatch.temperature
        back = attend_densely(phis[0], thetas[0], found.warps[0], temperature)
        exemplar = pooled(pairs.exemplar, pairs.exemplar.shape[2] // back.shape[2])
        return {"warp": sum(errors) / LEVELS, "cycle": (back - exemplar).abs().mean()}

    def _offset_loss(
        self, thetas: list[Tensor], phis: list[Tensor], steps: list[tuple[int, Step]], chance: Chance
    ) -> Tensor:
        """The mean over levels and iterations."""
        moved = [(level, step.offsets.moved(step.change)) for level, step in steps]
        by_level = ([offsets for of, offsets in moved if of == level] for level in range(1, LEVELS))
        pairs = zip(thetas[1:], phis[1:], by_level, strict=True)
        return sum(offset_loss(*of_level, chance.generator) for of_level in pairs) / (LEVELS - 1)
