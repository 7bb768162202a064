"""The registry of shipped weights: `weights/<domain>/<model>/` with fp16 shards and a card.

torch is imported where it is needed, so that listing models stays quick.
"""

import datetime
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_data_path

from engine.domains import DOMAINS, Domain
from engine.errors import InputError
from engine.files import reason, replacing
from engine.version import code_version
from engine.weights.card import CARD_NAME, Card, WeightFile, read_card, write_card

if TYPE_CHECKING:
    from torch import Tensor

SHARD_BYTES = int(15.9 * 1024 * 1024)

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_HEADER_BYTES_PER_TENSOR = 256


@dataclass(frozen=True)
class Weights:
    """Weights on disk: their folder and what its card says. The shards are not checked yet."""

    folder: Path
    card: Card

    @property
    def paths(self) -> list[Path]:
        """The shards, in the order of the card."""
        return [self.folder / file.name for file in self.card.files]


def weights_root() -> Path:
    """The folder of all weights: the checkout's `weights`, or what WARPAINT_WEIGHTS names."""
    return Path(os.environ.get("WARPAINT_WEIGHTS") or Path(__file__).parents[2] / "weights")


def imported_root() -> Path:
    """The folder of weights that a person brings: in their own data folder, or what WARPAINT_WEIGHTS names."""
    return Path(os.environ.get("WARPAINT_WEIGHTS") or user_data_path("Warpaint", appauthor=False) / "weights")


def find_weights(domain: str, model: str) -> Weights:
    """The weights of `model` for `domain`; raises InputError when there are none or the card is damaged."""
    if is_name(domain) and is_name(model):
        for root in (weights_root(), imported_root()):
            if (root / domain / model / CARD_NAME).is_file():
                return open_weights(root / domain / model)
    raise InputError(f"There are no weights of model {model!r} for {domain!r}; `main.py models` lists all.")


def is_name(text: str) -> bool:
    """Whether a domain or a model can be called so: small letters, digits, - and _."""
    return _NAME.fullmatch(text) is not None


def open_weights(folder: Path) -> Weights:
    """The weights in any `folder`; raises InputError when the card is missing or damaged."""
    return Weights(folder, read_card(folder))


def list_models(domain: str | None = None) -> list[Weights]:
    """All weights there are, or those for `domain`, by domain and model; damaged cards raise InputError."""
    folders = {
        path.parts[-3:-1]: path.parent
        for root in (imported_root(), weights_root())  # what ships goes before what is brought, as in find_weights
        for path in root.glob(f"*/*/{CARD_NAME}")
    }
    return [open_weights(folders[names]) for names in sorted(folders) if domain in (None, names[0])]


def shown_domains() -> list[Domain]:
    """The domains that the program ships weights of, and those that some have been imported for."""
    there = {path.parts[-3] for root in (weights_root(), imported_root()) for path in root.glob(f"*/*/{CARD_NAME}")}
    return [domain for domain in DOMAINS.values() if domain.ships or domain.name in there]


def default_model(domain: Domain) -> str:
    """The domain's default model; the first that is installed, where that is not and weights are to be imported."""
    if domain.ships:
        return domain.default_model
    names = [weights.folder.name for weights in list_models(domain.name)]
    return names[0] if names and domain.default_model not in names else domain.default_model


def load_weights(domain: str, model: str) -> tuple[dict, dict[str, "Tensor"]]:
    """The model's configuration and its tensors by name, floating ones as float32, on the CPU.

    Raises InputError when there are none or when a file's size, hash or content is not what the card says.
    """
    return read_weights(find_weights(domain, model))


def read_weights(weights: Weights) -> tuple[dict, dict[str, "Tensor"]]:
    """As `load_weights`, for weights found before."""
    tensors: dict[str, Tensor] = {}
    for file in weights.card.files:
        shard = _read_shard(weights.folder / file.name, file)
        if not tensors.keys().isdisjoint(shard):
            raise _damaged(weights.folder / file.name, "it repeats tensors of another shard")
        tensors.update(shard)
    return dict(weights.card.config), tensors


