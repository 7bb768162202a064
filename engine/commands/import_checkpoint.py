"""The `import-checkpoint` command: authors' checkpoint files into weights of this program."""

import argparse
import json
import os
from pathlib import Path
from typing import Any

from engine.domains import find_domain
from engine.errors import InputError
from engine.files import read_text
from engine.weights.imported import PRECISION, install_imported, read_checkpoint, save_imported
from engine.weights.published import PUBLISHED
from engine.weights.registry import Weights

_OPTIONS_LIMIT = 1024 * 1024


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `import-checkpoint`."""
    parser.add_argument("name", choices=sorted(PUBLISHED), help="the published model")
    parser.add_argument("--corr", type=Path, help="latest_net_Corr.pth, where the model has a correspondence network")
    parser.add_argument("--generator", type=Path, required=True, help="latest_net_G.pth")
    parser.add_argument("--options", type=Path, help="JSON of the authors' options (default: told from the weights)")
    parser.add_argument(
        "--out",
        metavar="NAME|DIR",
        help="what the translator is called in its domain (default: as the model), or a folder for the weights",
    )


def run(arguments: argparse.Namespace) -> int:
    """Check and convert the files. Returns the exit code; raises InputError."""
    options = None if arguments.options is None else _read_options(arguments.options)
    paths = {"netCorr": arguments.corr, "netG": arguments.generator}
    state_dicts = {network: read_checkpoint(path) for network, path in paths.items() if path is not None}
    out = arguments.out or arguments.name
    if installs := not (os.path.basename(out) != out or out in (os.curdir, os.pardir)):
        weights = install_imported(out, arguments.name, state_dicts, options)
    else:
        weights = Weights(Path(out), save_imported(Path(out), arguments.name, state_dicts, options))
    card = weights.card
    size = sum(file.size for file in card.files) / 1024**2
    print(f"{arguments.name} ({card.domain}): {size:.0f} MiB in {PRECISION} written to {weights.folder}")
    if installs:
        title = find_domain(card.domain).title
        print(f"In the editor: File, New canvas, {title}; on the command line: --domain {card.domain} --model {out}")
    return 0


def _read_options(path: Path) -> dict[str, Any]:
    try:
        options = json.loads(read_text(path, "options", _OPTIONS_LIMIT))
    except (ValueError, RecursionError) as error:
        raise InputError(f"The options {path} are not JSON; write an object of option names and values.") from error
    if not isinstance(options, dict):
        raise InputError(f"The options {path} are not an object; write option names and their values.")
    return options
