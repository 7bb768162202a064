"""The training of the style encoder on triplets: stage 1 of StEP (Meshry et al. 2021, section 3.1)."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from engine.data.chance import Chance
from engine.data.image_folder import ImageFolder
from engine.data.triplets import FAR, Triplets
from engine.domains import Domain
from engine.evaluation.retrieval import code_distances, retrieval_sheet, some_anchors, style_codes
from engine.losses.gram import folder_distances
from engine.losses.perceptual import perceptual_network
from engine.losses.triplet import triplet_loss
from engine.models.style_encoder import StyleEncoder, StyleEncoderConfig
from engine.training.course import Course

SHEET_ROWS = 6


class StyleEncoderCourse(Course):
    """Learns from photos of `training` without labels; photos of `held_out` are for the sample sheet.

    The distances in style of each photo to each are computed first, once. Negatives are drawn among the `far`
    farthest; `rate` is Adam's. The published values are 13 and 1e-3. With 13 of 1,822 photos the encoder soon
    orders every triplet and learns no more; half of the photos as negatives teach in 300 steps what those do in
    800. Raises InputError when the training set is too small, or the perceptual network is absent.
    """

    def __init__(
        self,
        domain: Domain,
        training: ImageFolder,
        held_out: ImageFolder,
        batch: int,
        device: torch.device,
        config: StyleEncoderConfig,
        vgg19: Path | None = None,
        far: int = FAR,
        rate: float = 1e-3,
    ) -> None:
        self._training, self._held_out, self._batch, self._device = training, held_out, batch, device
        self.shipped = StyleEncoder(config).to(device, memory_format=torch.channels_last)
        self.networks = nn.ModuleDict({"style-encoder": self.shipped})
        self.optimisers = {"style-encoder": torch.optim.Adam(self.shipped.parameters(), rate, betas=(0.0, 0.99))}
        network = perceptual_network(domain, vgg19).network.to(device)
        self._triplets = Triplets(folder_distances(network, training, device), far=far)
        self._held_out_distances = folder_distances(network, held_out, device).numpy()

    def config(self) -> dict:
        return asdict(self.shipped.config)

    def step(self, chance: Chance, progress: float) -> dict[str, Tensor]:
        groups = self._triplets.draw(self._batch, chance.dice)
        photos = _mirrored(self._training.batch([index for group in groups for index in group]), chance.generator)
        self.shipped.train()
        codes = self.shipped.code(photos.to(self._device)).float()
        anchor, positive, negative = codes.chunk(3)
        loss = triplet_loss(anchor, positive, negative)
        self.descend(loss, "style-encoder")
        ordered = (anchor - positive).square().sum(1) < (anchor - negative).square().sum(1)
        return {"loss": loss.detach(), "ordered": ordered.float().mean()}

    def sample_sheet(self, network: nn.Module) -> np.ndarray:
        """Of six held-out photos the five nearest by code and by Gram matrices."""
        by_code = code_distances(style_codes(network, self._held_out, self._device))
        anchors = some_anchors(len(self._held_out), SHEET_ROWS)
        return retrieval_sheet(self._held_out, by_code, self._held_out_distances, anchors)


def _mirrored(photos: Tensor, generator: torch.Generator) -> Tensor:
    """Half of the photos (B, 3, H, W) mirrored left to right, which leaves their style as it is."""
    chosen = torch.rand(len(photos), 1, 1, 1, generator=generator) < 0.5
    return torch.where(chosen, photos.flip(3), photos)
