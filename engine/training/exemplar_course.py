"""What the trainings of exemplar-based translators share: pairs, a judge, one step of both, the sample sheet.

The translator is used through its interface alone. A system's own course says what its translator learns
by (`losses`); what a judge says of the picture is added here, and can be overridden.
"""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import Tensor, nn

from engine.data.chance import Chance
from engine.data.pairs import PairBatch, draw_pairs
from engine.data.photo_set import PhotoSet
from engine.data.posed_pairs import draw_posed_pairs
from engine.data.posed_set import PosedSet
from engine.domains import Domain
from engine.losses.adversarial import discriminator_loss, feature_matching, generator_loss
from engine.losses.perceptual import PerceptualNetwork, appearance_loss, perceptual_loss, pseudo_pair_loss
from engine.models.discriminator import MultiScaleDiscriminator
from engine.models.translator import Translator
from engine.training.course import Course
from engine.training.sheet import translator_sheet

LONGEST_GRADIENT = 5.0


@dataclass(frozen=True)
class Rates:
    """Adam's learning rates of translator and judge (TTUR: the judge's is larger), and the first momentum of both."""

    translator: float
    judge: float
    momentum: float = 0.0


class ExemplarCourse(Course):
    """Targets and exemplars of `training`; `held_out` for the sample sheet, both at the translator's size.

    translator  with a `config` that is a dataclass
    perceptual  the network that pictures are compared in
    weights     what each loss counts for, by its name in the log
    """

    judged_from = 0.0  # the part of the run from which on the judge takes part
    learners: tuple[str, ...] = ("translator",)  # the optimisers that go down the losses

    def __init__(
        self,
        domain: Domain,
        training: PhotoSet | PosedSet,
        held_out: PhotoSet | PosedSet,
        batch: int,
        device: torch.device,
        translator: Translator,
        perceptual: PerceptualNetwork,
        weights: Mapping[str, float],
        rates: Rates,
    ) -> None:
        self._training, self._held_out, self._batch, self._device = training, held_out, batch, device
        self._palette = torch.from_numpy(domain.palette)
        self._weights = weights
        self.shipped = translator.to(device)
        self._judge = MultiScaleDiscriminator(len(domain.classes)).to(device)
        self._perceptual = perceptual.to(device)
        self.networks = nn.ModuleDict({"translator": self.shipped, "judge": self._judge})
        betas = (rates.momentum, 0.99)
        self.optimisers = {
            "translator": torch.optim.Adam(self.shipped.parameters(), rates.translator, betas),
            "judge": torch.optim.Adam(self._judge.parameters(), rates.judge, betas),
        }

    @abstractmethod
    def losses(self, pairs: PairBatch, chance: Chance, progress: float) -> tuple[Tensor | None, dict[str, Tensor]]:
        """What the translator paints, float (B, 3, H, W), and its losses by name, those of the judge aside.

        No picture where only the correspondence learns in this step; the judge rests then.
        """

    def config(self) -> dict:
        return asdict(self.shipped.config)

    def step(self, chance: Chance, progress: float) -> dict[str, Tensor]:
        self.shipped.train()
        draw = draw_posed_pairs if isinstance(self._training, PosedSet) else draw_pairs
        pairs = draw(self._training, self._batch, chance).to(self._device)
        image, losses = self.losses(pairs, chance, progress)
        judging = image is not None and progress >= self.judged_from
        if judging:
            losses |= self.verdict(pairs, image)
        total = sum(self._weights[name] * loss for name, loss in losses.items())
        self.descend(total, *self.learners, longest=LONGEST_GRADIENT)
        figures = {name: loss.detach() for name, loss in losses.items()}
        if judging:
            judged = self.judgement(pairs, image.detach())
            self.descend(judged, "judge", longest=LONGEST_GRADIENT)
            figures["judge"] = judged.detach()
        return figures

    def verdict(self, pairs: PairBatch, image: Tensor) -> dict[str, Tensor]:
        """The losses of the translator that the judge decides on: hinge, and its features of own photos."""
        fake = self._judge(pairs.labels, image)
        with torch.no_grad():
            real = self._judge(pairs.labels, pairs.target)
        return {"adversarial": generator_loss(fake), "feature_matching": feature_matching(real, fake, pairs.same)}

    def judgement(self, pairs: PairBatch, image: Tensor) -> Tensor:
        """The loss of the judge, for a picture without gradients."""
        return discriminator_loss(self._judge(pairs.labels, pairs.target), self._judge(pairs.labels, image))

    def picture_losses(self, pairs: PairBatch, image: Tensor) -> dict[str, Tensor]:
        """CoCosNet's losses of a picture: pseudo pairs, what is shown (of the target), how it looks (the exemplar)."""
        mine = self._perceptual(image)
        with torch.no_grad():
            true, theirs = self._perceptual(pairs.target), self._perceptual(pairs.exemplar)
        return {
            "pseudo_pair": pseudo_pair_loss(mine, true, pairs.same),
            "perceptual": perceptual_loss(mine, true),
            "contextual": appearance_loss(mine, theirs).mean(),
        }

    @torch.no_grad()
    def sample_sheet(self, network: Translator) -> np.ndarray:
        return translator_sheet(network, self._held_out, self._palette, self._device)
