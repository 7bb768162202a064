"""Warpaint: the editor, and its command line when a command is named."""

import importlib
import os
import sys
from argparse import RawDescriptionHelpFormatter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.allocator import keep_freed_memory
from engine.commands.parser import Parser, add_computing, computing_of
from engine.errors import InputError

PROGRAM = "python main.py"


@dataclass(frozen=True)
class Command:
    """Where a command lives; it is imported only when it is named, so that help comes at once."""

    help: str
    module: str
    function: str = "run"


COMMANDS = {
    "render": Command("one picture from a condition and an exemplar", "engine.commands.render"),
    "batch": Command("many pictures, resumable", "engine.commands.batch"),
    "analyse": Command("label map and pose of a photo", "engine.commands.analyse"),
    "domains": Command("the kinds of image there are", "engine.commands.listing", "run_domains"),
    "models": Command("the weights there are, with their cards", "engine.commands.listing", "run_models"),
    "train": Command("train a model on a data set", "engine.training.train"),
    "evaluate": Command("measure a model on a data set", "engine.commands.evaluate"),
    "bench": Command("compare systems, measure speed: bench quality, styles, speed", "engine.commands.bench"),
    "pairs": Command("exemplars for each photo of a data set, and whether they suit", "engine.commands.pairs"),
    "fit-styles": Command(
        "the space of a model's style codes, for sliders and random styles", "engine.commands.fit_styles"
    ),
    "import-checkpoint": Command(
        "take over weights that a method's authors published", "engine.commands.import_checkpoint"
    ),
}
_SCREENSHOT_HELP = "start the editor, wait until the picture has settled, save the window"


def main(argv: Sequence[str]) -> int:
    """Run the command that `argv` names, or the editor. Returns the exit code: 0 done, 1 failed, 2 bad input."""
    try:
        if argv and argv[0] in COMMANDS:
            return _run_command(argv[0], argv[1:])
        if argv and argv[0] == "screenshot":
            return _run_screenshot(argv[1:])
        return _run_editor(argv)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        print(f"{error.name} is not installed; run `python -m pip install .` in the program's folder.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output has gone; keep the interpreter from complaining at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run_command(name: str, argv: Sequence[str]) -> int:
    if name != "bench":  # which measures the editor
        keep_freed_memory()
    command = COMMANDS[name]
    parser = Parser(prog=f"{PROGRAM} {name}", description=f"{command.help.capitalize()}.")
    module = importlib.import_module(command.module)
    module.add_arguments(parser)
    return getattr(module, command.function)(parser.parse_args(argv))


def _run_screenshot(argv: Sequence[str]) -> int:
    parser = Parser(prog=f"{PROGRAM} screenshot", description=f"{_SCREENSHOT_HELP.capitalize()}.")
    parser.add_argument("--out", type=Path, required=True, help="the picture of the window, .png")
    parser.add_argument("--project", type=Path, help="project to open (default: the sample project)")
    add_computing(parser)
    arguments = parser.parse_args(argv)

    from app.start import take_screenshot

    return take_screenshot(arguments.out, arguments.project, **computing_of(arguments))


def _run_editor(argv: Sequence[str]) -> int:
    commands = {"screenshot": _SCREENSHOT_HELP, **{name: command.help for name, command in COMMANDS.items()}}
    epilog = "commands (each has --help):\n" + "\n".join(f"  {name:19}{text}" for name, text in commands.items())
    parser = Parser(
        prog=PROGRAM,
        usage=f"{PROGRAM} [-h] [--device {{auto,cpu,cuda,mps}}] [--threads N] [--compile] [FILE | COMMAND ...]",
        description="Repaint photographs: the editor, or a command.",
        epilog=epilog,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help="project or photo to open in the editor")
    add_computing(parser)
    arguments = parser.parse_args(argv)
    if arguments.file is not None and not os.path.exists(arguments.file):
        raise InputError(f"There is no file and no command {arguments.file}; see `{PROGRAM} --help`.")

    from app.start import run_editor

    return run_editor(arguments.file, **computing_of(arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
