"""A training that begins with weights that there are, as far as they fit."""

from torch import nn

from engine.errors import InputError
from engine.weights.registry import Weights, read_weights


def start_from(network: nn.Module, weights: Weights) -> list[str]:
    """Copy each tensor of `weights` that `network` has by the same name and shape; returns the names left fresh.

    Raises InputError when nothing fits, or a file is damaged.
    """
    _, known = read_weights(weights)
    own = network.state_dict()
    fitting = {name: known[name] for name, value in own.items() if name in known and known[name].shape == value.shape}
    if not fitting:
        raise InputError(f"{weights.folder} holds no tensor that this network could begin with; name other weights.")
    network.load_state_dict(fitting, strict=False)
    return [name for name in own if name not in fitting]
