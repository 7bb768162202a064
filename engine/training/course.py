"""What the training loop needs of a system: one course for each kind of network."""

import random
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn


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


class Course(ABC):
    """The training of one system.

    networks    everything with parameters, saved in checkpoints
    shipped     the network whose running average is exported
    optimisers  one or more; each network's parameters belong to exactly one
    """

    networks: nn.ModuleDict
    shipped: nn.Module
    optimisers: dict[str, torch.optim.Optimizer]

    @abstractmethod
    def step(self, chance: Chance, progress: float) -> dict[str, Tensor]:
        """Do one step at `progress` in [0, 1] of the run; returns scalars for the log, detached."""

    @abstractmethod
    def sample_sheet(self, network: nn.Module) -> np.ndarray:
        """A picture of what `network` (the averaged copy of `shipped`) does now, uint8 (H, W, 3)."""

    @abstractmethod
    def config(self) -> dict:
        """The configuration of `shipped`, for its card."""
