"""Which device computes."""

import torch

from engine.errors import InputError

DEVICES = ("auto", "cpu", "cuda", "mps")


def pick_device(name: str) -> torch.device:
    """The device called `name`, of DEVICES: "auto" takes CUDA, then MPS, then the CPU.

    Raises InputError when the one that is asked for is absent.
    """
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError("No CUDA device was found; use --device auto or --device cpu.")
    if name == "mps" and not torch.backends.mps.is_available():
        raise InputError("No MPS device was found, which Apple's processors have; use --device auto or --device cpu.")
    if name != "auto":
        return torch.device(name)
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")
