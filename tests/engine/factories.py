"""Made-up pictures, data sets and weights for the tests of the engine."""

import json
from pathlib import Path

import numpy as np
import torch

from engine.conditions.label_map import write_label_map
from engine.domains import FASHION
from engine.images import write_image
from engine.inference.state import EditState, Frame
from engine.weights.registry import save_weights


def make_person(seed: int, size: tuple[int, int] = (64, 96)) -> tuple[np.ndarray, np.ndarray]:
    """A photo and its label map of `size` (width, height): a head, a top and trousers on a plain ground."""
    random = np.random.default_rng(seed)
    width, height = size
    y, x = np.mgrid[:height, :width] / np.array([height, width]).reshape(2, 1, 1)
    labels = np.zeros((height, width), np.uint8)
    middle = 0.5 + random.uniform(-0.1, 0.1)
    labels[(np.abs(x - middle) < 0.25) & (y > 0.25) & (y < 0.6)] = FASHION.class_named("top").id
    labels[(np.abs(x - middle) < 0.2) & (y >= 0.6) & (y < 0.95)] = FASHION.class_named("pants").id
    labels[(x - middle) ** 2 + ((y - 0.16) * 1.5) ** 2 < 0.015] = FASHION.class_named("face").id
    colors = random.integers(40, 215, (len(FASHION.classes), 3))
    photo = colors[labels] + random.normal(0, 8, (height, width, 3))
    return np.clip(photo, 0, 255).astype(np.uint8), labels


def make_data_set(folder: Path, photos: int = 3, split: str = "val") -> Path:
    """A data set folder with `photos` made-up persons, each the next one's exemplar."""
    names = [f"{i:04}" for i in range(photos)]
    for i, name in enumerate(names):
        photo, labels = make_person(i)
        write_image(folder / "photos" / f"{name}.png", photo)
        write_label_map(folder / "labels" / f"{name}.png", labels, FASHION)
    (folder / f"{split}_labelled.txt").write_text("\n".join(names))
    (folder / "pairs.json").write_text(json.dumps({name: [names[i - 1]] for i, name in enumerate(names)}))
    return folder


def make_weights(root: Path, domain: str = "fashion", model: str = "rabit") -> None:
    """Weights of a model that does nothing, under `root`."""
    save_weights(
        root / domain / model,
        model=model,
        domain=domain,
        config={},
        state_dict={"nothing": torch.zeros(1)},
        data="made up",
        steps=0,
        seed=0,
        metrics={},
    )


def fake_render(state: EditState) -> Frame:
    """A frame that paints every class in its mean colour of the exemplar; sure where the exemplar has the class."""
    labels = state.labels.array
    photo, photo_labels = state.exemplars[0].photo.array, state.exemplars[0].labels.array
    image = np.zeros((*labels.shape, 3), np.uint8)
    confidence = np.zeros(labels.shape, np.float32)
    for class_id in np.unique(labels):
        if (photo_labels == class_id).any():
            image[labels == class_id] = photo[photo_labels == class_id].mean(axis=0)
            confidence[labels == class_id] = 1
    correspondence = np.zeros((*labels.shape, 2), np.float32)
    return Frame(state, image, image, confidence, correspondence, 0, {"total": 1.0}, "cpu")