def save_weights(
    folder: Path,
    *,
    model: str,
    domain: str,
    config: dict,
    state_dict: Mapping[str, "Tensor"],
    data: str,
    steps: int,
    seed: int,
    metrics: dict,
    licence: str = "not recorded",
    half: bool = True,
    shard_bytes: int = SHARD_BYTES,
) -> Card:
    """Write `state_dict` as fp16 shards of at most 15.9 MiB and a card into `folder`; returns the card.

    `data` says what it was trained on and `licence` that data's licence; date and code version are now's.
    Weights that do not ship may keep their precision (`half` off) and have larger shards (`shard_bytes`).
    The card is written last and old shards go after it, so that a reader finds the old weights or the new
    ones. Raises InputError when a file cannot be written, ValueError for numbers that fp16 cannot hold and
    for a tensor larger than a shard.
    """
    files = [_write_shard(folder, shard) for shard in _shards(state_dict, half, shard_bytes)]
    card = Card(
        model=model,
        domain=domain,
        config=config,
        data=data,
        steps=steps,
        seed=seed,
        date=datetime.date.today().isoformat(),
        code_version=code_version(),
        licence=licence,
        metrics=metrics,
        files=tuple(files),
    )
    write_card(folder, card)
    for path in folder.glob("*.safetensors"):
        if path.name not in {file.name for file in files}:
            path.unlink()
    return card


def _shards(state_dict: Mapping[str, "Tensor"], half: bool, shard_bytes: int) -> Iterator[dict[str, "Tensor"]]:
    shard: dict[str, Tensor] = {}
    filled = 0
    for name, tensor in state_dict.items():
        tensor = _half(name, tensor) if half else tensor.detach().cpu().clone().contiguous()
        size = tensor.numel() * tensor.element_size() + _HEADER_BYTES_PER_TENSOR + len(name)
        if size > shard_bytes:
            raise ValueError(f"{name} alone is larger than a shard of {shard_bytes} bytes")
        if filled + size > shard_bytes:
            yield shard
            shard, filled = {}, 0
        shard[name] = tensor
        filled += size
    yield shard


def _half(name: str, tensor: "Tensor") -> "Tensor":
    tensor = tensor.detach().cpu()
    if not tensor.is_floating_point():
        return tensor.clone().contiguous()
    half = tensor.half().clone().contiguous()  # clones: safetensors refuses tensors that share memory
    if not half.isfinite().all():
        raise ValueError(f"{name} has numbers that fp16 cannot hold")
    return half


def _write_shard(folder: Path, shard: dict[str, "Tensor"]) -> WeightFile:
    from safetensors.torch import save

    content = save(shard)
    digest = hashlib.sha256(content).hexdigest()
    name = f"shard-{digest[:12]}.safetensors"
    with replacing(folder / name) as temporary:
        temporary.write_bytes(content)
    return WeightFile(name=name, size=len(content), sha256=digest)


def _read_shard(path: Path, file: WeightFile) -> dict[str, "Tensor"]:
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        with path.open("rb") as stream:
            content = stream.read(file.size + 1)
    except OSError as error:
        raise InputError(f"Cannot read the weights {path} ({reason(error)}); fetch them again.") from error
    if len(content) != file.size:
        raise _damaged(path, "its size is not the card's")
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise _damaged(path, "its hash is not the card's")
    try:
        tensors = load(content)
    except (SafetensorError, ValueError, KeyError) as error:
        raise _damaged(path, reason(error)) from error
    return {name: _single(path, name, tensor) for name, tensor in tensors.items()}


def _single(path: Path, name: str, tensor: "Tensor") -> "Tensor":
    if not tensor.is_floating_point():
        return tensor
    tensor = tensor.float()
    if not tensor.isfinite().all():
        raise _damaged(path, f"{name} has numbers that are not finite")
    return tensor


def _damaged(path: Path, why: str) -> InputError:
    return InputError(f"The weights {path} are damaged ({why}); fetch them again.")
