"""What the style code is worth where the exemplar lacks a class: python -m tests.benchmarks.style_gain --data DIR

Only pixels count whose class the exemplar neither shows nor lends from a related one. Two kinds of exemplars:
the condition's own photo from which one class was taken out (filled in from around it), so that there is a truth in the
exemplar's style; and other persons (the swap protocol), where the condition's photo stands in for a truth: its
colour and texture are what a plausible answer is near to, whatever the exemplar. "without code" puts the mean
style code of the training set in place of the exemplar's.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from scipy import ndimage
from torch import Tensor
from tqdm import tqdm

from engine.correspondence.kin import Kin, lenders
from engine.data.folder import PhotoFolder
from engine.domains import Domain, find_domain
from engine.evaluation.protocols import Case, cases
from engine.inference.frames import photo_tensor
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


def _without_a_class(case: Case, kin: Kin) -> Case | None:
    """The condition's own photo as its exemplar, with the largest class gone that no other could lend; or None."""
    counts = np.bincount(case.labels.ravel(), minlength=len(kin))
    lonely = [c for c in np.argsort(-counts) if c and counts[c] >= LEAST_PIXELS and not counts[list(kin[c])].any()]
    if not lonely:
        return None
    gone = case.labels == lonely[0]
    _, place = ndimage.distance_transform_edt(gone, return_indices=True)
    hole = ndimage.binary_dilation(gone, iterations=3).astype(np.uint8)
    photo = cv2.inpaint(case.truth, hole, 5, cv2.INPAINT_TELEA)
    return replace(case, exemplar=photo, exemplar_labels=case.labels[tuple(place)])


@torch.inference_mode()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--domain", default="fashion")
    parser.add_argument("--split", default="val")
    arguments = parser.parse_args()
    domain = find_domain(arguments.domain)
    swaps = list(cases(PhotoFolder(arguments.data, domain, arguments.split), "swap"))
    own = [_without_a_class(case, domain.kin_by_id) for case in swaps]
    gain = _Gain(domain)
    gain.table("own photo without one class", [case for case in own if case is not None])
    gain.table("another person", swaps)


class _Gain:
    """Measures pictures with and without the exemplar's style code."""

    def __init__(self, domain: Domain) -> None:
        self._kin = domain.kin_by_id
        self._translator = load_translator(domain.name, domain.default_model)
        mean = load_style_space(domain.name, domain.default_model).mean
        self._features = perceptual_network(domain)
        self._mixes = {"with code": ALONE, "without code": Mix((1.0,), edit=lambda codes: mean.expand_as(codes))}

    def table(self, title: str, chosen: list[Case]) -> None:
        """Print the figures of some cases."""
        rows: dict[str, list[tuple[float, ...]]] = {name: [] for name in self._mixes}
        for case in tqdm(chosen, title, disable=None):
            self._measure(case, rows)
        print(f"{title}: {len(rows['with code'])} regions of a class that the exemplar lacks")
        print(f"{'':16}{'colour (0..255)':>18}{'features':>12}{'detail / truth':>16}")
        for name, figures in rows.items():
            colour, distance, detail = np.array(figures).mean(0)
            print(f"{name:16}{colour:18.1f}{distance:12.3f}{detail:16.2f}")

    def _measure(self, case: Case, rows: dict[str, list[tuple[float, ...]]]) -> None:
        labels, shown = (torch.from_numpy(array.copy()).long()[None] for array in (case.labels, case.exemplar_labels))
        truth, photo = (photo_tensor(array, torch.device("cpu")) for array in (case.truth, case.exemplar))
        condition = self._translator.encode_condition(labels)
        exemplar = self._translator.encode_exemplar(photo, shown)
        lender = lenders(exemplar.straight.layout.share, self._kin)[0]
        lacking = [c for c in labels.unique().tolist() if not (shown == lender[c]).any()]
        lacking = [c for c in lacking if (labels == c).sum() >= LEAST_PIXELS]
        if not lacking:
            return
        alignment = self._translator.align(condition, exemplar)
        true = self._features(truth)
        for name, mix in self._mixes.items():
            image = self._translator.synthesise(condition, [alignment], mix).clamp(-1, 1)
            mine = self._features(image)
            for number in lacking:
                mask = (labels == number)[:, None].float()
                colours = [(x * mask).sum((2, 3)) / mask.sum() * 127.5 for x in (image, truth)]
                colour = (colours[0] - colours[1]).abs().mean().item()
                rows[name].append((colour, _distance(mine, true, mask), _detail(image, mask) / _detail(truth, mask)))


if __name__ == "__main__":
    main()
