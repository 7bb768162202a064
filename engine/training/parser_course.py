"""The training of the parser: cross entropy on deformed, recoloured photos."""

from dataclasses import asdict

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.analysis.parser import Parser, ParserConfig
from engine.data.chance import Chance
from engine.data.deformation import deform, random_deformation
from engine.data.photo_set import PhotoSet
from engine.domains import Domain
from engine.training.course import Course
from engine.training.sheet import to_bytes


class ParserCourse(Course):
    """Photos of `training` in, label maps out; `held_out` for the sample sheet and the accuracy."""

    def __init__(
        self, domain: Domain, training: PhotoSet, held_out: PhotoSet, batch: int, device: torch.device
    ) -> None:
        self._training, self._held_out, self._batch, self._device = training, held_out, batch, device
        self._palette = torch.from_numpy(domain.palette)
        self.shipped = Parser(ParserConfig(classes=len(domain.classes))).to(device)
        self.networks = nn.ModuleDict({"parser": self.shipped})
        self.optimisers = {"parser": torch.optim.AdamW(self.shipped.parameters(), 2e-3, weight_decay=1e-2)}
        counts = torch.bincount(
            torch.cat([training.read(name)[1].flatten() for name in training.names[:200]]).long(),
            minlength=len(domain.classes),
        )
        self._class_weights = (counts.float().mean() / counts.clamp_min(1)).pow(0.3).to(device)

    def config(self) -> dict:
        return asdict(self.shipped.config)

    def step(self, chance: Chance, progress: float) -> dict[str, Tensor]:
        names = chance.dice.sample(self._training.names, self._batch)
        photo, labels = self._training.batch(names)
        shape = random_deformation(self._batch, 0.12, 0.03, 0.5, chance.generator)
        photo, labels = deform(photo, labels, shape.source(*labels.shape[1:]))
        photo = recolour(photo, chance.generator).to(self._device)
        labels = labels.to(self._device)
        self.shipped.train()
        logits = self.shipped(photo).float()
        loss = F.cross_entropy(logits, labels, self._class_weights, label_smoothing=0.02)
        self.descend(loss, "parser")
        hit = (logits.argmax(1) == labels)[labels > 0].float().mean()
        return {"loss": loss.detach(), "accuracy_person": hit}

    @torch.no_grad()
    def sample_sheet(self, network: nn.Module) -> np.ndarray:
        photo, labels = self._held_out.batch(self._held_out.names[:8])
        found = network(photo.to(self._device)).argmax(1).cpu()
        rows = [to_bytes(photo), self._palette[found], self._palette[labels]]
        return torch.cat([row.permute(1, 0, 2, 3).flatten(1, 2) for row in rows]).numpy()


def recolour(photo: Tensor, generator: torch.Generator) -> Tensor:
    """Random contrast, brightness and colour cast for each photo (B, 3, H, W) in [-1, 1]; stays in range."""
    gain = 1 + 0.25 * torch.randn(len(photo), 1, 1, 1, generator=generator)
    cast = 0.12 * torch.randn(len(photo), 3, 1, 1, generator=generator)
    return (photo * gain.clamp(0.4, 1.8) + cast).clamp(-1, 1)
