"""The training of guided pix2pix (AlBahar and Huang 2019, section 3.3): L1 against the truth, and a patch judge.

Ours, not the paper's: where the truth is not known, because another person's photo guides, the judge alone teaches.
Pairs that it may take for real are those whose truth is known. And the scales of the feature transformation start at
one, not at nearly nothing as released. Short trainings start from larger weights, and learn from pictures of half the
size and without the judge for the most part: what colour goes where is learned there, four times as fast.
"""

from dataclasses import asdict

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.data.chance import Chance
from engine.data.guided import GuidedBatch
from engine.layers.feature_transformation import FeatureTransformation
from engine.losses.adversarial import least_squares_discriminator_loss, least_squares_generator_loss
from engine.models.guided_pix2pix import GuidedPix2Pix
from engine.models.patch_judge import PatchJudge
from engine.training.course import Course
from engine.training.guided_tasks import GuidedTask

ABSOLUTE = 100.0  # weight of L1
JUDGE_SHARE = 0.5  # of the judge's loss, so that it learns more slowly
RATE, MOMENTA = 2e-4, (0.9, 0.999)  # Adam's, as released
FEW_STEPS = {"rate": 2e-3, "judge_width": 32, "quickly": True, "rough_until": 0.85}  # for runs of some thousand steps
SPREAD = 0.02  # deviation of the weights at the start


class GuidedCourse(Course):
    """shipped  has the network in its attribute `network` and a dataclass `config`
    rate     Adam's
    quickly  start from weights that learn sooner
    rough_until  the part of the run that is learned without the judge and from pictures of half the size, where
                 those fit the network and the task
    """

    def __init__(
        self,
        task: GuidedTask,
        shipped: nn.Module,
        batch: int,
        device: torch.device,
        rate: float = RATE,
        judge_width: int = 64,
        quickly: bool = False,
        rough_until: float = 0.0,
    ) -> None:
        self._task, self._batch, self._device, self._rough_until = task, batch, device, rough_until
        self.shipped = shipped.to(device, memory_format=torch.channels_last)
        network: GuidedPix2Pix = shipped.network
        (start_quickly if quickly else start)(network)
        self.networks = nn.ModuleDict({"guided": self.shipped})
        self.optimisers = {"guided": torch.optim.Adam(shipped.parameters(), rate, betas=MOMENTA)}
        if task.adversarial:
            sides = network.config
            seen = sides.input_channels + sides.guide_channels + sides.output_channels
            judge = PatchJudge(seen, judge_width)
            start(judge)
            self.networks["judge"] = judge.to(device, memory_format=torch.channels_last)
            self.optimisers["judge"] = torch.optim.Adam(judge.parameters(), rate, betas=MOMENTA)

    def config(self) -> dict:
        return asdict(self.shipped.config)

    @torch.no_grad()
    def figures(self, network: nn.Module) -> dict[str, float]:
        return self._task.figures(network)

    def step(self, chance: Chance, progress: float) -> dict[str, Tensor]:
        batch = self._task.draw(self._batch, chance).to(self._device)
        rough = progress < self._rough_until
        batch = batch.halved() if rough and self._can_be_halved(batch) else batch
        self.shipped.train()
        output = self.shipped.network(_laid_out(batch.input), _laid_out(batch.guide)).float()
        losses = {}
        if batch.known.any():
            losses["absolute"] = F.l1_loss(output[batch.known], batch.target[batch.known])
        total = ABSOLUTE * losses["absolute"] if losses else output.new_zeros(())
        judging = self._task.adversarial and not rough
        if judging:
            losses["adversarial"] = least_squares_generator_loss(self._verdict(batch, output))
            total = total + losses["adversarial"]
        if losses:
            self.descend(total, "guided")
        if judging and batch.known.any():
            losses["judge"] = self._judge_step(batch, output.detach())
        return {name: loss.detach() for name, loss in losses.items()}

    def _can_be_halved(self, batch: GuidedBatch) -> bool:
        multiple = 2 * self.shipped.network.config.multiple
        return self._task.halves and all(side % multiple == 0 for side in batch.input.shape[2:])

    def _verdict(self, batch: GuidedBatch, picture: Tensor) -> list[list[Tensor]]:
        return self.networks["judge"](_laid_out(torch.cat([batch.input, batch.guide, picture], dim=1)))

    def _judge_step(self, batch: GuidedBatch, output: Tensor) -> Tensor:
        """One step of the judge. Returns its loss."""
        known = GuidedBatch(*(held[batch.known] for held in vars(batch).values()))
        real, fake = self._verdict(known, known.target), self._verdict(batch, output)
        loss = least_squares_discriminator_loss(real, fake)
        self.descend(JUDGE_SHARE * loss, "judge")
        return loss.detach()

    @torch.no_grad()
    def sample_sheet(self, network: nn.Module) -> np.ndarray:
        """What the task shows of its held-out examples, a row each."""
        batch = self._task.examples().to(self._device)
        output = network.network(_laid_out(batch.input), _laid_out(batch.guide))
        columns = self._task.shown(batch, output)
        return torch.cat([column.flatten(0, 1) for column in columns], dim=1).numpy()


def start(network: nn.Module) -> None:
    """Weights as pix2pix starts from: of a normal distribution, and no biases; but the scales are one."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(module.weight, 0.0, SPREAD)
            nn.init.zeros_(module.bias)
    for module in network.modules():
        if isinstance(module, FeatureTransformation):
            nn.init.ones_(module.scale[-1].bias)


def start_quickly(network: GuidedPix2Pix) -> None:
    """As `start`, but all weights but the last are such that features do not vanish from layer to layer.

    The guide is heeded sooner so. Where regions are as small as a face, pictures begin with noise, which fades
    within some hundred steps.
    """
    start(network)
    convolutions = [m for m in network.modules() if isinstance(m, nn.Conv2d | nn.ConvTranspose2d)]
    for module in convolutions[:-1]:
        weight = module.weight
        turned = isinstance(module, nn.ConvTranspose2d)
        reached = weight[:, 0].numel() / 4 if turned else weight[0].numel()  # inputs that meet in an output
        nn.init.normal_(weight, 0.0, (2 / reached) ** 0.5)


def _laid_out(x: Tensor) -> Tensor:
    return x.contiguous(memory_format=torch.channels_last)
