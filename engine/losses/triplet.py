"""The triplet loss of StEP's style encoder (Meshry et al. 2021, eq. 2)."""

import torch.nn.functional as F
from torch import Tensor

MARGIN = 0.1
SMALLNESS = 0.01


def triplet_loss(anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
    """max(‖a − p‖² − ‖a − n‖² + 0.1, 0), and 0.01 of the mean square of each code; all codes (B, dims).

    Returns a scalar, the mean over the batch.
    """
    near = (anchor - positive).square().sum(1)
    far = (anchor - negative).square().sum(1)
    size = sum(code.square().mean() for code in (anchor, positive, negative))
    return F.relu(near - far + MARGIN).mean() + SMALLNESS * size
