"""The training of CoCosNet: correspondence and generator together, by the paper's losses (Zhang et al. 2020, sec. 3.3)
and those of the released code.

Pseudo pairs are compared as pictures too (`reconstruction`): the paper's finest features are of full size and tell
colours, those of our parser are not and do not.

Where edges are the condition, the released loader shows those of the target's photo too, wherever no part lies. Whoever
paints has parts alone: here half of the targets are shown so.
"""

from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from engine.correspondence.patch_attention import Attended
from engine.data.chance import Chance
from engine.data.pairs import PairBatch
from engine.data.photo_set import PhotoSet
from engine.domains import Domain
from engine.losses.correspondence import feature_alignment, warped_mask_loss
from engine.losses.perceptual import perceptual_network
from engine.models.cocosnet import CocosNet, CocosNetConfig, Condition, Exemplar
from engine.models.mix import ALONE
from engine.training.exemplar_course import ExemplarCourse, Rates

STRIDE = 4  # pixels to a position of the correspondence
OUTLINED = 0.5  # share of conditions that show the edges of the target's photo, where edges are looked at
PART = 1  # pairs of a batch on which the losses are taken that cost a third encoding or a second attention
PUBLISHED_RATES = Rates(translator=1e-4, judge=4e-4)
RATES = Rates(translator=2e-3, judge=1e-3, momentum=0.5)
WEIGHTS = {
    "feature_alignment": 0.3,
    "warped_mask": 1.0,
    "warp": 3.0,
    "cycle": 0.3,
    "reconstruction": 3.0,
    "pseudo_pair": 1.0,
    "perceptual": 0.05,
    "contextual": 0.1,
    "adversarial": 0.2,
    "feature_matching": 1.0,
}


class CocosNetCourse(ExemplarCourse):
    """Targets and exemplars of `training`; `held_out` for the sample sheet; `config` has the domain's classes."""

    shipped: CocosNet
    judged_from = 0.25

    def __init__(
        self,
        domain: Domain,
        training: PhotoSet,
        held_out: PhotoSet,
        batch: int,
        device: torch.device,
        config: CocosNetConfig,
        vgg19: Path | None = None,
        rates: Rates = RATES,
    ) -> None:
        perceptual = perceptual_network(domain, vgg19)
        super().__init__(domain, training, held_out, batch, device, CocosNet(config), perceptual, WEIGHTS, rates)

    def losses(self, pairs: PairBatch, chance: Chance, progress: float) -> tuple[Tensor, dict[str, Tensor]]:
        network, correspondence = self.shipped, self.shipped.correspondence
        condition = self._condition(pairs, chance)
        seen = correspondence.photo_features(torch.cat([pairs.exemplar, pairs.target[:PART]]))
        exemplar = network.exemplar(pairs.exemplar, pairs.exemplar_labels, seen[:-PART])
        labels, exemplar_labels = (x[:, ::STRIDE, ::STRIDE] for x in (pairs.labels, pairs.exemplar_labels))
        count = exemplar.values.shape[1]
        carried = torch.cat([exemplar.values, network.class_planes(exemplar_labels)], dim=1)
        attended = network.attend(condition.queries, exemplar.keys, carried)
        shown, mask = attended.values[:, :count], attended.values[:, count:]
        alignment = network.alignment(replace(attended, values=shown))
        image = network.synthesise(condition, [alignment], ALONE)
        losses = {
            "feature_alignment": feature_alignment(condition.features[:PART], seen[-PART:]),
            "warped_mask": warped_mask_loss(mask, labels, exemplar_labels),
            "cycle": self._cycle(condition.queries, exemplar, shown),
        }
        if pairs.same.any():
            losses["warp"] = (alignment.warp - pairs.target)[pairs.same].abs().mean()
            losses["reconstruction"] = (image - pairs.target)[pairs.same].abs().mean()
        return image, losses | self.picture_losses(pairs, image)

    def _condition(self, pairs: PairBatch, chance: Chance) -> Condition:
        network = self.shipped
        if not network.config.edges:
            return network.encode_condition(pairs.labels)
        outlined = torch.rand(len(pairs.labels), generator=chance.generator) < OUTLINED
        photo = pairs.target * outlined.view(-1, 1, 1, 1).to(pairs.target)  # an even grey has no edges
        return network.condition(pairs.labels, network.planes(pairs.labels, photo))

    def _cycle(self, queries: Tensor, exemplar: Exemplar, shown: Tensor) -> Tensor:
        """The exemplar, warped to the condition (`shown`) and back, is the exemplar."""
        part = slice(0, PART)
        back: Attended = self.shipped.attend(exemplar.keys[part], queries[part], shown[part])
        return (back.values - exemplar.values[part]).abs().mean()
