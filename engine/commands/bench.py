"""The `bench` command: measurements of systems and of speed, one sub-command each."""

import argparse
import importlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Bench:
    """Where a measurement lives: a module with `add_arguments` and `run`, as a command's."""

    help: str
    module: str


BENCHES = {
    "styles": Bench("StEP against BicycleGAN and MUNIT-p, all trained alike", "engine.commands.bench_styles"),
    "quality": Bench("all translators of a domain on the same photos", "engine.commands.bench_quality"),
    "speed": Bench("how long start, edits and alignment take, against their targets", "engine.commands.bench_speed"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the sub-commands with their options."""
    benches = parser.add_subparsers(dest="bench", required=True, metavar="BENCH")
    for name, bench in BENCHES.items():
        part = benches.add_parser(name, help=bench.help, description=f"{bench.help[0].upper()}{bench.help[1:]}.")
        importlib.import_module(bench.module).add_arguments(part)


def run(arguments: argparse.Namespace) -> int:
    """Run the one that is named. Returns the exit code; raises InputError."""
    return importlib.import_module(BENCHES[arguments.bench].module).run(arguments)
