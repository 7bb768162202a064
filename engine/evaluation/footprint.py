"""How much memory a translator takes, measured in a process that does nothing else."""

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from engine.data.layouts.registry import OWN
from engine.errors import InputError
from engine.evaluation.speed import start_python

CASES = 3
_MB = 1e6


@dataclass(frozen=True)
class Footprint:
    """peak_mb     most memory while it loads and renders, above what the process took with all code imported; None
                where the system does not tell. On a GPU: that of the tensors there
    parameters  numbers that were learned
    """

    peak_mb: float | None
    parameters: int


def footprint(domain: str, model: str, data: Path, split: str, device: str, layout: str = OWN) -> Footprint:
    """The footprint of a shipped model on the first photos of `split`, with as many threads as this process.

    Raises InputError, with the model's own complaint, when it cannot render.
    """
    arguments = ["--domain", domain, "--model", model, "--data", str(data.resolve()), "--split", split]
    arguments += ["--layout", layout, "--device", device]
    process = start_python("-m", "engine.evaluation.footprint", *arguments)
    try:
        out, errors = process.communicate()
    finally:
        if process.poll() is None:
            process.kill()
    if process.returncode != 0:
        lines = errors.strip().splitlines() or [f"its process ended with {process.returncode}"]
        raise InputError(lines[-1])
    told = json.loads(out.splitlines()[-1])
    return Footprint(**told)


def measure(domain_name: str, model: str, data: Path, split: str, device: str, layout: str) -> Footprint:
    """As `footprint`, in this process, which is a fresh one."""
    import torch

    from engine.domains import find_domain
    from engine.evaluation.protocols import cases_of, photos_of
    from engine.inference.session import Session
    from engine.models.building import load_translator

    domain = find_domain(domain_name)
    cases = list(cases_of(photos_of(data, domain, split, layout), domain, "warp", CASES))
    session = Session(device)
    on_gpu = session.device.type == "cuda"
    before = _start_peak()
    for case in cases:
        session.render(case.state(domain_name, model))
    peak = torch.cuda.max_memory_allocated() if on_gpu else _peak()
    peak_mb = None if peak is None or before is None else (peak if on_gpu else peak - before) / _MB
    parameters = load_translator(domain_name, model).parameters()
    return Footprint(peak_mb, sum(parameter.numel() for parameter in parameters))


def _start_peak() -> int | None:
    """Begin to watch for the peak; returns the bytes in use now, None where the system does not tell."""
    try:
        Path("/proc/self/clear_refs").write_text("5")  # forgets the peak so far
    except OSError:
        return _peak()
    return _status("VmRSS")


def _peak() -> int | None:
    """The most bytes of memory that this process held; None where the system does not tell."""
    # Not getrusage where there is another way: on Linux it begins with the peak of the process that started this one.
    if sys.platform == "linux":
        return _status("VmHWM")
    try:
        import resource
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _status(name: str) -> int | None:
    """A number of bytes that Linux tells of this process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:")), None)


def main() -> int:
    """Measure one model, print what was found as JSON. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("domain", "model", "split", "layout", "device"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--data", type=Path, required=True)
    arguments = parser.parse_args()
    try:
        chosen = (arguments.split, arguments.device, arguments.layout)
        found = measure(arguments.domain, arguments.model, arguments.data, *chosen)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    print(json.dumps(asdict(found)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
