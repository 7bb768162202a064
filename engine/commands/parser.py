"""Command line options, read alike by all commands."""

import argparse
from typing import NoReturn

from engine.errors import InputError


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are InputErrors: one line each."""

    def error(self, message: str) -> NoReturn:
        """Raise InputError with `message` and where help is."""
        raise InputError(f"{message[:1].upper()}{message[1:]}; see `{self.prog} --help`.")


def add_device(parser: argparse.ArgumentParser) -> None:
    """Declare `--device`."""
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto", help="where to compute")


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
