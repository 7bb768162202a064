"""StEP and its baselines, each trained for the same number of steps on the same data, then measured."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.data.photo_set import PhotoSet
from engine.devices import pick_device
from engine.domains import Domain
from engine.errors import InputError
from engine.evaluation.evaluate import write_report
from engine.evaluation.style_ablation import (
    STYLES,
    StyleFigures,
    StyleProbe,
    ablation_report,
    ablation_sheet,
    ablation_table,
)
from engine.files import write_text
from engine.images import write_image
from engine.losses.perceptual import perceptual_network
from engine.models.building import BUILDERS
from engine.models.step import Step, StepConfig
from engine.models.style_encoder import load_style_encoder
from engine.training.imle import fit_mapper
from engine.training.loop import Run, train
from engine.training.step_course import FEW_STEPS, StepCourse, painted_size
from engine.training.style_methods import METHODS
from engine.weights.card import CARD_NAME
from engine.weights.registry import open_weights, read_weights, save_weights

EPOCHS = 300  # of the mapper


@dataclass(frozen=True)
class TrainedAlike:
    """What all methods share: steps, height of the pictures, pictures a step, and seed."""

    steps: int
    height: int
    batch: int
    seed: int


class StyleAblation:
    """Leaves a folder for each method in `out`, and figures, table and sheet of all.

    encoder     weights folder of the pre-trained style encoder; the baselines take its configuration
    conditions  of how many held-out photos diversity is measured on
    Raises InputError for data, weights or a size that cannot be used.
    """

    def __init__(
        self,
        domain: Domain,
        data: Path,
        out: Path,
        encoder: Path,
        alike: TrainedAlike,
        *,
        conditions: int,
        device: str = "auto",
        vgg19: Path | None = None,
    ) -> None:
        self._domain, self._data, self._out, self._alike = domain, data, out, alike
        self._device = pick_device(device)
        self._size = painted_size(alike.height, domain.size[::-1])
        self._encoder = load_style_encoder(open_weights(encoder))
        self._perceptual = perceptual_network(domain, vgg19).to(self._device)
        self._training, self._held_out = (PhotoSet(data, domain, split) for split in ("train", "val"))
        if alike.batch > len(self._training.names):
            raise InputError(f"{data} has {len(self._training.names)} training photos, fewer than --batch.")
        self._probe = StyleProbe(self._held_out, self._size, self._perceptual, conditions, self._device)

    def compare(self, methods: Sequence[str]) -> dict[str, StyleFigures]:
        """Figures by method. What was trained before is only measured; files are written after each method."""
        figures: dict[str, StyleFigures] = {}
        rows: dict[str, np.ndarray] = {}
        for name in methods:
            network = self._trained(name).to(self._device)
            styles = self._styles(name, network)
            psnr, distance = self._probe.fidelity(network)
            diversity = self._probe.diversity(network, styles)
            figures[name] = StyleFigures(psnr, distance, diversity, self._alike.steps, self._seconds(name))
            rows[name] = self._probe.row(network, styles)
            write_report(
                self._out / "ablation.json",
                {"domain": self._domain.name, **asdict(self._alike), "methods": ablation_report(figures)},
            )
            write_text(self._out / "ablation.md", ablation_table(figures))
            write_image(self._out / "ablation.png", ablation_sheet(rows))
        return figures

    def _trained(self, name: str) -> Step:
        """The network of the method, trained now or before."""
        folder = self._out / name / "weights"
        if not (folder / CARD_NAME).exists():
            self._train(name, folder)
        weights = open_weights(folder)
        if weights.card.metrics != self._how(name):
            raise InputError(f"{folder} was trained with other settings; choose another --out.")
        config, tensors = read_weights(weights)
        network = BUILDERS["step"](config)
        network.load_state_dict(tensors)
        return network.eval().requires_grad_(False)

    def _train(self, name: str, folder: Path) -> None:
        alike, device = self._alike, self._device
        torch.manual_seed(alike.seed)
        config = StepConfig(content_channels=len(self._domain.classes), encoder=self._encoder.config)
        photos = self._training, self._held_out
        how = METHODS[name], config, self._perceptual, self._encoder
        course = StepCourse(self._domain, *photos, alike.batch, self._size, device, *how, **FEW_STEPS)
        run = Run(
            out=self._out / name,
            steps=alike.steps,
            seed=alike.seed,
            save_every=500,
            log_every=20,
            precision=torch.bfloat16 if device.type == "cuda" else torch.float32,
            device=device,
        )
        network = train(course, run, 0, self._how(name)).network
        save_weights(
            folder,
            model="step",
            domain=self._domain.name,
            config=course.config(),
            state_dict=network.state_dict(),
            data=f"{self._data.name}, training split",
            steps=alike.steps,
            seed=alike.seed,
            metrics=self._how(name),
        )

    def _how(self, name: str) -> dict:
        """What a finished run is known by."""
        return {"method": name, **asdict(self._alike)}

    def _styles(self, name: str, network: Step) -> Tensor:
        """Sixteen styles as the method draws them: by a mapper of its codes if it is pre-trained, else from N(0, I)."""
        generator = torch.Generator().manual_seed(self._alike.seed)
        if not METHODS[name].pretrained:
            return torch.randn(STYLES, network.config.encoder.dims, generator=generator)
        photos = (self._training.batch([photo])[0] for photo in self._training.names)
        with torch.no_grad():
            codes = torch.cat([network.encoder.code(photo.to(self._device)) for photo in photos])
        return fit_mapper(codes, epochs=EPOCHS, seed=self._alike.seed).sample(STYLES, generator)

    def _seconds(self, name: str) -> float:
        """Seconds that training took by its log, over all resumes."""
        lines = (self._out / name / "log.jsonl").read_text().splitlines()
        return sum(json.loads(line)["seconds"] for line in lines)
