"""What guided pix2pix learns from, whatever its task: input, guide, and the picture that they should give."""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class GuidedBatch:
    """input, guide, target  float (B, channels, H, W), each with channels of its own
    known                 bool (B,): whether the target is what input and guide should give; of another person's
                          photo as a guide nobody knows that
    """

    input: Tensor
    guide: Tensor
    target: Tensor
    known: Tensor

    def to(self, device: torch.device) -> "GuidedBatch":
        """The same on another device."""
        return GuidedBatch(*(held.to(device) for held in vars(self).values()))

    def halved(self) -> "GuidedBatch":
        """All pictures at half their size, which is even."""
        return GuidedBatch(*(F.avg_pool2d(picture, 2) for picture in (self.input, self.guide, self.target)), self.known)


def joined(batches: Iterable[GuidedBatch]) -> GuidedBatch:
    """All of the batches as one."""
    return GuidedBatch(*(torch.cat(parts) for parts in zip(*(vars(batch).values() for batch in batches), strict=True)))
