"""The `evaluate` command: figures of a model over a split of a data set."""

import argparse
from pathlib import Path

import numpy as np

from engine.commands.parser import add_device, count
from engine.commands.request import finished
from engine.domains import find_domain
from engine.evaluation.evaluate import evaluate, table, write_report
from engine.inference.state import EditState, Exemplar, Frame, Pixels
from engine.weights.card import write_card
from engine.weights.registry import Weights, find_weights


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `evaluate`."""
    parser.add_argument("--domain", required=True, help="the kind of image; `domains` lists them")
    parser.add_argument("--data", type=Path, required=True, help="folder with photos/, labels/, lists and pairs.json")
    parser.add_argument("--split", default="val", help="val reads val_labelled.txt (default)")
    parser.add_argument("--model", help="the model (default: the domain's)")
    parser.add_argument("--limit", type=count, help="only the first so many photos")
    parser.add_argument("--out", type=Path, default=Path("runs/evaluate"), help="folder for sheets and evaluation.json")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    parser.add_argument("--record", action="store_true", help="write the figures into the card of the weights")
    add_device(parser)


def run(arguments: argparse.Namespace) -> int:
    """Evaluate, print the table, write sheets and figures. Returns the exit code; raises InputError."""
    domain = find_domain(arguments.domain)
    weights = find_weights(domain.name, arguments.model or domain.default_model)
    model = weights.card.model

    from engine.inference.session import Session  # brings torch

    session = Session(arguments.device)

    def render(labels: np.ndarray, photo: np.ndarray, photo_labels: np.ndarray) -> Frame:
        exemplar = Exemplar(Pixels(photo), Pixels(photo_labels))
        return finished(session.render(EditState(domain.name, model, Pixels(labels), (exemplar,), (1.0,))))

    report = evaluate(
        render, arguments.data, arguments.split, arguments.limit, domain=domain, out=arguments.out, model=model
    )
    print(table(report))
    if arguments.json:
        write_report(arguments.json, report)
    if arguments.record:
        _record(weights, report)
    print(f"Contact sheets and figures are in {arguments.out}.")
    return 0


def _record(weights: Weights, report: dict) -> None:
    """Put the model's figures of each protocol beside those of the training."""
    measured = {
        f"{report['split']} {protocol} {name}": round(value, 3)
        for protocol, results in report["protocols"].items()
        for name, value in results["model"].items()
    }
    metrics = weights.card.metrics | {f"{report['split']} photos": report["photos"]} | measured
    write_card(weights.folder, weights.card.model_copy(update={"metrics": metrics}))
