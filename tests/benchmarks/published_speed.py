"""Seconds and peak memory of a published model on its stored case.

python -m tests.benchmarks.published_speed cocosnet2 [--case 0] [--threads 2] [--runs 2]

Names are paths under the folder of the published numbers ("guided_pix2pix/pose", "cocosnet/ade20k").
"""

import argparse
import resource
import time

import torch

from engine.weights import load_published
from tests.reference.parity import make_state_dicts, read_case, read_spec


def measure(name: str, case: int, runs: int) -> None:
    """Print the time of each run and the resident memory before and at its peak."""
    spec = read_spec(name)
    network = load_published(name.partition("/")[0], make_state_dicts(spec), spec["options"])
    inputs, _ = read_case(name, case)
    print(f"{name}, {torch.get_num_threads()} threads, {_peak():.0f} MB before")
    for number in range(runs):
        start = time.perf_counter()
        network.reference_forward(**inputs)
        print(f"run {number}: {time.perf_counter() - start:.2f} s, peak {_peak():.0f} MB")


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("--case", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=2)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    measure(chosen.name, chosen.case, chosen.runs)
