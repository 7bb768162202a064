"""What every system answers to: condition + exemplars in, alignment and image out.

The session and the editor know a translator by this interface alone.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from engine.conditions.pose_tensors import PoseTensors
from engine.models.mix import Mix


@dataclass(frozen=True)
class Alignment:
    """One exemplar, aligned with a condition.

    warp        float (B, 3, H, W) in [-1, 1], of the condition's size
    confidence  float (B, 1, H, W) in [0, 1]
    match       float (B, H, W, 2): for each position, the point of the exemplar as it was given
    injection   what the translator's own `synthesise` needs besides

    A system without correspondence has None for the first three.
    """

    warp: Tensor | None
    confidence: Tensor | None
    match: Tensor | None
    injection: Any


def directly(function: Callable[..., Any], *inputs: Any) -> Any:
    """`function(*inputs)`."""
    return function(*inputs)


class Translator(nn.Module, ABC):
    """A model that repaints: label maps int64 (B, H, W), photos float (B, 3, H, W) in [-1, 1].

    Heights and widths are multiples of `multiple`. Poses come with the map of body segments that is drawn from them,
    in domains that are conditioned on them; a translator may do with that map alone.

    `size` is the (width, height) in pixels that it was trained at, where that is not the domain's: it works on a grid
    of that area, and what an alignment reads from larger photos is read in full. A `fixed` one works at exactly that
    size, to which pictures of any shape are squeezed; what it gives is enlarged as it is. So it is where an alignment
    does not read `points`, because a match is the mean of several.

    `run` calls those functions of tensors that wait for no value; a session may put in its place what records them.
    One that `bears_half_precision` keeps by itself in float32 what half precision would spoil, under autocast.
    """

    run: Callable[..., Any] = staticmethod(directly)
    bears_half_precision: bool = False
    multiple: int
    size: tuple[int, int] | None = None
    fixed: bool = False
    points: bool = True

    @abstractmethod
    def encode_exemplar(self, photo: Tensor, labels: Tensor, pose: PoseTensors | None = None) -> Any:
        """Everything that depends on the exemplar alone."""

    @abstractmethod
    def style_code(self, exemplar: Any) -> Tensor:
        """The style code of an encoded exemplar, float (B, D): how it looks, whatever it shows."""

    def parts_to_compile(self) -> list[tuple[nn.Module, int]]:
        """The parts that take most of the time, each with the stride of its first input."""
        return []

    def style_importance(self, shares: Tensor) -> Tensor:
        """How much each number of a style code shows, float (D,) or (1,); shares (classes,): of all pixels."""
        return torch.ones(1)

    @abstractmethod
    def encode_condition(self, labels: Tensor, pose: PoseTensors | None = None) -> Any:
        """Everything that depends on the condition alone."""

    @abstractmethod
    def align(self, condition: Any, exemplar: Any) -> Alignment:
        """Find for each position of the condition where in the exemplar it takes from."""

    @abstractmethod
    def synthesise(self, condition: Any, alignments: list[Alignment], mix: Mix) -> Tensor:
        """The image, float (B, 3, H, W) in [-1, 1]; `mix` has a weight an alignment."""
