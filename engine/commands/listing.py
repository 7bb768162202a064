"""The `domains` and `models` commands: what there is."""

import argparse

from engine.weights.registry import default_model, list_models, shown_domains, weights_root


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`domains` and `models` have no options."""


def run_domains(arguments: argparse.Namespace) -> int:
    """Print each domain with its classes and models. Returns the exit code."""
    for domain in shown_domains():
        models = ", ".join(weights.folder.name for weights in list_models(domain.name)) or "none yet"
        print(f"{domain.name}: {domain.title}, {domain.size[0]}×{domain.size[1]}, condition: {domain.condition}")
        print(f"  models: {models} (default: {default_model(domain)})")
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
        made = f"{card.published} of its authors" if card.published else f"{card.steps} steps, seed {card.seed}"
        print(f"{card.domain}/{weights.folder.name}: {size:.1f} MiB, {made}, {card.date}")
        print(f"  data: {card.data} (licence: {card.licence})")
        print(f"  code: {card.code_version}; weights: {card.weights_hash[:12]}")
        for name, value in card.metrics.items():
            print(f"  {name}: {value}")
    return 0
