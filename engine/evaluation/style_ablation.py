"""Figures of methods that paint from a condition and a style code: fidelity to a style, and diversity of styles.

The protocol is StEP's (Meshry et al. 2021, section 4): reconstruction of held-out photos in their own style, and
the mean distance of pictures of one condition in sixteen styles.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor, nn

from engine.data.conditioned import ConditionedPhotos, read_conditioned
from engine.evaluation.metrics import psnr
from engine.evaluation.perceptual_distance import perceptual_distance
from engine.models.step import Step

STYLES = 16
SHOWN_STYLES = 4

_BATCH = 8
_MARGIN = 110  # pixels beside the sheet, for names


@dataclass(frozen=True)
class StyleFigures:
    """psnr       in dB, of held-out photos painted in their own style
    distance   perceptual, of the same; lower is better
    diversity  mean perceptual distance of two pictures of one condition in different styles
    steps      of training
    seconds    of training
    """

    psnr: float
    distance: float
    diversity: float
    steps: int
    seconds: float


class StyleProbe:
    """Measures networks on the photos of one split, at `size` (height, width), all with the same pictures.

    perceptual gives the features and is on `device`; conditions: of how many photos diversity is measured on.
    """

    def __init__(
        self,
        photos: ConditionedPhotos,
        size: tuple[int, int],
        perceptual: nn.Module,
        conditions: int,
        device: torch.device,
    ) -> None:
        self._photos, self._size, self._perceptual, self._device = photos, size, perceptual, device
        self._names = photos.names[:: max(1, len(photos.names) // conditions)][:conditions]

    @torch.no_grad()
    def fidelity(self, network: Step) -> tuple[float, float]:
        """PSNR and perceptual distance of every photo painted in its own style."""
        ratios, distances = [], []
        for start in range(0, len(self._photos.names), _BATCH):
            names = self._photos.names[start : start + _BATCH]
            truth, painted = self._reconstructed(network, names)
            distances.append(perceptual_distance(self._perceptual(painted), self._perceptual(truth)))
            for picture, photo in zip(_bytes(painted), _bytes(truth), strict=True):
                ratios.append(psnr(picture, photo, np.ones(photo.shape[:2], bool)))
        return float(np.mean(ratios)), torch.cat(distances).mean().item()

    @torch.no_grad()
    def diversity(self, network: Step, styles: Tensor) -> float:
        """Mean distance of all pairs of styles (n, D), over some conditions."""
        first, second = torch.triu_indices(len(styles), len(styles), 1)
        distances = []
        for name in self._names:
            features = self._perceptual(self._painted(network, name, styles))
            distances.append(perceptual_distance([f[first] for f in features], [f[second] for f in features]).mean())
        return torch.stack(distances).mean().item()

    @torch.no_grad()
    def row(self, network: Step, styles: Tensor) -> np.ndarray:
        """Truth, reconstruction and four styles, for the first and the middle one of the conditions: uint8 RGB."""
        cells = []
        for name in dict.fromkeys((self._names[0], self._names[len(self._names) // 2])):
            truth, painted = self._reconstructed(network, [name])
            cells += [truth, painted, *self._painted(network, name, styles[:SHOWN_STYLES]).split(1)]
        return np.concatenate(list(_bytes(torch.cat(cells))), axis=1)

    def _reconstructed(self, network: Step, names: list[str]) -> tuple[Tensor, Tensor]:
        batch = read_conditioned(self._photos, names, self._size)
        content = network.content_of(batch.condition.to(self._device))
        code = network.encoder.code(batch.whole.to(self._device))
        return batch.photo.to(self._device), network.generator(content, code)

    def _painted(self, network: Step, name: str, styles: Tensor) -> Tensor:
        """One condition in all styles, (n, 3, h, w)."""
        batch = read_conditioned(self._photos, [name], self._size)
        features = network.generator.content(network.content_of(batch.condition.to(self._device)))
        return torch.cat([network.generator.decoder(features, style) for style in styles.to(self._device).split(1)])


def ablation_table(figures: Mapping[str, StyleFigures]) -> str:
    """The figures of each method as a Markdown table."""
    lines = ["| method | PSNR dB ↑ | distance ↓ | diversity ↑ | steps | seconds |", "|---|--:|--:|--:|--:|--:|"]
    for name, found in figures.items():
        measured = f"{found.psnr:.2f} | {found.distance:.4f} | {found.diversity:.4f}"
        lines.append(f"| {name} | {measured} | {found.steps} | {found.seconds:.0f} |")
    return "\n".join(lines) + "\n"


def ablation_report(figures: Mapping[str, StyleFigures]) -> dict:
    """The same for programs."""
    return {name: asdict(found) for name, found in figures.items()}


def ablation_sheet(rows: Mapping[str, np.ndarray]) -> np.ndarray:
    """Rows of `StyleProbe.row` below each other, their methods' names on the left: uint8 (H, W, 3)."""
    return np.concatenate([np.concatenate([_name(name, len(row)), row], axis=1) for name, row in rows.items()])


def _name(name: str, height: int) -> np.ndarray:
    label = Image.new("RGB", (_MARGIN, height), "white")
    ImageDraw.Draw(label).text((6, height // 2 - 8), name, fill="black", font=ImageFont.load_default(13))
    return np.asarray(label)


def _bytes(pictures: Tensor) -> Sequence[np.ndarray]:
    """Float (B, 3, H, W) in [-1, 1] to B pictures uint8 (H, W, 3)."""
    levels = ((pictures.clamp(-1, 1) + 1) * 127.5).round().byte()
    return levels.permute(0, 2, 3, 1).contiguous().cpu().numpy()
