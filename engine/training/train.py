"""The `train` command: from a data set folder to weights with their card."""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import torch

from engine.data.layouts.registry import LAYOUTS, OWN
from engine.devices import pick_device
from engine.domains import Domain, find_domain
from engine.errors import InputError
from engine.training import distributed
from engine.training.course import Course
from engine.training.courses import DEPTH_TASKS, FULL_SIDE, GUIDED_TASKS, TRAININGS
from engine.training.loop import Run, train
from engine.training.reading import SIDE_BY_SIDE
from engine.training.start_from import start_from, trained_before
from engine.training.style_methods import FINAL, METHODS
from engine.weights.card import PHOTOS_SEEN
from engine.weights.registry import open_weights, save_weights

_LAYOUT_HELP = (
    f"how --data is arranged: {OWN}: photos/ with labels/ or poses.json; the others: as the authors of these data sets "
    f"and of CoCosNet have them; {SIDE_BY_SIDE} (for step): train/ and val/ with pictures A|B, as pix2pix has them"
)
_TASK_HELP = (
    "for guided: what guides what (default: texture for guided-texture, pose in domains of poses, else exemplar); "
    "texture may have sketches/, depth has photos/ and depth/ with PNGs of 8 or 16 bits"
)
_DATA_HELP = "folder with photos/, labels/, lists and pairs.json; for style-encoder any folder of images"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `train`."""
    parser.add_argument("--domain", help="the domain whose classes the label maps use (depth upsampling needs none)")
    parser.add_argument("--data", type=Path, required=True, help=_DATA_HELP)
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoint, log and sample sheets")
    parser.add_argument("--model", choices=sorted(TRAININGS), default="rabit")
    parser.add_argument("--task", choices=GUIDED_TASKS, help=_TASK_HELP)
    step = parser.add_argument_group("for step")
    step.add_argument("--style-encoder", type=Path, help="weights folder that `--model style-encoder` wrote")
    step.add_argument("--method", choices=sorted(METHODS), default=FINAL, help="StEP's own are step-v1 to v4")
    step.add_argument("--size", type=int, help="height that is trained at (default: the full height, small a quarter)")
    step.add_argument("--direction", choices=("a-to-b", "b-to-a"), default="a-to-b", help="of pictures side by side")
    parser.add_argument("--layout", choices=(*LAYOUTS, SIDE_BY_SIDE), default=OWN, help=_LAYOUT_HELP)
    parser.add_argument("--start-from", type=Path, help="weights folder to begin with, as far as its shapes fit")
    parser.add_argument("--generator-only", action="store_true", help="for rabit: the alignment stays as it begins")
    parser.add_argument("--preset", choices=("small", "full"), help="small fits 2 CPU cores (default: by device)")
    parser.add_argument("--steps", type=int, help="steps in all (default: the preset's)")
    parser.add_argument("--batch", type=int, help="photos a step and process (default: the preset's)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--precision", choices=("auto", "float32", "bf16"), default="auto", help="auto: bf16 on CUDA")
    parser.add_argument("--save-every", type=int, default=500, help="steps between checkpoints and sample sheets")
    parser.add_argument("--log-every", type=int, default=20, help="steps between lines of log.jsonl")
    parser.add_argument("--perceptual", type=Path, help="VGG-19 weights (.pth or .safetensors) for the losses")
    parser.add_argument("--licence", default="not recorded", help="licence of the data, for the card")
    parser.add_argument("--export", type=Path, help="weights folder to write at the end (default: OUT/weights)")


def run(arguments: argparse.Namespace) -> int:
    """Train until done, then export the averaged weights. Returns the exit code.

    Raises InputError for data, options or checkpoints that cannot be used.
    """
    domain = _domain(arguments)
    device = pick_device(arguments.device)
    training = TRAININGS[arguments.model]
    full = device.type == "cuda" if arguments.preset is None else arguments.preset == "full"
    preset = training.full if full else training.small
    preset = replace(preset, steps=arguments.steps or preset.steps, batch=arguments.batch or preset.batch)
    rank, processes = distributed.start(device)
    try:
        torch.manual_seed(arguments.seed)
        course = training.build(arguments, domain, preset, device)
        earlier_steps, earlier_photos = 0, 0
        if arguments.start_from:
            begun = open_weights(arguments.start_from)
            start_from(course.shipped, begun)
            earlier_steps, earlier_photos = trained_before(begun.card, arguments.model, domain.name)
        run_settings = Run(
            out=arguments.out,
            steps=preset.steps,
            seed=arguments.seed,
            save_every=arguments.save_every,
            log_every=arguments.log_every,
            precision=_precision(arguments.precision, device),
            device=device,
        )
        average = train(course, run_settings, rank, {"model": arguments.model, "batch": preset.batch})
    finally:
        distributed.finish()
    if rank == 0:
        course.finish(average.network)
        steps, photos = earlier_steps + preset.steps, earlier_photos + preset.steps * preset.batch * processes
        _export(arguments, domain, course, average.network, steps, photos)
    return 0


def _domain(arguments: argparse.Namespace) -> Domain:
    if arguments.task in DEPTH_TASKS:
        return Domain("depth", "Depth", "depth", (FULL_SIDE, FULL_SIDE), (), arguments.model, {})
    if arguments.domain is None:
        raise InputError("Name the domain of the data with --domain; `python main.py domains` lists all.")
    return find_domain(arguments.domain)


def _precision(name: str, device: torch.device) -> torch.dtype:
    if name == "auto":
        return torch.bfloat16 if device.type == "cuda" else torch.float32
    return torch.bfloat16 if name == "bf16" else torch.float32


def _export(
    arguments: argparse.Namespace, domain: Domain, course: Course, network: torch.nn.Module, steps: int, photos: int
) -> None:
    """Write the weights; `photos` is how many were seen, each as often as it was."""
    folder = arguments.export or arguments.out / "weights"
    last = json.loads((arguments.out / "log.jsonl").read_text().splitlines()[-1])
    measured = {f"training {name}": value for name, value in last.items() if name not in ("step", "seconds")}
    save_weights(
        folder,
        model=arguments.model,
        domain=domain.name,
        config=course.config(),
        state_dict=network.state_dict(),
        data=f"{arguments.data.name}, training split",
        steps=steps,
        seed=arguments.seed,
        licence=arguments.licence,
        metrics={PHOTOS_SEEN: photos} | measured | course.figures(network),
    )
