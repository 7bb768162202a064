"""`bench styles`: StEP, BicycleGAN and MUNIT-p, trained for the same number of steps and measured alike."""

import argparse
from pathlib import Path

from engine.commands.parser import add_device, count
from engine.training.style_methods import METHODS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--domain", required=True, help="the kind of image; `domains` lists them")
    parser.add_argument("--data", type=Path, required=True, help="folder with photos/, labels/, lists and pairs.json")
    parser.add_argument("--style-encoder", type=Path, required=True, help="weights folder of StEP's stage 1")
    parser.add_argument("--steps", type=count, required=True, help="of training, for each method")
    parser.add_argument("--size", type=count, required=True, help="height that is trained and measured at")
    parser.add_argument("--out", type=Path, required=True, help="folder for runs, figures and sheet")
    parser.add_argument("--methods", type=_methods, default=tuple(METHODS), help="names with commas (default: all)")
    parser.add_argument("--batch", type=count, default=8, help="photos a step")
    parser.add_argument("--conditions", type=count, default=20, help="label maps that diversity is measured on")
    parser.add_argument("--perceptual", type=Path, help="VGG-19 weights for losses and distances")
    parser.add_argument("--seed", type=int, default=0)
    add_device(parser)


def run(arguments: argparse.Namespace) -> int:
    """Train what is not trained yet, measure, write figures, table and sheet. Returns the exit code.

    Raises InputError for data, weights or a size that cannot be used.
    """
    from engine.domains import find_domain
    from engine.evaluation.style_ablation import ablation_table
    from engine.training.style_ablation import StyleAblation, TrainedAlike  # brings torch

    alike = TrainedAlike(arguments.steps, arguments.size, arguments.batch, arguments.seed)
    ablation = StyleAblation(
        find_domain(arguments.domain),
        arguments.data,
        arguments.out,
        arguments.style_encoder,
        alike,
        conditions=arguments.conditions,
        device=arguments.device,
        vgg19=arguments.perceptual,
    )
    print(ablation_table(ablation.compare(arguments.methods)), end="")
    print(f"Figures, table and sheet are in {arguments.out}.")
    return 0


def _methods(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    unknown = [name for name in names if name not in METHODS]
    if unknown:
        raise argparse.ArgumentTypeError(f"there is no method {unknown[0]!r}; choose from {', '.join(METHODS)}")
    return names
