"""Label maps as planes, one for each class."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.errors import InputError

GLASSES_FROM_END = 3  # CelebAMask-HQ keeps glasses in a file of their own; their plane is the third from the end


def one_hot(labels: np.ndarray, classes: int, glasses: np.ndarray | None = None) -> Tensor:
    """Class ids (H, W) as float (1, classes, H, W) of zeros and ones; `glasses` (H, W), 0 or 1, replaces its plane.

    Raises InputError for an id that is not below `classes`.
    """
    if labels.size and labels.max() >= classes:
        raise InputError(f"The label map has class id {labels.max()}, but there are {classes} classes only.")
    planes = F.one_hot(torch.from_numpy(labels.astype(np.int64)), classes).permute(2, 0, 1).float()
    if glasses is not None:
        planes[-GLASSES_FROM_END] = torch.from_numpy(glasses.astype(np.float32))
    return planes.unsqueeze(0)
