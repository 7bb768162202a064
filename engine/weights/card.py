"""The card of shipped weights: what they are, where they come from, and how to know them again."""

import hashlib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.errors import InputError
from engine.files import read_text, write_text

CARD_NAME = "card.json"
PHOTOS_SEEN = "training photos seen"  # in the metrics: steps times photos a step
MAX_FILE_BYTES = 1024**3  # what ships stays far below, see registry.SHARD_BYTES; imported weights need not

_LIMIT = 1024 * 1024
_FILE_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.safetensors$"


class WeightFile(BaseModel):
    """One shard: its name beside the card, its size in bytes and its content's hash."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=_FILE_NAME)]
    size: Annotated[int, Field(gt=0, le=MAX_FILE_BYTES)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Card(BaseModel):
    """What `card.json` says about weights.

    `config` is what the model is built from; `data`, `steps`, `seed` and `date` say how it was trained, by
    `code_version` of this program; `licence` is the training data's; `metrics` are its figures.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    domain: str
    config: dict
    data: str
    steps: Annotated[int, Field(ge=0)]
    seed: int
    date: str
    code_version: str
    licence: str
    metrics: dict
    files: Annotated[tuple[WeightFile, ...], Field(min_length=1, max_length=64)]

    @property
    def published(self) -> str | None:
        """The published system that imported weights are of; None for weights of the program's own."""
        name = self.config.get("published")
        return name if isinstance(name, str) else None

    @property
    def weights_hash(self) -> str:
        """One hex hash of all shards and the configuration: equal hashes, equal models."""
        content = self.model_dump_json(include={"model", "domain", "config", "files"})
        return hashlib.sha256(content.encode()).hexdigest()


def read_card(folder: Path) -> Card:
    """The card in `folder`; raises InputError when it is missing or not of the card's form."""
    path = folder / CARD_NAME
    try:
        return Card.model_validate_json(read_text(path, "card of the weights", _LIMIT))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise InputError(f"The card {path} is damaged ({where}: {first['msg']}); fetch the weights again.") from error


def write_card(folder: Path, card: Card) -> None:
    """Write `card` into `folder` in one step; raises InputError when that fails."""
    write_text(folder / CARD_NAME, card.model_dump_json(indent=1) + "\n")
