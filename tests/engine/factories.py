"""Made-up pictures, data sets and weights for the tests of the engine."""

import json
from pathlib import Path

import numpy as np
import torch

from engine.conditions.label_map import write_label_map
from engine.domains import FASHION
from engine.images import write_image
from engine.inference.state import EditState, Exemplar, Frame
from engine.models.style_axes import STYLES
from engine.models.style_space import StyleSpace
from engine.weights.registry import open_weights, save_weights


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


def make_style_space(root: Path, axes: tuple[str, ...], model: str = "rabit", dims: int = 4, seed: int = 0) -> None:
    """A made-up style space of the fashion model under `root`, with named axes."""
    torch.manual_seed(seed)
    space = StyleSpace(dims, len(axes), ())
    space.mean.normal_()
    space.analysis.normal_()
    space.directions.normal_()
    save_weights(
        root / "fashion" / (model + STYLES),
        model=model + STYLES,
        domain="fashion",
        config={
            "dims": dims,
            "components": len(axes),
            "axes": [{"name": name, "low": "less", "high": "more"} for name in axes],
            "fitted_to": open_weights(root / "fashion" / model).card.weights_hash,
        },
        state_dict=space.state_dict(),
        data="made up",
        steps=0,
        seed=seed,
        metrics={},
    )


def fake_render(state: EditState) -> Frame:
    """A frame that paints every class in the exemplars' mean colours of it, mixed; sure where the first one has it."""
    labels = state.labels.array
    image = np.zeros((*labels.shape, 3), np.uint8)
    confidence = np.zeros(labels.shape, np.float32)
    source = np.zeros(labels.shape, np.uint8)
    for class_id in np.unique(labels):
        weights = np.array(state.style.weights_of_class.get(class_id, state.weights))
        here = labels == class_id
        image[here] = weights @ [_mean_colour(exemplar, class_id) for exemplar in state.exemplars] / weights.sum()
        confidence[here] = (state.exemplars[0].labels.array == class_id).any()
        source[here] = weights.argmax()
    correspondence = np.zeros((*labels.shape, 2), np.float32)
    return Frame(state, image, image, confidence, correspondence, source, {"total": 1.0}, "cpu")


def _mean_colour(exemplar: Exemplar, class_id: int) -> np.ndarray:
    """RGB (3,); black where the exemplar lacks the class."""
    here = exemplar.labels.array == class_id
    return exemplar.photo.array[here].mean(axis=0) if here.any() else np.zeros(3)
