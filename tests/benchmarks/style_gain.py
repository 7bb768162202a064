"""What the style code is worth where the exemplar lacks a class: python -m tests.benchmarks.style_gain --data DIR

Conditions of a split with exemplars of other persons (the swap protocol). Only pixels count whose class the
exemplar neither shows nor lends from a related one. There is no truth for how it should look with this exemplar;
the photo that the condition comes from stands in for it: its colour and its texture there are what a plausible
answer is near to. "without code" puts the mean style code of the training set in place of the exemplar's.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from engine.correspondence.kin import lenders
from engine.data.folder import PhotoFolder
from engine.domains import find_domain
from engine.evaluation.protocols import cases
from engine.inference.session import photo_tensor
from engine.losses.perceptual import perceptual_network
from engine.models.building import load_translator
from engine.models.mix import ALONE, Mix
from engine.models.style_space import load_style_space

LEAST_PIXELS = 150


def _distance(mine: list[Tensor], true: list[Tensor], mask: Tensor) -> float:
    """Mean squared difference of features of unit length, over the mask and the three finest levels."""
    total = 0.0
    for a, b in zip(mine[:3], true[:3], strict=True):
        inside = F.interpolate(mask, a.shape[2:], mode="area")
        difference = (F.normalize(a, dim=1) - F.normalize(b, dim=1)).square().sum(1, keepdim=True)
        total += ((difference * inside).sum() / inside.sum()).item()
    return total / 3


def _detail(picture: Tensor, mask: Tensor) -> float:
    """Mean length of the gradient inside of the mask, in grey levels a pixel."""
    down, right = picture.diff(dim=2)[..., :-1].abs(), picture.diff(dim=3)[..., :-1, :].abs()
    inside = mask[..., :-1, :-1]
    return float(((down + right) * inside).sum() / (3 * inside.sum()) * 127.5)


@torch.inference_mode()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--domain", default="fashion")
    parser.add_argument("--split", default="val")
    arguments = parser.parse_args()
    domain = find_domain(arguments.domain)
    translator = load_translator(domain.name, domain.default_model)
    mean = load_style_space(domain.name, domain.default_model).mean
    features = perceptual_network(domain)
    mixes = {"with code": ALONE, "without code": Mix((1.0,), edit=lambda codes: mean.expand_as(codes))}
    rows: dict[str, list[tuple[float, ...]]] = {name: [] for name in mixes}
    for case in tqdm(list(cases(PhotoFolder(arguments.data, domain, arguments.split), "swap")), disable=None):
        labels = torch.from_numpy(case.labels).long()[None]
        shown = torch.from_numpy(case.exemplar_labels).long()[None]
        truth, photo = (photo_tensor(array, torch.device("cpu")) for array in (case.truth, case.exemplar))
        condition, exemplar = translator.encode_condition(labels), translator.encode_exemplar(photo, shown)
        lender = lenders(exemplar.straight.layout.share, domain.kin_by_id)[0]
        lacking = [c for c in labels.unique().tolist() if not (shown == lender[c]).any()]
        lacking = [c for c in lacking if (labels == c).sum() >= LEAST_PIXELS]
        if not lacking:
            continue
        alignment = translator.align(condition, exemplar)
        true = features(truth)
        for name, mix in mixes.items():
            image = translator.synthesise(condition, [alignment], mix).clamp(-1, 1)
            mine = features(image)
            for number in lacking:
                mask = (labels == number)[:, None].float()
                colours = [(x * mask).sum((2, 3)) / mask.sum() * 127.5 for x in (image, truth)]
                colour = (colours[0] - colours[1]).abs().mean().item()
                rows[name].append((colour, _distance(mine, true, mask), _detail(image, mask) / _detail(truth, mask)))
    print(f"{len(rows['with code'])} regions of a class that the exemplar lacks")
    print(f"{'':16}{'colour (0..255)':>18}{'features':>12}{'detail / truth':>16}")
    for name, figures in rows.items():
        colour, distance, detail = np.array(figures).mean(0)
        print(f"{name:16}{colour:18.1f}{distance:12.3f}{detail:16.2f}")


if __name__ == "__main__":
    main()
