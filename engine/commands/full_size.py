"""The full size on the command line: the option, and how far a picture in tiles is."""

import argparse
from types import TracebackType

from tqdm import tqdm


def add_full_size(parser: argparse.ArgumentParser) -> None:
    """Declare --full-size."""
    parser.add_argument(
        "--full-size",
        action="store_true",
        help="paint a picture that is larger than the network's own at its full size, in tiles; slower, and sharper",
    )


class TileBar:
    """A bar on stderr, from the first tile on."""

    def __init__(self) -> None:
        self._bar: tqdm | None = None

    def __enter__(self) -> "TileBar":
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.close()

    def show(self, done: int, count: int) -> None:
        """So many of `count` tiles are done."""
        if self._bar is None:
            self._bar = tqdm(total=count, desc="full size", unit="tile")
        self._bar.total = count
        self._bar.update(done - self._bar.n)
