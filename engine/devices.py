"""Which device computes."""

import torch

from engine.errors import InputError


def pick_device(name: str) -> torch.device:
    """The device called `name`: "auto" takes CUDA, then MPS, then the CPU.

    Raises InputError when "cuda" is asked for and absent.
    """
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError("No CUDA device was found; use --device auto or --device cpu.")
    if name != "auto":
        return torch.device(name)
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")
