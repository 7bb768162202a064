"""The `evaluate` command: figures of a model over a split of a data set."""

import argparse
from dataclasses import asdict
from pathlib import Path

from engine.commands.parser import add_device, count
from engine.commands.request import finished
from engine.data.layouts.registry import LAYOUTS, OWN
from engine.domains import Domain, find_domain
from engine.errors import InputError
from engine.evaluation.evaluate import evaluate, table, write_report
from engine.evaluation.protocols import Case
from engine.images import write_image
from engine.inference.state import Frame
from engine.weights.card import write_card
from engine.weights.registry import Weights, find_weights

STYLE_ENCODER = "style-encoder"
ANALYST = "analyst"
_DATA_HELP = f"folder with photos/, labels/, lists and pairs.json; for {STYLE_ENCODER} any folder of images"
_LAYOUT_HELP = f"how it is arranged, as for `train`; {STYLE_ENCODER} and {ANALYST} know {OWN} alone"
_SPLIT_HELP = f"val reads val_labelled.txt (default), for {STYLE_ENCODER} val.txt"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `evaluate`."""
    parser.add_argument("--domain", required=True, help="the kind of image; `domains` lists them")
    parser.add_argument("--data", type=Path, required=True, help=_DATA_HELP)
    parser.add_argument("--layout", choices=LAYOUTS, default=OWN, help=_LAYOUT_HELP)
    parser.add_argument("--split", default="val", help=_SPLIT_HELP)
    parser.add_argument("--model", help="the model (default: the domain's)")
    parser.add_argument("--limit", type=count, help="only the first so many photos")
    parser.add_argument("--out", type=Path, default=Path("runs/evaluate"), help="folder for sheets and evaluation.json")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    parser.add_argument("--perceptual", type=Path, help="VGG-19 weights that a style-encoder was trained with")
    parser.add_argument("--record", action="store_true", help="write the figures into the card of the weights")
    add_device(parser)


def run(arguments: argparse.Namespace) -> int:
    """Evaluate, print the table, write sheets and figures. Returns the exit code; raises InputError."""
    domain = find_domain(arguments.domain)
    weights = find_weights(domain.name, arguments.model or domain.default_model)
    if arguments.layout != OWN and weights.card.model in (STYLE_ENCODER, ANALYST):
        raise InputError(
            f"The {weights.card.model} is not evaluated on the layout {arguments.layout}; leave --layout out."
        )
    evaluation = {STYLE_ENCODER: _style_encoder, ANALYST: _analyst}.get(weights.card.model, _translator)
    report, lines, figures = evaluation(arguments, domain, weights)
    print(lines)
    if arguments.json:
        write_report(arguments.json, report)
    if arguments.record:
        _record(weights, report, figures)
    print(f"Contact sheets and figures are in {arguments.out}.")
    return 0


def _translator(arguments: argparse.Namespace, domain: Domain, weights: Weights) -> tuple[dict, str, dict[str, float]]:
    """The report, its table for people, and the model's figures by protocol."""
    from engine.inference.session import Session  # brings torch

    model = weights.card.model
    session = Session(arguments.device)

    def render(case: Case) -> Frame:
        return finished(session.render(case.state(domain.name, model)))

    chosen = {"domain": domain, "model": model, "layout": arguments.layout, "out": arguments.out}
    report = evaluate(render, arguments.data, arguments.split, arguments.limit, **chosen)
    figures = {
        f"{protocol} {name}": value
        for protocol, results in report["protocols"].items()
        for name, value in results["model"].items()
    }
    return report, table(report), figures


def _style_encoder(
    arguments: argparse.Namespace, domain: Domain, weights: Weights
) -> tuple[dict, str, dict[str, float]]:
    """As `_translator`, for the codes of style of photos."""
    from engine.data.image_folder import ImageFolder, images_of_split  # these bring torch
    from engine.devices import pick_device
    from engine.evaluation.retrieval import evaluate_style_encoder, retrieval_table
    from engine.losses.perceptual import perceptual_network

    photos = ImageFolder(images_of_split(arguments.data, arguments.split)[: arguments.limit], domain.size)
    network = perceptual_network(domain, arguments.perceptual).network
    retrieval, sheet = evaluate_style_encoder(weights, network, photos, pick_device(arguments.device))
    figures = asdict(retrieval)
    report = {"domain": domain.name, "model": weights.card.model, "split": arguments.split, **figures}
    write_image(arguments.out / "sheet-retrieval.png", sheet)
    write_report(arguments.out / "evaluation.json", report)
    del figures["photos"]
    return report, retrieval_table(retrieval), figures


def _analyst(arguments: argparse.Namespace, domain: Domain, weights: Weights) -> tuple[dict, str, dict[str, float]]:
    """As `_translator`, for labels and poses of photos, with `poses.json` beside the lists."""
    from engine.data.posed_photos import PosedPhotos  # these bring torch
    from engine.devices import pick_device
    from engine.evaluation.analysis import analysis_table, evaluate_analyst

    photos = PosedPhotos(arguments.data, domain, arguments.split)
    found, sheet = evaluate_analyst(weights, photos, arguments.limit, domain, pick_device(arguments.device))
    report = {"domain": domain.name, "model": weights.card.model, "split": arguments.split, **asdict(found)}
    write_image(arguments.out / "sheet-analysis.png", sheet)
    write_report(arguments.out / "evaluation.json", report)
    figures = {"mean IoU": found.mean_iou, "PCK@0.2 of torso": found.pck}
    figures |= {f"IoU {name}": value for name, value in found.iou.items()}
    figures |= {f"PCK {name}": value for name, value in found.pck_of.items()}
    return report, analysis_table(found), figures


def _record(weights: Weights, report: dict, figures: dict[str, float]) -> None:
    """Put the figures beside those of the training."""
    split = report["split"]
    measured = {f"{split} {name}": round(value, 3) for name, value in figures.items()}
    metrics = weights.card.metrics | {f"{split} photos": report["photos"]} | measured
    write_card(weights.folder, weights.card.model_copy(update={"metrics": metrics}))
