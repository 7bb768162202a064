"""What the training loop needs of a system: one course for each kind of network."""

from abc import ABC, abstractmethod

import numpy as np
import torch
from torch import Tensor, nn

from engine.data.chance import Chance


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

    def finish(self, network: nn.Module) -> None:  # noqa: B027
        """What is done to `network`, the averaged copy of `shipped`, after the last step."""

    def figures(self, network: nn.Module) -> dict[str, float]:
        """What can be measured of `network` on held-out data at the end, for its card."""
        return {}

    @abstractmethod
    def config(self) -> dict:
        """The configuration of `shipped`, for its card."""
