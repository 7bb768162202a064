"""Keep some of the exemplar from the generator, so that it learns to paint from condition and style code.

Without that it would only ever copy, and have nothing to show where the exemplar lacks a class.
"""

from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.correspondence.refinement import AGREEMENT
from engine.data.chance import Chance
from engine.models.injection import Injection

WITHHELD = 0.5  # share of pictures in which one class is withheld
GUESSED = 0.5  # share of those whose style code does not know that class either
WHOLE = 0.1  # share of pictures of which all of the warp is withheld
SHIFT = 40  # pixels; what stands in the class's place comes from that far away
DISTRUST = -5.0  # logit of the confidence there


@dataclass(frozen=True)
class Withheld:
    """What is kept from the generator: classes of the warp, and classes of the style code; both bool (B, classes)."""

    warp: Tensor
    style: Tensor


def draw_withheld(labels: Tensor, classes: int, chance: Chance) -> Withheld:
    """Draw for each picture of labels int64 (B, H, W) what it is not shown; never all of its style."""
    warp = torch.zeros(len(labels), classes, dtype=torch.bool)
    style = torch.zeros_like(warp)
    for picture, shown, known in zip(labels, warp, style, strict=True):
        fate = chance.dice.random()
        present = [number for number in picture.unique().tolist() if number]
        if fate < WHOLE:
            shown[:] = True
        elif fate < WHOLE + WITHHELD and present:
            number = chance.dice.choice(present)
            shown[number] = True
            known[number] = chance.dice.random() < GUESSED
    return Withheld(warp.to(labels.device), style.to(labels.device))


def without(injection: Injection, labels: Tensor, classes: Tensor) -> Injection:
    """Replace what is warped into `classes`, bool (B, classes), by what lies elsewhere, and say that it is not right.

    labels int64 (B, H, W), of the injection's size. The style codes stay.
    """
    mask = classes.gather(1, labels.flatten(1)).view_as(labels).unsqueeze(1)
    if not mask.any():
        return injection

    def replaced(x: Tensor, stride: int) -> Tensor:
        here = F.max_pool2d(mask.float(), stride) > 0
        return torch.where(here, x.roll(SHIFT // stride, 2), x)

    evidence = replaced(injection.evidence, 4).clone()
    evidence[:, AGREEMENT] *= 1 - F.max_pool2d(mask.float(), 4).squeeze(1)
    return replace(
        injection,
        warp=replaced(injection.warp, 1),
        features=tuple(replaced(x, s) for x, s in zip(injection.features, (2, 4, 8), strict=True)),
        evidence=evidence,
        trust=torch.where(mask, injection.trust.new_tensor(DISTRUST), injection.trust),
        agrees=torch.where(mask, 0, injection.agrees),
    )
