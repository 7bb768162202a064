"""Tiny domains, data sets and weights on disk, for training and sessions."""

import json
from dataclasses import asdict
from pathlib import Path

import torch

from engine.analysis.parser import Parser, ParserConfig
from engine.domains import Domain, LabelClass
from engine.images import write_image
from engine.models.rabit import RabitConfig
from engine.weights.registry import save_weights
from tests.engine.figures import CLASSES, TINY, moved_person, photo_like, random_affine, tiny_rabit

TINY_DOMAIN = Domain(
    name="tiny",
    title="Tiny persons",
    condition="labels",
    size=(128, 192),
    classes=tuple(LabelClass(i, f"class {i}", (40 * i, 255 - 40 * i, 90)) for i in range(CLASSES)),
    default_model="rabit",
    kin={},
)


def make_people(folder: Path, count: int = 4) -> Path:
    """A data set of the tiny domain: persons in front of smooth pictures, all in the splits train and val."""
    names = [f"p{i}" for i in range(count)]
    generator = torch.Generator().manual_seed(11)
    for i, name in enumerate(names):
        labels = moved_person(random_affine(generator))
        photo = photo_like(i, 192, 128) + (labels.unsqueeze(1) - 2) * 0.15
        pixels = ((photo[0].clamp(-1, 1) + 1) * 127.5).byte().permute(1, 2, 0).numpy()
        write_image(folder / "photos" / f"{name}.png", pixels)
        write_image(folder / "labels" / f"{name}.png", TINY_DOMAIN.palette[labels[0].numpy()])
    for split in ("train", "val"):
        (folder / f"{split}_labelled.txt").write_text("\n".join(names))
    (folder / "pairs.json").write_text(json.dumps({name: [names[i - 1]] for i, name in enumerate(names)}))
    return folder


def make_tiny_weights(root: Path, seed: int = 0, config: RabitConfig = TINY) -> None:
    """Random weights of the tiny domain's translator and parser under `root`."""
    torch.manual_seed(seed)
    parser = Parser(ParserConfig(classes=CLASSES, channels=(4, 6, 8, 8, 8, 8)))
    for model, network in (("rabit", tiny_rabit(seed, config)), ("parser", parser)):
        save_weights(
            root / TINY_DOMAIN.name / model,
            model=model,
            domain=TINY_DOMAIN.name,
            config=asdict(config if model == "rabit" else parser.config),
            state_dict=network.state_dict(),
            data="made up",
            steps=0,
            seed=seed,
            metrics={},
        )
