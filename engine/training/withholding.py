"""Keep some of the warp from the generator, so that it learns to paint from condition and style code alone.

Without that it would only ever copy, and have nothing to show where the exemplar lacks a class.
"""

from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.correspondence.refinement import AGREEMENT
from engine.data.chance import Chance
from engine.models.injection import Injection

WITHHELD = 0.4  # share of pictures in which one class is withheld
SHIFT = 40  # pixels; what stands in the class's place comes from that far away
DISTRUST = -5.0  # logit of the confidence there


def withheld(injection: Injection, labels: Tensor, chance: Chance) -> Injection:
    """Replace what is warped into one class of some pictures by what lies elsewhere, and say that it is not right.

    labels int64 (B, H, W), of the injection's size. The style codes stay.
    """
    mask = torch.stack([_class_to_withhold(picture, chance) for picture in labels]).unsqueeze(1)
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


def _class_to_withhold(labels: Tensor, chance: Chance) -> Tensor:
    """Mask (H, W) of one class of the person, or of nothing."""
    present = [number for number in labels.unique().tolist() if number]
    if not present or chance.dice.random() >= WITHHELD:
        return torch.zeros_like(labels, dtype=torch.bool)
    return labels == chance.dice.choice(present)
