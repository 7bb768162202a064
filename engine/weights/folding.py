"""Spectral normalisation (Miyato et al. 2018) folded into the weight it divides."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor, nn

ORIGINAL, LEFT, RIGHT = "weight_orig", "weight_u", "weight_v"


def stored_shapes(module: "nn.Module") -> dict[str, tuple[int, ...]]:
    """Keys and shapes of the authors' state dict of `module`.

    Where a part says that it is `spectral`, its weight comes as weight_orig (out, in, ...), weight_u (out)
    and weight_v (all but out).
    """
    shapes = {}
    for name, tensor in module.state_dict().items():
        owner, _, leaf = name.rpartition(".")
        if leaf == "weight" and getattr(module.get_submodule(owner), "spectral", False):
            rows = tensor.shape[0]
            prefix = name.removesuffix(leaf)
            shapes[prefix + ORIGINAL] = tuple(tensor.shape)
            shapes[prefix + LEFT] = (rows,)
            shapes[prefix + RIGHT] = (tensor.numel() // rows,)
        else:
            shapes[name] = tuple(tensor.shape)
    return shapes


def fold(state_dict: Mapping[str, "Tensor"]) -> "dict[str, Tensor]":
    """`state_dict` with each weight_orig, weight_u, weight_v replaced by weight = weight_orig / sigma.

    sigma = u^T W v with the stored u and v, W the weight as a matrix of its first dimension by the rest: what
    torch's spectral norm divides by in evaluation, without any power iteration.
    """
    folded = {}
    for name, tensor in state_dict.items():
        leaf = name.rpartition(".")[2]
        prefix = name.removesuffix(leaf)
        if leaf == ORIGINAL:
            left, right = state_dict[prefix + LEFT], state_dict[prefix + RIGHT]
            folded[f"{prefix}weight"] = tensor / left.dot(tensor.flatten(1).mv(right))
        elif leaf not in (LEFT, RIGHT):
            folded[name] = tensor
    return folded
