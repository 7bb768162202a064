"""The `render` command: one picture from a condition and exemplars."""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from engine.commands.full_size import TileBar, add_full_size
from engine.commands.labelling import Labelling
from engine.commands.look import add_look, look_of
from engine.commands.parser import add_computing, computing_of, seed, size_of
from engine.commands.request import Request, facts, finished, recipe
from engine.domains import find_domain
from engine.errors import InputError
from engine.files import write_text
from engine.images import check_image_name, write_image
from engine.weights.registry import default_model, find_weights


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `render`."""
    parser.add_argument("--domain", required=True, help="the kind of image; `domains` lists them")
    parser.add_argument("--condition", type=Path, required=True, help="label map, or pose, to be turned into a picture")
    parser.add_argument("--size", type=size_of, metavar="WIDTHxHEIGHT", help="of a pose's picture (default: it fits)")
    add_look(parser)
    parser.add_argument("--out", type=Path, required=True, help="the picture, .png, .jpg or .webp")
    parser.add_argument("--warped", type=Path, help="also write the warped exemplar")
    parser.add_argument("--confidence", type=Path, help="also write the confidence map, grey, white is 1")
    parser.add_argument("--model", help="the model (default: the domain's)")
    parser.add_argument("--seed", type=seed, default=0)
    add_full_size(parser)
    parser.add_argument("--json", action="store_true", help="write times and sizes beside the picture, as .json")
    add_computing(parser)


def run(arguments: argparse.Namespace) -> int:
    """Render and write what was asked for. Returns the exit code; raises InputError for bad input."""
    domain = find_domain(arguments.domain)
    request = Request(arguments.condition, look_of(arguments), arguments.seed, arguments.size, arguments.full_size)
    for path in (arguments.out, arguments.warped, arguments.confidence):
        if path is not None:
            check_image_name(path)
    weights = find_weights(domain.name, arguments.model or default_model(domain))
    state = request.state(domain, weights.folder.name, Labelling(arguments.device))

    from engine.inference.session import Session  # brings torch

    with TileBar() as bar:
        telling = {"progress": bar.show} if arguments.full_size else {}
        frame = finished(Session(**computing_of(arguments)).render(state, **telling))
    if frame.notice:
        print(frame.notice, file=sys.stderr)
    made_with = recipe(state, weights)
    extras = [
        (arguments.warped, frame.warp, "--warped"),
        (arguments.confidence, frame.confidence, "--confidence"),
    ]
    pictures = [(arguments.out, frame.image)]
    for path, array, option in extras:
        if path is not None:
            pictures.append((path, _shown(array, option, state.model)))
    for path, picture in pictures:
        write_image(path, picture, made_with)
    if arguments.json:
        write_text(arguments.out.with_suffix(".json"), json.dumps(facts(frame), indent=1) + "\n")
    return 0


def _shown(array: np.ndarray | None, option: str, model: str) -> np.ndarray:
    """What a picture shows of `array`, which a model without correspondence lacks."""
    if array is None:
        raise InputError(
            f"The model {model} matches nothing between the pictures, so it has no {option}; leave it out."
        )
    return array if array.dtype == np.uint8 else np.rint(array * 255).astype(np.uint8)
