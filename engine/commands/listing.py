"""The `domains` and `models` commands: what there is."""

import argparse

from engine.domains import DOMAINS
from engine.weights.registry import list_models, weights_root


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`domains` and `models` have no options."""


def run_domains(arguments: argparse.Namespace) -> int:
    """Print each domain with its classes and models. Returns the exit code."""
    for domain in DOMAINS.values():
        models = ", ".join(weights.card.model for weights in list_models(domain.name)) or "none yet"
        print(f"{domain.name}: {domain.title}, {domain.size[0]}×{domain.size[1]}, condition: {domain.condition}")
        print(f"  models: {models} (default: {domain.default_model})")
        for label_class in domain.classes:
            print(f"  {label_class.id:3} #{bytes(label_class.color).hex()} {label_class.name}")
    return 0


def run_models(arguments: argparse.Namespace) -> int:
    """Print the card of each model. Returns the exit code; raises InputError for a damaged card."""
    found = list_models()
    if not found:
        print(f"No weights in {weights_root()}; `main.py train` makes some.")
    for weights in found:
        card = weights.card
        size = sum(file.size for file in card.files) / 1024**2
        print(f"{card.domain}/{card.model}: {size:.1f} MiB, {card.steps} steps, seed {card.seed}, {card.date}")
        print(f"  data: {card.data} (licence: {card.licence})")
        print(f"  code: {card.code_version}; weights: {card.weights_hash[:12]}")
        for name, value in card.metrics.items():
            print(f"  {name}: {value}")
    return 0
