"""The `fit-styles` command: the space of a translator's style codes, for sliders, style map and random styles."""

import argparse
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from engine.commands.parser import count
from engine.data.photo_set import PhotoSet
from engine.data.posed_set import PosedSet
from engine.domains import Domain, find_domain
from engine.evaluation.coverage import compare_sources
from engine.evaluation.style_axes import measure_change, name_axes
from engine.models.building import load_translator
from engine.models.mix import Mix
from engine.models.style_axes import STYLES
from engine.models.style_space import StyleSpace
from engine.models.translator import Translator
from engine.training.fit_styles import fit_style_space, turn
from engine.weights.registry import find_weights, save_weights, weights_root

COMPONENTS = 24
AXES = 6
EPOCHS = 400
SAMPLES = 2  # draws for each code, to measure coverage
WATCHED = 8  # photos on which the axes are looked at


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `fit-styles`."""
    parser.add_argument("--domain", required=True, help="the kind of image; `domains` lists them")
    parser.add_argument("--model", help="the translator (default: the domain's)")
    parser.add_argument("--data", type=Path, required=True, help="folder with photos/, labels/, lists and pairs.json")
    parser.add_argument("--out", type=Path, help="weights folder to write (default: beside the translator's)")
    parser.add_argument("--epochs", type=count, default=EPOCHS, help="of the mapper")
    parser.add_argument("--seed", type=int, default=0)


@torch.inference_mode()
def run(arguments: argparse.Namespace) -> int:
    """Fit, name the axes, report the mapper's coverage, write weights. Returns the exit code; raises InputError."""
    domain = find_domain(arguments.domain)
    weights = find_weights(domain.name, arguments.model or domain.default_model)
    model = weights.card.model
    translator = load_translator(domain.name, model)
    kind = PosedSet if domain.condition == "pose" else PhotoSet
    training, held_out = (kind(arguments.data, domain, split) for split in ("train", "val"))
    codes, shares = _codes(translator, training, len(domain.classes))
    held_codes, _ = _codes(translator, held_out, len(domain.classes))
    importance = translator.style_importance(shares).expand(codes.shape[1])
    components = min(COMPONENTS, codes.shape[1], len(codes) - 1)
    with torch.inference_mode(False):
        space = fit_style_space(
            codes.clone(), importance.clone(), components, epochs=arguments.epochs, seed=arguments.seed
        )
    _name_axes(space, translator, held_out, domain)
    metrics = _coverage(space, codes, held_codes, arguments.seed)
    for name, value in metrics.items():
        print(f"{name:40}{value:8.3f}")
    print("axes: " + "; ".join(f"{axis.name} ({axis.low} to {axis.high})" for axis in space.axes))
    save_weights(
        arguments.out or weights_root() / domain.name / (model + STYLES),
        model=model + STYLES,
        domain=domain.name,
        config={
            "dims": codes.shape[1],
            "components": components,
            "axes": [asdict(axis) for axis in space.axes],
            "fitted_to": weights.card.weights_hash,
        },
        state_dict=space.state_dict(),
        data=weights.card.data,
        steps=arguments.epochs,
        seed=arguments.seed,
        metrics=metrics,
        licence=weights.card.licence,
    )
    return 0


def _codes(translator: Translator, photos: PhotoSet | PosedSet, classes: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Style codes of all photos, (n, D), and the share of each class in them, (classes,)."""
    codes, pixels = [], torch.zeros(classes)
    for name in tqdm(photos.names, "style codes", unit="photo", disable=None):
        photo, labels, pose = photos.conditioned([name])
        codes.append(translator.style_code(translator.encode_exemplar(photo, labels, pose)))
        pixels += torch.bincount(labels.flatten(), minlength=classes)
    return torch.cat(codes), pixels / pixels.sum()


def _coverage(space: StyleSpace, codes: torch.Tensor, held_out: torch.Tensor, seed: int) -> dict[str, float]:
    """How well the mapper's samples cover the scores of seen and of held-out photos, beside Gaussian draws."""
    sources = compare_sources(space.mapper, space.scores(codes), space.scores(held_out), SAMPLES * len(codes), seed)
    return {
        f"{source} {of} {what}": round(value, 3)
        for source, comparison in sources.items()
        for of, figures in (("train", comparison.fitted), ("val", comparison.held_out))
        for what, value in (("coverage", figures.coverage), ("plausibility", figures.plausibility))
    }


def _name_axes(space: StyleSpace, translator: Translator, photos: PhotoSet | PosedSet, domain: Domain) -> None:
    """Look at what the first axes change, turn them the natural way round, and name them."""
    watched = photos.names[:: max(1, len(photos.names) // WATCHED)][:WATCHED]
    batches = [photos.conditioned([name]) for name in watched]
    aligned = []
    for photo, labels, pose in batches:
        condition = translator.encode_condition(labels, pose)
        aligned.append((condition, translator.align(condition, translator.encode_exemplar(photo, labels, pose))))
    changes = []
    for axis in range(min(AXES, len(space.directions))):

        def render(index: int, amount: float, axis: int = axis) -> np.ndarray:
            condition, alignment = aligned[index]
            move = amount * space.directions[axis]
            image = translator.synthesise(condition, [alignment], Mix((1.0,), edit=lambda codes: codes + move))
            return ((image[0].clamp(-1, 1) + 1) * 127.5).byte().permute(1, 2, 0).numpy()

        changes.append(measure_change(render, [labels[0].numpy() for _, labels, _ in batches], len(domain.classes)))
    axes, wrong_way = name_axes(np.stack(changes), domain)
    for axis in np.flatnonzero(wrong_way):
        turn(space, int(axis))
    space.axes = tuple(axes)
