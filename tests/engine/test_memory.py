"""How much memory values take."""

import numpy as np
import torch

from engine.memory import bytes_of


def test_the_bytes_of_values_are_those_of_their_arrays() -> None:
    array, tensor = np.zeros((3, 4), np.float32), torch.zeros(5, dtype=torch.int64)
    assert bytes_of((array, [tensor, None])) == 48 + 40
