"""From file names to the state that the engine renders, and to a key that knows it again."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from engine.conditions.label_map import read_label_map
from engine.domains import Domain
from engine.errors import InputError
from engine.files import reason
from engine.images import read_photo, resize_labels
from engine.inference.state import EditState, Exemplar, Frame, Pixels
from engine.weights.registry import Weights


@dataclass(frozen=True)
class Request:
    """The files of one picture: its condition, its exemplar and the exemplar's condition."""

    condition: Path
    exemplar: Path
    exemplar_condition: Path

    def state(self, domain: Domain, model: str, seed: int) -> EditState:
        """Read the files; raises InputError for the first that cannot be used."""
        labels = read_label_map(self.condition, domain)
        photo = read_photo(self.exemplar)
        exemplar_labels = read_label_map(self.exemplar_condition, domain)
        exemplar_labels = resize_labels(exemplar_labels, (photo.shape[1], photo.shape[0]))
        exemplar = Exemplar(Pixels(photo), Pixels(exemplar_labels), self.exemplar.name)
        return EditState(domain.name, model, Pixels(labels), (exemplar,), (1.0,), seed)

    def key(self, weights: Weights, seed: int) -> str:
        """A hash of all that decides the picture: the files' contents, the weights, the seed.

        Raises InputError when a file cannot be read.
        """
        content = hashlib.sha256(f"{weights.card.weights_hash} {seed}".encode())
        for path in (self.condition, self.exemplar, self.exemplar_condition):
            try:
                with path.open("rb") as file:
                    content.update(hashlib.file_digest(file, "sha256").digest())
            except (OSError, ValueError) as error:
                raise InputError(f"Cannot read {path} ({reason(error)}); check the path.") from error
        return content.hexdigest()


def finished(frame: Frame | None) -> Frame:
    """The frame of a render that nobody stopped, which is always there."""
    assert frame is not None
    return frame


def recipe(state: EditState, weights: Weights) -> dict[str, str]:
    """What a picture was made with, as text that travels in the file."""
    made_with = {
        "domain": state.domain,
        "model": state.model,
        "weights": weights.card.weights_hash,
        "seed": state.seed,
        "exemplars": [exemplar.name for exemplar in state.exemplars],
    }
    return {"warpaint": json.dumps(made_with)}


def facts(frame: Frame) -> dict:
    """Times and sizes of a frame, for JSON: `milliseconds` by stage, `size` and `exemplar_size` in pixels, `device`."""
    photo = frame.state.exemplars[frame.source].photo.array
    return {
        "milliseconds": {stage: round(time, 2) for stage, time in frame.timings.items()},
        "size": [frame.image.shape[1], frame.image.shape[0]],
        "exemplar_size": [photo.shape[1], photo.shape[0]],
        "device": frame.device,
    }
