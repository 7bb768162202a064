"""The authors' checkpoints: their state dicts checked, folded and put into our networks.

The networks stand above the weights in this house, so a table names their modules and they are
imported when they are asked for. Such a module has a `build(options)`, which returns an nn.Module with
one part for each of the authors' networks, of the name and the keys that those have.
"""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from engine.allocator import keep_freed_memory
from engine.errors import InputError
from engine.weights.folding import fold, stored_shapes

if TYPE_CHECKING:
    from torch import Tensor, nn

StateDicts = Mapping[str, Mapping[str, "Tensor"]]

_WRAPPER = "module."
_LISTED = 5  # keys that a complaint names of each kind


@dataclass(frozen=True)
class Published:
    """A published system: the module that builds it, and the names of its networks."""

    module: str
    networks: tuple[str, ...] = ("netCorr", "netG")

    def build(self, options: Mapping[str, Any]) -> "nn.Module":
        """Our networks for the authors' options, on the meta device: shapes without numbers."""
        import torch

        with torch.device("meta"):
            return importlib.import_module(self.module).build(options)

    def guess_options(self, state_dicts: StateDicts) -> Mapping[str, Any]:
        """The options of the authors' own configuration that the weights are of; raises InputError when none is."""
        guess = getattr(importlib.import_module(self.module), "guess_options", None)
        if guess is None:
            raise InputError("This model's options cannot be told from its weights; name them with --options.")
        return guess(state_dicts)


PUBLISHED: dict[str, Published] = {
    "cocosnet": Published("engine.models.published.cocosnet"),
    "rabit": Published("engine.models.published.rabit"),
    "cocosnet2": Published("engine.models.published.cocosnet2"),
    "guided_pix2pix": Published("engine.models.published.guided_pix2pix", networks=("netG",)),
}


@dataclass(frozen=True)
class Dataset:
    """What the authors trained on: its name as their `dataset_mode`, our domain, channels of the condition and side."""

    name: str
    domain: str
    channels: int
    side: int = 256


DATASETS = (
    Dataset("ade20k", "ade20k", 151),
    Dataset("celebahq", "celebahq", 19),
    Dataset("celebahqedge", "celebahq-edge", 15),
    Dataset("deepfashion", "deepfashion", 20),
    Dataset("deepfashionHD", "deepfashion", 20, side=512),
)
_GUIDED = Dataset("pose", "deepfashion", 18)


def find_dataset(name: str, options: Mapping[str, Any]) -> Dataset:
    """What the published model `name` with the authors' `options` was trained on.

    Where no option says it, the channels of the condition do. Raises InputError when the program has no domain for it.
    """
    if name == "guided_pix2pix":
        if options.get("guide_nc") == _GUIDED.channels and options.get("input_nc") == 3:
            return _GUIDED
        raise InputError("The program has no domain for textures on sketches and depth maps; choose a folder by --out.")
    channels, mode = options.get("semantic_nc", options.get("label_nc")), options.get("dataset_mode")
    known = [dataset for dataset in DATASETS if dataset.channels == channels and mode in (None, dataset.name)]
    if not known:
        raise InputError(
            f"The program has no domain for the data set {mode!r} with {channels} channels; it has "
            f"{', '.join(f'{dataset.name} ({dataset.channels})' for dataset in DATASETS)}. Correct the options, or "
            "choose a folder by --out."
        )
    found = known[-1] if name == "cocosnet2" else known[0]
    side = options.get("crop_size", found.side)
    if not isinstance(side, int) or side <= 0 or side % 32:
        raise InputError(f"The option crop_size is {side!r}; it must be a multiple of 32.")
    return replace(found, side=side)


def load_published(name: str, state_dicts: StateDicts, options: Mapping[str, Any]) -> "nn.Module":
    """The published model `name` with the authors' weights, ready for inference, float32 on the CPU.

    name         one of PUBLISHED
    state_dicts  for each network, "netCorr" and "netG", its state dict with the authors' keys
    options      the authors' options by name; those that decide nothing are passed over

    The process keeps freed memory from then on (engine/allocator.py), which makes large maps a quarter faster.
    The module's `reference_forward(**arrays, features=False)` answers a published case. Raises InputError
    for a name or options that are not known, and with a list for keys that are missing, extra or of
    another shape.
    """
    published = find_published(name)
    keep_freed_memory()
    module = published.build(options)
    return assembled(module, checked_state(module, published.networks, state_dicts))


def find_published(name: str) -> Published:
    """The entry of PUBLISHED; raises InputError when there is none."""
    if name not in PUBLISHED:
        raise InputError(f"There is no published model {name!r}; choose one of: {', '.join(PUBLISHED)}.")
    return PUBLISHED[name]


def checked_state(module: "nn.Module", networks: tuple[str, ...], state_dicts: StateDicts) -> "dict[str, Tensor]":
    """The state dict of `module` in float32 out of the authors': wrappers stripped, keys checked, spectral norm folded.

    Raises InputError with a list of what does not fit.
    """
    if missing := [network for network in networks if network not in state_dicts]:
        raise InputError(f"The weights of {' and '.join(missing)} are missing; this model needs {', '.join(networks)}.")
    if extra := sorted(set(state_dicts) - set(networks)):
        raise InputError(f"This model has no {', '.join(extra)}; it takes the weights of {', '.join(networks)}.")
    state = {}
    for network in networks:
        part = module.get_submodule(network)
        stripped = {name.removeprefix(_WRAPPER): tensor for name, tensor in state_dicts[network].items()}
        _check(network, stored_shapes(part), stripped)
        numbers = {name: tensor.detach().float().cpu() for name, tensor in stripped.items()}
        state |= {f"{network}.{name}": tensor for name, tensor in fold(numbers).items()}
    return state


def assembled(module: "nn.Module", state: Mapping[str, "Tensor"]) -> "nn.Module":
    """`module` with the tensors of `state` in it, for inference, each part in the memory layout that it names.

    It is the one that is fastest on the CPU; channels_last where none is named.
    """
    import torch

    module.load_state_dict(state, assign=True)
    module.to(memory_format=torch.channels_last)
    for part in module.modules():
        if hasattr(part, "layout"):
            part.to(memory_format=part.layout)
    return module.eval().requires_grad_(False)


def _check(network: str, expected: Mapping[str, tuple[int, ...]], found: Mapping[str, "Tensor"]) -> None:
    problems = {
        "missing": [name for name in expected if name not in found],
        "extra": [name for name in found if name not in expected],
        "of another shape": [
            f"{name} ({tuple(found[name].shape)} and not {shape})"
            for name, shape in expected.items()
            if name in found and tuple(found[name].shape) != shape
        ],
    }
    listed = [f"{_list(names)} {kind}" for kind, names in problems.items() if names]
    if listed:
        raise InputError(
            f"The state dict of {network} does not fit these options: {'; '.join(listed)}. "
            "Name the options that the checkpoint was trained with."
        )


def _list(names: list[str]) -> str:
    more = len(names) - _LISTED
    shown = ", ".join(names[:_LISTED]) + (f" and {more} more" if more > 0 else "")
    return f"{shown} {'is' if len(names) == 1 else 'are'}"
