"""What the training loop needs of a system: one course for each kind of network."""

from abc import ABC, abstractmethod

import numpy as np
import torch
from torch import Tensor, nn

from engine.data.chance import Chance
from engine.training import distributed


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

    def descend(self, loss: Tensor, *names: str, longest: float | None = None) -> None:
        """One step down `loss` of the optimisers `names`, whose parameters alone get gradients.

        These are averaged over all processes and, for each optimiser, shortened to the length `longest`.
        """
        held = [[p for group in self.optimisers[name].param_groups for p in group["params"]] for name in names]
        for name in names:
            self.optimisers[name].zero_grad(set_to_none=True)
        loss.backward(inputs=[parameter for parameters in held for parameter in parameters if parameter.requires_grad])
        for name, parameters in zip(names, held, strict=True):
            distributed.average_gradients(parameters)
            if longest is not None:
                nn.utils.clip_grad_norm_(parameters, longest)
            self.optimisers[name].step()

    def finish(self, network: nn.Module) -> None:  # noqa: B027
        """What is done to `network`, the averaged copy of `shipped`, after the last step."""

    def figures(self, network: nn.Module) -> dict[str, float]:
        """What can be measured of `network` on held-out data at the end, for its card."""
        return {}

    @abstractmethod
    def config(self) -> dict:
        """The configuration of `shipped`, for its card."""
