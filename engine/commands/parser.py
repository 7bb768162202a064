"""Command line options, read alike by all commands."""

import argparse
import math
import os
from pathlib import Path
from typing import Any, NoReturn

from engine.errors import InputError

LONGEST_SIDE = 8192


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are InputErrors: one line each."""

    def error(self, message: str) -> NoReturn:
        """Raise InputError with `message` and where help is."""
        raise InputError(f"{message[:1].upper()}{message[1:]}; see `{self.prog} --help`.")


def add_device(parser: argparse.ArgumentParser) -> None:
    """Declare `--device`."""
    names = ("auto", "cpu", "cuda", "mps")
    parser.add_argument("--device", choices=names, default="auto", help="where to compute (default: the quickest)")


def add_computing(parser: argparse.ArgumentParser) -> None:
    """Declare `--device`, `--threads` and `--compile`, what a session is made with."""
    add_device(parser)
    parser.add_argument("--threads", type=count, help="processor threads to compute with (default: as many as cores)")
    parser.add_argument(
        "--compile", action="store_true", help="compile the networks first, which takes minutes and a compiler"
    )


def computing_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """The arguments of a session, as `add_computing` declared them."""
    return {"device": arguments.device, "threads": arguments.threads, "compile": arguments.compile}


def seed(text: str) -> int:
    """A whole number that can start a random generator, as an argparse type."""
    number = int(text)
    if not 0 <= number < 2**63:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 2**63 - 1")
    return number


def count(text: str) -> int:
    """A whole number of at least 1, as an argparse type."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not at least 1")
    return number


def weighted(text: str) -> tuple[Path, float | None]:
    """A path, and the number after its last colon, if any; a whole path that exists is one, whatever it ends in."""
    head, _, tail = text.rpartition(":")
    if not head or os.path.exists(text):
        return Path(text), None
    try:
        weight = float(tail)
    except ValueError:
        if os.path.exists(head):
            raise argparse.ArgumentTypeError(f"the weight {tail!r} of {head} is no number") from None
        return Path(text), None  # a colon of the path's own, as after the letter of a drive
    if not 0 <= weight < math.inf:
        raise argparse.ArgumentTypeError(f"the weight {tail} of {head} is not a finite number of at least 0")
    return Path(head), weight


def drawn(text: str) -> tuple[int, float]:
    """SEED or SEED:AMOUNT, the amount in [0, 1] and 1 unless given."""
    start, colon, tail = text.partition(":")
    try:
        number, amount = seed(start), float(tail) if colon else 1.0
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not SEED or SEED:AMOUNT, such as 7:0.5") from None
    if not 0 <= amount <= 1:
        raise argparse.ArgumentTypeError(f"the amount {tail} is not between 0 and 1")
    return number, amount


def amount_of(text: str) -> tuple[str, float]:
    """NAME=NUMBER."""
    name, _, number = text.rpartition("=")
    try:
        return _given(name.strip()), float(number)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a name and a number, such as 1=0.5") from None


def size_of(text: str) -> tuple[int, int]:
    """WIDTHxHEIGHT in pixels, 8 to 8,192 each."""
    width, _, height = text.lower().replace("×", "x").partition("x")
    try:
        size = int(width), int(height)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 256x384") from None
    if min(size) < 8 or max(size) > LONGEST_SIDE:
        raise argparse.ArgumentTypeError(f"{text} has a side below 8 or above {LONGEST_SIDE} pixels")
    return size


def number_of(text: str) -> tuple[str, int]:
    """NAME=N, a whole number."""
    name, _, number = text.rpartition("=")
    try:
        return _given(name.strip()), int(number)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a name and a whole number, such as hair=2") from None


def _given(name: str) -> str:
    if not name:
        raise ValueError
    return name
