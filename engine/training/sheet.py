"""Sample sheets: what a training shows of held-out photos, the same ones each time."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from engine.data.chance import Chance
from engine.data.pairs import PairBatch, example_pair
from engine.data.photo_set import PhotoSet
from engine.data.posed_pairs import posed_example
from engine.data.posed_set import PosedSet
from engine.models.mix import ALONE
from engine.models.translator import Translator

ROWS = 6
OWN_ROWS = 2  # of them with the photo itself as exemplar


def shown_names(names: list[str]) -> list[str]:
    """Those that a sheet shows."""
    return names[::7][:ROWS]


def shown_pairs(photos: PhotoSet | PosedSet) -> Iterator[PairBatch]:
    """Pairs, one at a time: own photos, deformed and every other one mirrored, then other persons."""
    dice = Chance.of_step(0, 0, 0).dice
    example = posed_example if isinstance(photos, PosedSet) else example_pair
    for index, name in enumerate(shown_names(photos.names)):
        yield example(photos, name, name if index < OWN_ROWS else photos.exemplar_for(name, dice), index)


def translator_sheet(
    network: Translator, photos: PhotoSet | PosedSet, palette: Tensor, device: torch.device
) -> np.ndarray:
    """Condition | exemplar | warp | confidence | result | truth, uint8 (H, W, 3).

    palette  colours by class id, uint8 (classes, 3)
    Translators without an alignment leave warp and confidence grey.
    """
    rows = []
    for pair in shown_pairs(photos):
        pictures = _translated(network, pair.to(device))
        columns = [palette[pair.labels.cpu()], *(to_bytes(picture) for picture in pictures)]
        rows.append(torch.cat(columns, dim=2)[0])
    return torch.cat(rows).numpy()


def _translated(network: Translator, pair: PairBatch) -> list[Tensor]:
    condition = network.encode_condition(pair.labels, pair.pose)
    exemplar = network.encode_exemplar(pair.exemplar, pair.exemplar_labels, pair.exemplar_pose)
    aligned = network.align(condition, exemplar)
    image = network.synthesise(condition, [aligned], ALONE)
    blank = torch.zeros_like(pair.target)
    warp = blank if aligned.warp is None else aligned.warp
    trust = blank if aligned.confidence is None else aligned.confidence.expand(-1, 3, -1, -1) * 2 - 1
    return [pair.exemplar, warp, trust, image, pair.target]


def to_bytes(pictures: Tensor) -> Tensor:
    """Float (B, 3, H, W) in [-1, 1] to uint8 (B, H, W, 3) on the CPU."""
    return ((pictures.cpu().float().clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1)
