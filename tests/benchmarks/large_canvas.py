"""What large canvases cost: python -m tests.benchmarks.large_canvas [--threads N] [--sizes 512x768 ...]

The shipped sample at each size, its exemplar's photo as large, painted at full size in tiles and, up to 1024×1536, in
one piece, each in a process of its own: seconds, those that the processor spent on it, and the largest memory of the
process (resident set) in MB before and after. Where both were made: how many pixels differ, and by how many levels.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from engine.commands.parser import size_of
from engine.inference import tiles
from engine.inference.session import Session
from tests.benchmarks.dab_latency import sample_state

SIZES = ((512, 768), (1024, 1536), (2048, 3072))
IN_ONE_PIECE = 1024 * 1536  # pixels, at most


def _peak() -> int:
    """MB of the largest resident set so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def paint(size: tuple[int, int], in_tiles: bool, out: Path) -> dict:
    """Paint one picture into `out`; its figures."""
    tiles.ROOM = 0.0 if in_tiles else float("inf")
    session, state = Session("cpu"), replace(sample_state(size), full_size=True)
    session.style_codes(state.domain, state.model, state.exemplars)
    before, start, busy = _peak(), time.perf_counter(), time.process_time()
    frame = session.render(state)
    assert frame is not None and frame.painted_at == size
    seconds = {"seconds": time.perf_counter() - start, "busy": time.process_time() - busy}
    figures = {**seconds, "before": before, "peak": _peak()}
    np.save(out, frame.image)
    return figures


def _in_a_process(size: tuple[int, int], threads: int, in_tiles: bool, out: Path) -> dict:
    options = ["--threads", str(threads), "--only", "tiles" if in_tiles else "piece", "--out", str(out)]
    command = [sys.executable, "-m", "tests.benchmarks.large_canvas", "--sizes", f"{size[0]}x{size[1]}", *options]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def measure(size: tuple[int, int], threads: int) -> None:
    """Print the lines of one size (width, height)."""
    with tempfile.TemporaryDirectory() as folder:
        pictures = []
        for in_tiles in (True, False):
            if not in_tiles and size[0] * size[1] > IN_ONE_PIECE:
                continue
            pictures.append(Path(folder) / f"{in_tiles}.npy")
            figures = _in_a_process(size, threads, in_tiles, pictures[-1])
            kind = "tiles" if in_tiles else "one piece"
            print(
                f"{size[0]:>5} × {size[1]:<5}{kind:>10}{figures['seconds']:>9.1f} s ({figures['busy']:.1f} s busy)"
                f"{figures['before']:>8} MB before{figures['peak']:>8} MB at most",
                flush=True,
            )
        if len(pictures) == 2:
            away = np.abs(np.subtract(*(np.load(picture).astype(int) for picture in pictures)))
            print(f"{'':>23}differ: {(away.max(2) > 0).mean():.4%} of pixels, by {away.max()} levels at most")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--sizes", type=size_of, nargs="+", default=SIZES, metavar="WIDTHxHEIGHT")
    parser.add_argument("--only", choices=("tiles", "piece"), help="one picture in this process, figures as JSON")
    parser.add_argument("--out", type=Path, help="with --only: the picture, .npy")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    if arguments.only:
        print(json.dumps(paint(arguments.sizes[0], arguments.only == "tiles", arguments.out)))
        return
    for size in arguments.sizes:
        measure(size, arguments.threads)


if __name__ == "__main__":
    main()
