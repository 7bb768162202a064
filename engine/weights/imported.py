"""Authors' checkpoint files brought into this program's form: safetensors with a card, nothing that runs."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import InputError
from engine.files import reason
from engine.weights.card import Card
from engine.weights.published import Dataset, StateDicts, assembled, checked_state, find_dataset, find_published
from engine.weights.registry import Weights, imported_root, is_name, open_weights, read_weights, save_weights

if TYPE_CHECKING:
    from torch import Tensor, nn

SHARD_BYTES = 128 * 1024**2
PRECISION = "float32"  # folding divides, and half precision would not give the authors' pictures


def read_checkpoint(path: Path) -> "dict[str, Tensor]":
    """The state dict in an authors' .pth file, read without running anything in it.

    Raises InputError when it cannot be read, or holds anything but tensors by name.
    """
    import torch

    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise InputError(f"Cannot read the checkpoint {path} ({reason(error)}); check the path.") from error
    except Exception as error:  # torch.load raises what the parsers below it raise
        raise _refused(path) from error
    if not isinstance(content, Mapping) or not all(
        isinstance(name, str) and isinstance(tensor, torch.Tensor) for name, tensor in content.items()
    ):
        raise _refused(path)
    return dict(content)


def install_imported(
    model: str, name: str, state_dicts: StateDicts, options: Mapping[str, Any] | None = None
) -> Weights:
    """As `save_imported`, into the folder where the program finds the translator `model` of its domain.

    Raises InputError when `model` is no name for one, or the program has no domain for it.
    """
    if not is_name(model):
        raise InputError(f"The name {model!r} does not do; choose small letters, digits, - and _.")
    options = _options(name, state_dicts, options)
    folder = imported_root() / find_dataset(name, options).domain / model
    return Weights(folder, save_imported(folder, name, state_dicts, options, model))


def save_imported(
    folder: Path,
    name: str,
    state_dicts: StateDicts,
    options: Mapping[str, Any] | None = None,
    model: str | None = None,
) -> Card:
    """Check the authors' weights of the published model `name` and write them with a card into `folder`.

    Without `options` they are those of the authors' configuration that the weights are of. The weights are
    written folded and in float32, and called `model`, or as the published model. Raises InputError when something
    does not fit or cannot be written.
    """
    published = find_published(name)
    options = _options(name, state_dicts, options)
    state = checked_state(published.build(options), published.networks, state_dicts)
    dataset = _dataset(name, options)
    return save_weights(
        folder,
        model=model or name,
        domain="unknown" if dataset is None else dataset.domain,
        config={"published": name, "precision": PRECISION, "options": dict(options)}
        | ({} if dataset is None else {"size": [dataset.side, dataset.side]}),
        state_dict=state,
        data="the authors' training data; imported from their checkpoint, spectral norm folded",
        steps=0,
        seed=0,
        metrics={},
        licence="the authors'; see their publication",
        half=False,
        shard_bytes=SHARD_BYTES,
    )


def _options(name: str, state_dicts: StateDicts, options: Mapping[str, Any] | None) -> Mapping[str, Any]:
    return find_published(name).guess_options(state_dicts) if options is None else options


def _dataset(name: str, options: Mapping[str, Any]) -> Dataset | None:
    try:
        return find_dataset(name, options)
    except InputError:
        return None


def load_imported(folder: Path) -> "nn.Module":
    """The model that `save_imported` wrote into `folder`, as `load_published` returns it.

    Raises InputError when the card or a file is damaged or of something else.
    """
    config, state = read_weights(open_weights(folder))
    if not isinstance(config.get("published"), str) or not isinstance(config.get("options"), dict):
        raise InputError(f"The weights in {folder} are not imported ones; `main.py import-checkpoint` makes some.")
    module = find_published(config["published"]).build(config["options"])
    try:
        return assembled(module, state)
    except RuntimeError as error:
        raise InputError(
            f"The weights in {folder} do not fit this version of the program; import them again."
        ) from error


def _refused(path: Path) -> InputError:
    return InputError(
        f"The checkpoint {path} is refused: it is damaged or holds more than tensors by name, which could run code; "
        "get the file from its authors again."
    )
