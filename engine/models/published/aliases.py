"""Modules of ours under the names that they have in somebody else's state dict."""

from collections.abc import Mapping

from torch import nn


def aliased(modules: Mapping[str, nn.Module]) -> nn.Module:
    """A tree of modules in which each of `modules` stands at its dotted name, and nothing else."""
    root = nn.Module()
    for name, module in modules.items():
        *path, leaf = name.split(".")
        owner = root
        for step in path:
            if not hasattr(owner, step):
                owner.add_module(step, nn.Module())
            owner = owner.get_submodule(step)
        owner.add_module(leaf, module)
    return root
