"""Losses of generator and discriminator, hinge and least squares, and feature matching.

Answers are lists by scale of lists of features with the verdict last, as the discriminator gives them.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

Answers = list[list[Tensor]]


def generator_loss(fake: Answers) -> Tensor:
    """-E[D(fake)], the mean over scales."""
    return torch.stack([-scale[-1].float().mean() for scale in fake]).mean()


def discriminator_loss(real: Answers, fake: Answers) -> Tensor:
    """E[max(0, 1 - D(real))] + E[max(0, 1 + D(fake))], the mean over scales."""
    terms = [
        F.relu(1 - r[-1].float()).mean() + F.relu(1 + f[-1].float()).mean() for r, f in zip(real, fake, strict=True)
    ]
    return torch.stack(terms).mean()


def least_squares_generator_loss(fake: Answers) -> Tensor:
    """E[(D(fake) - 1)²], the mean over scales (Mao et al. 2017, eq. 9)."""
    return torch.stack([(scale[-1].float() - 1).square().mean() for scale in fake]).mean()


def least_squares_discriminator_loss(real: Answers, fake: Answers) -> Tensor:
    """E[(D(real) - 1)²] + E[D(fake)²], the mean over scales (Mao et al. 2017, eq. 9)."""
    terms = [
        (r[-1].float() - 1).square().mean() + f[-1].float().square().mean() for r, f in zip(real, fake, strict=True)
    ]
    return torch.stack(terms).mean()


def feature_matching(real: Answers, fake: Answers, chosen: Tensor) -> Tensor:
    """L1 between the discriminator's features of truth and answer, for the samples `chosen` (bool (B,))."""
    if not chosen.any():
        return fake[0][0].new_zeros(())
    terms = [
        F.l1_loss(f[chosen], r[chosen].detach())
        for scale_r, scale_f in zip(real, fake, strict=True)
        for r, f in zip(scale_r[:-1], scale_f[:-1], strict=True)
    ]
    return torch.stack(terms).mean()
