"""The training of StEP's generator, stages 2 and 3 (Meshry et al. 2021, section 3.2), and of its baselines.

Stage 2 keeps the pre-trained encoder as it is; stage 3 lets it learn with the generator. A method without
pre-training has stage 3 alone. Ours, not the paper's: short trainings learn from pictures of half the size and
without the judge for the most part, as those of guided pix2pix do (guided_course.py).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.data.chance import Chance
from engine.data.conditioned import ConditionedBatch, ConditionedPhotos, draw_conditioned, read_conditioned
from engine.domains import Domain
from engine.errors import InputError
from engine.losses.adversarial import least_squares_discriminator_loss, least_squares_generator_loss
from engine.losses.perceptual import PerceptualNetwork
from engine.losses.reconstruction import feature_reconstruction
from engine.losses.style_code import divergence_loss, recovery_loss, smallness_loss
from engine.models.step import Features, Step, StepConfig
from engine.models.style_discriminator import StyleDiscriminator
from engine.models.style_encoder import StyleEncoder
from engine.training.course import Course
from engine.training.sheet import to_bytes
from engine.training.style_methods import StyleMethod

JUDGE_RATE = 1e-3
FEW_STEPS = {"rate": 4e-3, "momentum": 0.5, "rough_until": 0.8}  # for runs of some thousand steps
FROZEN = 0.6  # share of the run that is stage 2, of 250 and 600 thousand pictures in the paper
MULTIPLE = 32
CODES_SEEN = 256
SHEET_ROWS = 6
SHEET_STYLES = 4


class StepCourse(Course):
    """Photos of `training` with their conditions; those of `held_out` for the sample sheet.

    size        height and width that are painted (see `painted_size`); style codes always see the photos' full size
    perceptual  features that reconstruction is measured in, on `device`
    encoder     the pre-trained one, which a method may ask for; its configuration is that of `config`
    rate        Adam's, of the generator, as is the momentum; the paper's are 1e-3 and 0
    rough_until the part of the run that is learned without the judge and at half of `size`, where that can be painted
    """

    def __init__(
        self,
        domain: Domain,
        training: ConditionedPhotos,
        held_out: ConditionedPhotos,
        batch: int,
        size: tuple[int, int],
        device: torch.device,
        method: StyleMethod,
        config: StepConfig,
        perceptual: PerceptualNetwork,
        encoder: StyleEncoder | None = None,
        rate: float = 1e-3,
        momentum: float = 0.0,
        judge_width: int = 32,
        rough_until: float = 0.0,
    ) -> None:
        if method.pretrained and encoder is None:
            raise ValueError("this method needs a pre-trained encoder")
        self._training, self._held_out, self._batch, self._device = training, held_out, batch, device
        self._size, self._method, self._perceptual = size, method, perceptual
        self._rough_until, self._rough_size = rough_until, halved(size)
        self._palette = torch.from_numpy(domain.palette)
        self.shipped = Step(config).to(device)
        if method.pretrained:
            self.shipped.encoder.load_state_dict(encoder.state_dict())
            self.shipped.generator.decoder.expect(self._some_codes())
        judge = StyleDiscriminator(config.content_channels, judge_width)
        self._judge = judge.to(device, memory_format=torch.channels_last)
        self.networks = nn.ModuleDict({"step": self.shipped, "judge": self._judge})
        self.optimisers = {
            "step": torch.optim.Adam(self.shipped.parameters(), rate, betas=(momentum, 0.99)),
            "judge": torch.optim.Adam(self._judge.parameters(), JUDGE_RATE, betas=(0.0, 0.99)),
        }

    def config(self) -> dict:
        return asdict(self.shipped.config)

    @torch.no_grad()
    def _some_codes(self) -> Tensor:
        """Codes of training photos, (n, D)."""
        names = spread(self._training.names, CODES_SEEN)
        photos = (self._training.batch([name])[0].to(self._device) for name in names)
        return torch.cat([self.shipped.encoder.code(photo) for photo in photos])

    def step(self, chance: Chance, progress: float) -> dict[str, Tensor]:
        rough = progress < self._rough_until
        batch = draw_conditioned(self._training, self._batch, self._rough_size if rough else self._size, chance)
        batch = ConditionedBatch(*(x.to(self._device) for x in (batch.whole, batch.photo, batch.condition)))
        self.shipped.train()
        self.shipped.encoder.requires_grad_(not self._method.pretrained or progress >= FROZEN)
        content = self.shipped.content_of(batch.condition)
        features = self.shipped.generator.content(content)
        truth = self._features(batch.photo)
        code, losses = self._code(batch.whole)
        pictures = {"own": self._painted(features, code)}
        losses |= self._reconstruction("", pictures["own"], batch.photo, truth)
        if self._method.drawn:
            pictures["drawn"], losses["drawn"] = self._drawn(features, code, batch.whole)
        if self._method.swapped:
            pictures["swapped"], found, losses["swapped"] = self._swapped(features, code, batch.whole)
            again = self._painted(features, found)
            losses |= self._reconstruction("cycled ", again, batch.photo, truth)
        for kind, picture in () if rough else pictures.items():
            losses[f"adversarial {kind}"] = least_squares_generator_loss(self._judge(content, picture))
        self.descend(sum(self._weight(name) * loss for name, loss in losses.items()), "step")
        figures = {name: loss.detach() for name, loss in losses.items()}
        return figures if rough else figures | {"judge": self._judge_step(content, batch.photo, [*pictures.values()])}

    def _weight(self, name: str) -> float:
        """Of a loss by its name in the log."""
        kind, _, what = name.partition(" ")
        if kind == "cycled":
            return self._method.cycled * getattr(self._method, what)
        return 1.0 if kind == "adversarial" else getattr(self._method, kind)

    def _code(self, photo: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """The photos' style codes as the method makes them, and the losses that keep them in shape."""
        mean, log_variance = (x.float() for x in self.shipped.encoder(photo))
        losses = {}
        if self._method.divergence:
            losses["divergence"] = divergence_loss(mean, log_variance)
        if self._method.smallness:
            losses["smallness"] = smallness_loss(mean)
        if self._method.variational:
            return mean + torch.randn_like(mean) * (log_variance / 2).exp(), losses
        return mean, losses

    def _painted(self, features: Features, code: Tensor) -> Tensor:
        return self.shipped.generator.decoder(features, code).float()

    def _features(self, picture: Tensor) -> list[Tensor]:
        return self._perceptual(picture) if self._method.reconstruction else []

    def _reconstruction(self, prefix: str, picture: Tensor, photo: Tensor, truth: list[Tensor]) -> dict[str, Tensor]:
        losses = {}
        if self._method.absolute:
            losses[f"{prefix}absolute"] = F.l1_loss(picture, photo)
        if self._method.reconstruction:
            losses[f"{prefix}reconstruction"] = feature_reconstruction(self._features(picture), truth)
        return losses

    def _drawn(self, features: Features, code: Tensor, whole: Tensor) -> tuple[Tensor, Tensor]:
        """Pictures in random styles, and how badly the encoder finds these; it does not learn from it.

        Styles are drawn from N(0, I), in the units of a pre-trained encoder's codes.
        """
        decoder = self.shipped.generator.decoder
        drawn = decoder.mean + decoder.scale * torch.randn_like(code)
        picture = self._painted(features, drawn)
        with _as_it_is(self.shipped.encoder):
            return picture, recovery_loss(self._found(picture, whole), drawn)

    def _swapped(self, features: Features, code: Tensor, whole: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Pictures in the style of the next photo, the codes found for the photos themselves, and the loss of both.

        The code of a photo is looked for in the picture that was painted with it, which has another condition.
        """
        picture = self._painted(features, code.roll(1, 0))
        found = self._found(picture, whole).roll(-1, 0)
        return picture, found, recovery_loss(found, code)

    def _found(self, picture: Tensor, whole: Tensor) -> Tensor:
        """Style codes of painted pictures, seen as large as the photos `whole`."""
        return self.shipped.encoder.code(F.interpolate(picture, whole.shape[2:], mode="nearest")).float()

    def _judge_step(self, content: Tensor, photo: Tensor, pictures: list[Tensor]) -> Tensor:
        """One step of the judge on the photos against each kind of picture. Returns its loss."""
        real = self._judge(content, photo)
        losses = [least_squares_discriminator_loss(real, self._judge(content, fake.detach())) for fake in pictures]
        loss = torch.stack(losses).mean()
        self.descend(loss, "judge")
        return loss.detach()

    @torch.no_grad()
    def sample_sheet(self, network: nn.Module) -> np.ndarray:
        """Condition | truth | in its own style | in the styles of four others, of six held-out photos."""
        names = spread(self._held_out.names, SHEET_ROWS)
        batch = read_conditioned(self._held_out, names, self._size)
        codes = network.encoder.code(batch.whole.to(self._device)).float()
        features = network.generator.content(network.content_of(batch.condition.to(self._device)))
        styles = [codes] + [code.expand_as(codes) for code in codes[:SHEET_STYLES]]
        painted = [network.generator.decoder(features, style) for style in styles]
        shown = [shown_condition(batch.condition, self._palette)] + [to_bytes(x) for x in (batch.photo, *painted)]
        return torch.cat([column.flatten(0, 1) for column in shown], dim=1).numpy()


def painted_size(height: int, whole: tuple[int, int]) -> tuple[int, int]:
    """`height` and the width that goes with it for pictures of size `whole` (height, width).

    Raises InputError unless both are multiples of 32, which the perceptual network needs.
    """
    width = round(height * whole[1] / whole[0])
    if height < MULTIPLE or height % MULTIPLE or width % MULTIPLE:
        raise InputError(
            f"Pictures of {width}×{height} cannot be trained on; choose a --size such that width and height are "
            f"multiples of {MULTIPLE}, such as {whole[0]}."
        )
    return height, width


def halved(size: tuple[int, int]) -> tuple[int, int]:
    """Half of the size, itself where that could not be painted."""
    height, width = size
    return (height // 2, width // 2) if height % (2 * MULTIPLE) == width % (2 * MULTIPLE) == 0 else size


def shown_condition(condition: Tensor, palette: Tensor) -> Tensor:
    """Label maps int64 (B, H, W) in the colours of `palette`, or pictures as they are: uint8 (B, H, W, 3)."""
    return to_bytes(condition) if condition.is_floating_point() else palette[condition]


def spread(names: list[str], wanted: int) -> list[str]:
    """Up to `wanted` of the names, from all of the list."""
    return names[:: max(1, len(names) // wanted)][:wanted]


@contextmanager
def _as_it_is(network: nn.Module) -> Iterator[None]:
    """Let gradients pass through `network` without reaching its weights."""
    learning = [parameter for parameter in network.parameters() if parameter.requires_grad]
    for parameter in learning:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in learning:
            parameter.requires_grad_(True)
