"""How far each array of the published numbers is missed: python -m tests.benchmarks.parity_errors [MODEL ...]

A Markdown table, one line an array, over all stored cases of a model: the largest and the mean error, the PSNR (of the
range [-1, 1]), and for indices the share that agrees. Models are paths under the folder of the published numbers.
"""

import argparse
from collections import defaultdict

import numpy as np

from engine.weights import load_published
from tests.reference.parity import make_state_dicts, parity_folder, read_case, read_spec


def models() -> list[str]:
    """All that there are numbers of."""
    folder = parity_folder()
    return sorted(path.parent.relative_to(folder).as_posix() for path in folder.rglob("spec.json"))


def errors(model: str) -> dict[str, np.ndarray]:
    """By array, all errors of all cases in one row."""
    spec, found = read_spec(model), defaultdict(list)
    network = load_published(model.partition("/")[0], make_state_dicts(spec), spec["options"])
    for case in range(len(list((parity_folder() / model).glob("case_*.npz")))):
        inputs, expected = read_case(model, case)
        outputs = network.reference_forward(**inputs, features=True)
        for name, array in expected.items():
            if name in outputs:
                away = outputs[name].double().numpy() - array.astype(np.float64)
                found[name].append(np.abs(away).ravel())
    return {name: np.concatenate(parts) for name, parts in found.items()}


def line(model: str, name: str, away: np.ndarray) -> str:
    if "index" in name:
        return f"| {model} | {name} | | | | {(away == 0).mean():.4%} |"
    decibels = 10 * np.log10(4 / max((away**2).mean(), 1e-20))
    return f"| {model} | {name} | {away.max():.1e} | {away.mean():.1e} | {decibels:.0f} dB | |"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("models", nargs="*", metavar="MODEL", help="all where none is named")
    print("| model | array | largest | mean | PSNR | equal |\n|---|---|--:|--:|--:|--:|")
    for model in parser.parse_args().models or models():
        for name, away in errors(model).items():
            print(line(model, name, away), flush=True)
