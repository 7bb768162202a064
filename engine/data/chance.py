"""Random choices that depend on seed, step and process alone."""

import random
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Chance:
    """Every random choice of one step: the same step always draws the same, also after a resume."""

    dice: random.Random
    generator: torch.Generator

    @classmethod
    def of_step(cls, seed: int, step: int, rank: int) -> "Chance":
        number = hash((seed, step, rank)) & 0x7FFF_FFFF_FFFF
        torch.manual_seed(number)
        return cls(random.Random(number), torch.Generator().manual_seed(number))
