"""The `import-checkpoint` command: authors' checkpoint files into weights of this program."""

import argparse
import json
from pathlib import Path
from typing import Any

from engine.errors import InputError
from engine.files import read_text
from engine.weights.imported import PRECISION, read_checkpoint, save_imported
from engine.weights.published import PUBLISHED

_OPTIONS_LIMIT = 1024 * 1024


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `import-checkpoint`."""
    parser.add_argument("name", choices=sorted(PUBLISHED), help="the published model")
    parser.add_argument("--corr", type=Path, help="latest_net_Corr.pth, where the model has a correspondence network")
    parser.add_argument("--generator", type=Path, required=True, help="latest_net_G.pth")
    parser.add_argument("--options", type=Path, help="JSON of the authors' options (default: told from the weights)")
    parser.add_argument("--out", type=Path, required=True, help="folder for the weights and their card")


def run(arguments: argparse.Namespace) -> int:
    """Check and convert the files. Returns the exit code; raises InputError."""
    options = None if arguments.options is None else _read_options(arguments.options)
    paths = {"netCorr": arguments.corr, "netG": arguments.generator}
    state_dicts = {network: read_checkpoint(path) for network, path in paths.items() if path is not None}
    card = save_imported(arguments.out, arguments.name, state_dicts, options)
    size = sum(file.size for file in card.files)
    print(f"{card.model} ({card.domain}): {size / 1024**2:.0f} MiB in {PRECISION} written to {arguments.out}")
    return 0


def _read_options(path: Path) -> dict[str, Any]:
    try:
        options = json.loads(read_text(path, "options", _OPTIONS_LIMIT))
    except (ValueError, RecursionError) as error:
        raise InputError(f"The options {path} are not JSON; write an object of option names and values.") from error
    if not isinstance(options, dict):
        raise InputError(f"The options {path} are not an object; write option names and their values.")
    return options
