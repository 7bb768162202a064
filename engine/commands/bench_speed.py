"""`bench speed`: how long start, edits and alignment take on this machine, against their targets."""

import argparse
import importlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from types import ModuleType
from typing import TYPE_CHECKING

from engine.commands.parser import count

if TYPE_CHECKING:
    from engine.evaluation.speed import Line

PARTS = ("editor", "renders", "alignment", "gpu")
COMPILED = ("renders", "gpu")  # parts that --compile is for
HEADINGS = ("", "median", "95 %", "floor", "target")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--only", choices=PARTS, help="measure one part (default: all)")
    parser.add_argument("--threads", type=count, default=2, help="processor threads to compute with (default: 2)")
    parser.add_argument("--rounds", type=count, default=20, help="runs of each action, in turns (default: 20)")
    parser.add_argument("--compile", action="store_true", help="with compiled networks, in renders and gpu")
    parser.epilog = (
        "On a machine with a GPU, `bench speed --only gpu` measures and compares all that needs one; "
        "`pytest tests/engine/inference/test_gpu.py` tests it."
    )
    parser.add_argument("--json", action="store_true", help="print figures for programs instead of a table")


def run(arguments: argparse.Namespace) -> int:
    """Measure and print. Returns the exit code, 0 whether targets are met or not; raises InputError."""
    import torch

    from engine.evaluation.speed import convolution_rate

    torch.set_num_threads(arguments.threads)
    rate = convolution_rate()
    parts = (arguments.only,) if arguments.only else PARTS
    lines = (line for part in parts for line in _measured(part, rate, arguments))
    machine = {"threads": arguments.threads, "gflop_per_s": rate / 1e6, "torch": torch.__version__}
    (_print_json if arguments.json else _print_table)(machine, lines)
    return 0


def _measured(part: str, rate: float, arguments: argparse.Namespace) -> Iterator["Line"]:
    more = {"compile": True} if arguments.compile and part in COMPILED else {}
    return _module(part).measure(rate, arguments.rounds, **more)


def _module(part: str) -> ModuleType:
    return importlib.import_module(f"engine.evaluation.speed_of_{part}")


def _print_json(machine: dict, lines: "Iterable[Line]") -> None:
    print(json.dumps({"machine": machine, "lines": [{**asdict(line), "met": line.met} for line in lines]}, indent=1))


def _print_table(machine: dict, lines: "Iterable[Line]") -> None:
    """Each line as soon as it is measured."""
    threads, rate, torch = machine.values()
    print(f"{threads} threads, {rate:.0f} GFLOP/s in convolutions, torch {torch}")
    print("{:52}{:>14}{:>14}{:>14}{:>14}".format(*HEADINGS))
    for line in lines:
        print(row_of(line), flush=True)


def row_of(line: "Line") -> str:
    """The line as text in columns; after the target, whether it is met, and the note."""
    bound = "≥ " if line.unit == "times" else "≤ "
    target = "" if line.target is None else bound + _figure(line.target, line.unit)
    figures = "".join(f"{_figure(x, line.unit):>14}" for x in (line.value, line.tail, line.floor))
    verdict = {True: "ok", False: "missed", None: ""}[line.met]
    return f"{line.name:52}{figures}{target:>14}  {verdict:7}{line.note}".rstrip()


def _figure(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    return f"{value:,.{0 if value >= 100 else 1}f} {'×' if unit == 'times' else unit}"
