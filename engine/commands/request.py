"""From file names to the state that the engine renders, and to a key that knows it again."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.commands.labelling import Labelling, find_analyst
from engine.commands.look import Look, find_style_space
from engine.conditions.condition_file import read_condition
from engine.domains import Domain, find_domain
from engine.errors import InputError
from engine.files import reason
from engine.images import resize_labels
from engine.inference.state import EditState, Exemplar, Frame, Keypoints, Pixels
from engine.inference.style_entry import StyleEntry
from engine.weights.registry import Weights

SAME_SHAPE = 0.02  # how far the condition's shape may differ from that of a photo which it edits


@dataclass(frozen=True)
class Request:
    """One picture: the file of its condition, its look and its seed; for a pose the (width, height) of its picture.

    `full_size` as in EditState.
    """

    condition: Path
    look: Look
    seed: int = 0
    size: tuple[int, int] | None = None
    full_size: bool = False

    def state(self, domain: Domain, model: str, labelling: Labelling | None = None) -> EditState:
        """Read the files; raises InputError for the first that cannot be used. `labelling` as for `Look.mixed`."""
        labelling = labelling or Labelling()
        content = None if self.look.content is None else self.look.content.read_whole(domain, labelling)
        size = content.labels.array.shape[::-1] if content and not self.size else self.size
        labels, pose = read_condition(self.condition, domain, size)
        if content is not None:
            labels = _as_large(labels, content, self.condition)
        exemplars, weights, style = self.look.mixed(domain, model, labelling)
        keypoints = None if pose is None else Keypoints(pose)
        own = (self.seed, style, keypoints, content, self.full_size)
        return EditState(domain.name, model, Pixels(labels), exemplars, weights, *own)

    def key(self, weights: Weights) -> str:
        """A hash of all that decides the picture: the files' contents, the weights, the seed, the look.

        Raises InputError when a file cannot be read, or a style space or the analyst is needed and absent.
        """
        content = hashlib.sha256(f"{weights.card.weights_hash} {self.seed}".encode())
        for path in (self.condition, *self.look.files):
            try:
                with path.open("rb") as file:
                    content.update(hashlib.file_digest(file, "sha256").digest())
            except (OSError, ValueError) as error:
                raise InputError(f"Cannot read {path} ({reason(error)}); check the path.") from error
        settings = self.look.settings
        if self.look.uses_style_space:
            settings["style_space"] = find_style_space(weights.card.domain, weights.card.model).card.weights_hash
        if self.look.unlabelled is not None:
            domain = find_domain(weights.card.domain)
            settings["analyst"] = find_analyst(domain, self.look.unlabelled).card.weights_hash
        if self.size is not None:
            settings["size"] = self.size
        if self.full_size:
            settings["full_size"] = True
        if settings:
            content.update(json.dumps(settings, sort_keys=True).encode())
        return content.hexdigest()


def _as_large(labels: np.ndarray, content: Exemplar, condition: Path) -> np.ndarray:
    """The condition's label map in the size of the photo that it edits; InputError where the shapes differ."""
    height, width = content.labels.array.shape
    if abs(labels.shape[1] * height / (labels.shape[0] * width) - 1) > SAME_SHAPE:
        sizes = f"{labels.shape[1]} × {labels.shape[0]} pixels, {content.name} {width} × {height}"
        raise InputError(f"The condition {condition} has another shape than the preserved photo ({sizes}); crop one.")
    return resize_labels(labels, (width, height))


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
        "exemplar_weights": list(state.weights),
        **({} if state.content is None else {"preserved": state.content.name}),
        "style": StyleEntry.of(state.style, find_domain(state.domain)).model_dump(),
        **({"full_size": True} if state.full_size else {}),
    }
    return {"warpaint": json.dumps(made_with)}


def facts(frame: Frame) -> dict:
    """Times and sizes of a frame, for JSON.

    `milliseconds` by stage, `device`, and in pixels `size`, the size `painted_at`, `exemplar_sizes`, and for one
    exemplar `exemplar_size`.
    """
    labels = [exemplar.labels.array for exemplar in frame.state.exemplars]
    sizes = [[width, height] for height, width in (array.shape for array in labels)]
    return {
        "milliseconds": {stage: round(time, 2) for stage, time in frame.timings.items()},
        "size": [frame.image.shape[1], frame.image.shape[0]],
        **({} if frame.painted_at is None else {"painted_at": list(frame.painted_at)}),
        "exemplar_sizes": sizes,
        **({"exemplar_size": sizes[0]} if len(sizes) == 1 else {}),
        "device": frame.device,
    }
