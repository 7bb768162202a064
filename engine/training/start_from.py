"""A training that begins with weights that there are, as far as they fit."""

from torch import nn

from engine.errors import InputError
from engine.weights.card import PHOTOS_SEEN, Card
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


def trained_before(card: Card, model: str, domain: str) -> tuple[int, int]:
    """Steps, and photos seen, of the training that one of `model` in `domain` goes on from, to be added to its own.

    0 where it was of another model or domain: then the weights are but a beginning.
    """
    if (card.model, card.domain) != (model, domain):
        return 0, 0
    return card.steps, int(card.metrics.get(PHOTOS_SEEN, 0))
