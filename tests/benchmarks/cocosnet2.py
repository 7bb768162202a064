"""Seconds and peak memory of CoCosNet v2 (or a configuration of guided pix2pix) on a stored case.

python -m tests.benchmarks.cocosnet2 [--model cocosnet2] [--case 0] [--threads 2] [--runs 2]
"""

import argparse
import resource
import time

import torch

from engine.weights import load_published
from tests.reference.parity import make_state_dicts, read_case, read_spec


def measure(name: str, case: int, runs: int) -> None:
    """Print wall and processor seconds of each run, and the resident memory before and at its peak."""
    spec = read_spec(name)
    network = load_published(name.partition("/")[0], make_state_dicts(spec), spec["options"])
    inputs, _ = read_case(name, case)
    print(f"{name}, {torch.get_num_threads()} threads, {_peak():.0f} MB before")
    for number in range(runs):
        wall, processor = time.perf_counter(), time.process_time()
        network.reference_forward(**inputs)
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
        print(f"run {number}: {wall:.2f} s, {processor:.2f} s of processor time, peak {_peak():.0f} MB")


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="cocosnet2")
    parser.add_argument("--case", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=2)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    measure(chosen.model, chosen.case, chosen.runs)
