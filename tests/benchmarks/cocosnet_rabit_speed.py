"""Seconds and peak memory of CoCosNet and RABIT as published, one picture of 256×256, weights without meaning.

    python -m tests.benchmarks.cocosnet_rabit_speed [--threads N] [--repeats N] [--direct]

Each model runs in a process of its own. `--direct` leaves Winograd's convolutions out, to compare: run the
two in turns, a busy machine differs from minute to minute. The seconds of the processor tell more there.
"""

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import nn

from engine.layers import winograd
from engine.models.published.configurations import COCOSNET, RABIT
from engine.weights.published import assembled, find_published

MODELS = {f"cocosnet/{options['dataset_mode']}": options for options in COCOSNET} | {"rabit/ade20k": RABIT[0]}
SIDE = 256


def main() -> None:
    """Measure all models, or the one that is named, in this process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", choices=MODELS, help="only this one, in this process")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--direct", action="store_true", help="without Winograd's convolutions")
    arguments = parser.parse_args()
    if arguments.model is None:
        for name in MODELS:
            module = "tests.benchmarks.cocosnet_rabit_speed"
            subprocess.run([sys.executable, "-m", module, *sys.argv[1:], "--model", name], check=True)
        return
    torch.set_num_threads(arguments.threads)
    if arguments.direct:
        winograd.SIDE = sys.maxsize
    measure(arguments.model, arguments.repeats)


def measure(name: str, repeats: int) -> None:
    """Print the quickest of some runs of the model `name`."""
    options = MODELS[name]
    network, inputs = make_network(name.partition("/")[0], options), make_inputs(options)
    before = resident()
    runs = []
    for _ in range(repeats):
        wall, processor = time.perf_counter(), time.process_time()
        network.reference_forward(**inputs)
        runs.append((time.perf_counter() - wall, time.process_time() - processor))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    wall, processor = (min(times) for times in zip(*runs, strict=True))
    print(f"{name:22} {wall:6.2f} s  processor {processor:6.2f} s  memory {before} -> {peak} MiB", flush=True)


def make_network(name: str, options: Mapping[str, Any]) -> nn.Module:
    """The published model with small random weights."""
    network = find_published(name).build(options)
    generator = torch.Generator().manual_seed(0)
    state = {
        key: torch.randn(tensor.shape, generator=generator).div_(max(1, tensor[:1].numel()) ** 0.5)
        if tensor.ndim
        else torch.tensor(0.1)
        for key, tensor in network.state_dict().items()
    }
    return assembled(network, state)


def make_inputs(options: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """An exemplar and two conditions, as a published case has them."""
    random = np.random.default_rng(0)
    channels = options["semantic_nc"]
    inputs = {"in_ref_image_u8": random.integers(0, 256, (3, SIDE, SIDE), np.uint8)}
    for side in ("", "_ref"):
        if options["dataset_mode"] in ("ade20k", "celebahq"):
            ids = random.integers(0, channels, (SIDE // 32, SIDE // 32), np.uint8)
            inputs[f"in_label{side}_ids"] = ids.repeat(32, 0).repeat(32, 1)
        else:
            inputs[f"in_label{side}_u8"] = random.integers(0, 256, (channels, SIDE, SIDE), np.uint8)
    return inputs


def resident() -> int:
    """MiB of memory that this process holds."""
    with open("/proc/self/statm") as stream:
        return int(stream.read().split()[1]) * resource.getpagesize() // 1024**2


if __name__ == "__main__":
    main()
