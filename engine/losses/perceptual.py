"""Losses in the feature space of a fixed network: VGG-19 where the user has it, else our parser's encoder."""

from pathlib import Path

import torch.nn.functional as F
from torch import Tensor, nn

from engine.analysis.parser import Parser, ParserConfig
from engine.domains import Domain
from engine.errors import InputError
from engine.layers.vgg19 import load_vgg19
from engine.losses.contextual import contextual_loss
from engine.weights.registry import load_weights

LEVELS = 5


class PerceptualNetwork(nn.Module):
    """Photo (B, 3, H, W) in [-1, 1] to five feature maps, fine to coarse, each of unit scale.

    `network` gives at least five maps; the last five count. H and W are multiples of 32.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network.eval().requires_grad_(False)

    def forward(self, photo: Tensor) -> list[Tensor]:
        return [_unit_scale(features) for features in self.network(photo)[-LEVELS:]]


def perceptual_network(domain: Domain, vgg19: Path | None = None) -> PerceptualNetwork:
    """VGG-19 from the file `vgg19`, or the encoder of the domain's parser.

    Raises InputError when the file is none, or the parser's weights are absent.
    """
    if vgg19 is not None:
        return PerceptualNetwork(load_vgg19(vgg19))
    try:
        config, weights = load_weights(domain.analyst or domain.name, "parser")
    except InputError as error:
        remedy = "train one first with `train --model parser`, or name VGG-19 by --perceptual."
        raise InputError(f"{str(error).rstrip('.')}; {remedy}") from error
    parser = Parser(ParserConfig(**config))
    parser.load_state_dict(weights)
    return PerceptualNetwork(parser.encoder)


def pseudo_pair_loss(answer: list[Tensor], truth: list[Tensor], chosen: Tensor) -> Tensor:
    """L1 between features of answer and truth, coarse levels heavier, over the samples `chosen` (bool (B,)).

    The loss for exemplars that are the truth itself, deformed (CoCosNet, eq. 7).
    """
    if not chosen.any():
        return answer[0].new_zeros(())
    weights = [1 / 4, 1 / 4, 1 / 2, 1, 1]
    return sum(w * F.l1_loss(a[chosen], t[chosen]) for w, a, t in zip(weights, answer, truth, strict=True))


def perceptual_loss(answer: list[Tensor], truth: list[Tensor]) -> Tensor:
    """L2 between the coarsest features: what is shown agrees, however it looks (CoCosNet, eq. 8)."""
    return F.mse_loss(answer[-1], truth[-1])


def appearance_loss(answer: list[Tensor], exemplar: list[Tensor]) -> Tensor:
    """Contextual loss over the two levels before the coarsest (CoCosNet, eq. 9). Returns (B,)."""
    return contextual_loss(answer[-2], exemplar[-2]) + contextual_loss(answer[-3], exemplar[-3])


def _unit_scale(features: Tensor) -> Tensor:
    return features / features.detach().square().mean((1, 2, 3), keepdim=True).add(1e-6).sqrt()
