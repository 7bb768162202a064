"""How several exemplars become one picture: weights, and what is done to the mixed style code."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor


@dataclass(frozen=True)
class Mix:
    """One weight an exemplar, and for some classes weights of their own.

    weights   >= 0, summing to 1
    by_class  class id -> weights, likewise
    edit      changes style codes: float (..., D) to (..., D); None for no change
    """

    weights: tuple[float, ...]
    by_class: Mapping[int, tuple[float, ...]] = field(default_factory=dict)
    edit: Callable[[Tensor], Tensor] | None = None

    def table(self, classes: int, device: torch.device | None = None) -> Tensor:
        """Weight of each exemplar for each class, float (exemplars, classes); columns sum to 1."""
        rows = [self.by_class.get(class_id, self.weights) for class_id in range(classes)]
        return torch.tensor(rows, dtype=torch.float32, device=device).T.contiguous()


ALONE = Mix((1.0,))
