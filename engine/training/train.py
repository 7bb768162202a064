"""The `train` command: from a data set folder to weights with their card."""

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from tqdm import tqdm

from engine.data.conditioned import ConditionedPhotos
from engine.data.depth_set import DepthSet, depth_sets
from engine.data.image_folder import ImageFolder, training_and_held_out
from engine.data.layouts.registry import LAYOUTS, OWN, find_layout
from engine.data.photo_set import HELD, PhotoSet
from engine.data.posed_set import PosedSet
from engine.data.side_by_side import SideBySide
from engine.data.sketches import Sketches
from engine.devices import pick_device
from engine.domains import Domain, find_domain
from engine.errors import InputError
from engine.models.depth import FACTORS
from engine.models.guided_pix2pix import CONDITIONINGS
from engine.training import distributed
from engine.training.course import Course
from engine.training.loop import Run, train
from engine.training.parser_course import ParserCourse
from engine.training.start_from import start_from
from engine.training.style_methods import FINAL, METHODS
from engine.weights.card import PHOTOS_SEEN
from engine.weights.registry import open_weights, save_weights

if TYPE_CHECKING:
    from engine.training.guided_tasks import GuidedTask


@dataclass(frozen=True)
class Preset:
    """Steps of a run and photos (or triplets) a step, for each process; whether networks are of published size."""

    steps: int
    batch: int
    published: bool = False


GUIDED = {f"guided-{conditioning}": conditioning for conditioning in CONDITIONINGS} | {"guided-texture": "bft"}

GUIDED_TASKS = ("exemplar", "texture", "pose", *(f"depth-x{factor}" for factor in FACTORS))

SMALL_SIDE, FULL_SIDE = 128, 256  # of the squares that depth upsampling learns from

SMALL_SIZE = (128, 192)  # width and height that the methods are compared at, each trained alike

PRESETS = {
    "rabit": {"small": Preset(4000, 4), "full": Preset(60000, 16)},
    "rabit-small": {"small": Preset(1200, 4), "full": Preset(60000, 16)},
    "cocosnet": {"small": Preset(1200, 4), "full": Preset(60000, 16, published=True)},
    "cocosnet2": {"small": Preset(1200, 4), "full": Preset(60000, 16, published=True)},
    "cocosnet2-small": {"small": Preset(1200, 4), "full": Preset(60000, 16, published=True)},
    "analyst": {"small": Preset(8000, 8), "full": Preset(20000, 32)},
    "step": {"small": Preset(6000, 8), "full": Preset(60000, 8, published=True)},
    "parser": {"small": Preset(700, 8), "full": Preset(6000, 32)},
    **{name: {"small": Preset(1200, 4), "full": Preset(60000, 8, published=True)} for name in GUIDED},
    "style-encoder": {"small": Preset(1600, 12), "full": Preset(20000, 12, published=True)},
}

SIDE_BY_SIDE = "side-by-side"

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
    parser.add_argument("--model", choices=sorted(PRESETS), default="rabit")
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
    preset = PRESETS[arguments.model][arguments.preset or ("full" if device.type == "cuda" else "small")]
    preset = replace(preset, steps=arguments.steps or preset.steps, batch=arguments.batch or preset.batch)
    rank, processes = distributed.start(device)
    try:
        torch.manual_seed(arguments.seed)
        course = _COURSES[arguments.model](arguments, domain, preset, device)
        if arguments.start_from:
            start_from(course.shipped, open_weights(arguments.start_from))
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
        photos = preset.steps * preset.batch * processes
        _export(arguments, domain, course, average.network, preset.steps, photos)
    return 0


def _domain(arguments: argparse.Namespace) -> Domain:
    if (arguments.task or "").startswith("depth"):
        return Domain("depth", "Depth", "depth", (FULL_SIDE, FULL_SIDE), (), arguments.model, {})
    if arguments.domain is None:
        raise InputError("Name the domain of the data with --domain; `python main.py domains` lists all.")
    return find_domain(arguments.domain)


def _parser(arguments: argparse.Namespace, domain: Domain, preset: Preset, device: torch.device) -> Course:
    training, held_out = _labelled_photos(arguments, domain, preset)
    return ParserCourse(domain, training, held_out, preset.batch, device)


def _analyst(arguments: argparse.Namespace, domain: Domain, preset: Preset, device: torch.device) -> Course:
    from engine.data.posed_photos import PosedPhotos
    from engine.training.analyst_course import AnalystCourse

    training, held_out = (PosedPhotos(arguments.data, domain, split) for split in ("train", "val"))
    return AnalystCourse(domain, training, held_out, preset.batch, device)


def _rabit(arguments: argparse.Namespace, domain: Domain, preset: Preset, device: torch.device) -> Course:
    from engine.training.rabit_course import RabitCourse, config_of

    size = SMALL_SIZE if arguments.model == "rabit-small" else None
    domain = replace(domain, size=size or domain.size)
    read = _posed_photos if domain.condition == "pose" else _labelled_photos
    training, held_out = read(arguments, domain, preset)
    config = replace(config_of(domain), size=size)
    course = RabitCourse(domain, training, held_out, preset.batch, device, arguments.perceptual, config)
    if arguments.generator_only:
        course.learn_generator_only()
    return course


def _step(arguments: argparse.Namespace, domain: Domain, preset: Preset, device: torch.device) -> Course:
    from engine.losses.perceptual import perceptual_network
    from engine.models.step import PUBLISHED_WIDTHS, StepConfig
    from engine.models.style_encoder import PUBLISHED, StyleEncoderConfig, load_style_encoder
    from engine.training.step_course import FEW_STEPS, StepCourse, painted_size

    method = METHODS[arguments.method]
    if method.pretrained and arguments.style_encoder is None:
        raise InputError(
            f"{arguments.method} starts from a style encoder; train one with --model style-encoder and name its "
            "weights folder with --style-encoder."
        )
    encoder = load_style_encoder(open_weights(arguments.style_encoder)) if arguments.style_encoder else None
    training, held_out = _conditioned_photos(arguments, domain, preset)
    whole = training.batch(training.names[:1])[0].shape[2:]
    height = arguments.size or (whole[0] if preset.published else whole[0] // 4)
    fresh = PUBLISHED if preset.published else StyleEncoderConfig(shrink=4)
    config = StepConfig(
        content_channels=3 if arguments.layout == SIDE_BY_SIDE else len(domain.classes),
        encoder=encoder.config if encoder else fresh,
        shrink=max(1, whole[0] // height),
    )
    perceptual = perceptual_network(domain, arguments.perceptual).to(device)
    size = painted_size(height, whole)
    course = partial(StepCourse, domain, training, held_out, preset.batch, size, device, method)
    if preset.published:
        return course(replace(config, widths=PUBLISHED_WIDTHS), perceptual, encoder)
    return course(config, perceptual, encoder, **FEW_STEPS)


def _cocosnet(arguments: argparse.Namespace, domain: Domain, preset: Preset, device: torch.device) -> Course:
    from engine.models.cocosnet import PUBLISHED_WIDTH, CocosNetConfig
    from engine.training.cocosnet_course import PUBLISHED_RATES, CocosNetCourse

    classes = len(domain.classes)
    if not preset.published:
        domain = replace(domain, size=SMALL_SIZE)
    config = CocosNetConfig(classes, domain.size)
    course = partial(CocosNetCourse, domain, *_labelled_photos(arguments, domain, preset), preset.batch, device)
    if preset.published:
        config = replace(config, width=PUBLISHED_WIDTH, generator_width=PUBLISHED_WIDTH, kernel=3, attention=True)
        return course(config, arguments.perceptual, PUBLISHED_RATES)
    return course(config, arguments.perceptual)


def _cocosnet2(arguments: argparse.Namespace, domain: Domain, preset: Preset, device: torch.device) -> Course:
    from engine.models.cocosnet2 import configurations
    from engine.models.cocosnet2_translator import CocosNet2TranslatorConfig
    from engine.training.cocosnet2_course import PUBLISHED_RATES, RATES, CocosNet2Course

    dense = arguments.model == "cocosnet2-small"
    if dense or not preset.published:
        domain = replace(domain, size=SMALL_SIZE)
    forms = ("dense", "trainable") if preset.published else ("small-dense", "small")
    network = configurations(len(domain.classes))[forms[0] if dense else forms[1]]
    config = CocosNet2TranslatorConfig(len(domain.classes), domain.size, network)
    course = partial(CocosNet2Course, domain, *_labelled_photos(arguments, domain, preset), preset.batch, device)
    return course(config, arguments.perceptual, PUBLISHED_RATES if preset.published else RATES)


def _guided(arguments: argparse.Namespace, domain: Domain, preset: Preset, device: torch.device) -> Course:
    from engine.training.guided_course import FEW_STEPS, GuidedCourse

    if (arguments.task or "").startswith("depth"):
        task, shipped = _depth_task(arguments, preset)
    else:
        task, shipped = _guided_task(arguments, domain, preset)
    return GuidedCourse(task, shipped, preset.batch, device, **{} if preset.published else FEW_STEPS)


def _guided_task(
    arguments: argparse.Namespace, domain: Domain, preset: Preset
) -> "tuple[GuidedTask, torch.nn.Module]":
    """What is learned from, and a fresh translator for it."""
    from engine.conditions.texture import bare_classes
    from engine.models.guided import GuidedTranslatorConfig, guided_translator, network_of, small_network
    from engine.training.guided_tasks import ExemplarTask, PoseTask, TextureTask

    posed = domain.condition == "pose"
    usual = "texture" if arguments.model == "guided-texture" else "pose" if posed else "exemplar"
    name, classes = arguments.task or usual, len(domain.classes)
    if (name == "pose") != posed:
        raise InputError(f"The task {name} does not fit the domain {domain.name}; choose another task or domain.")
    domain = domain if preset.published else replace(domain, size=SMALL_SIZE)
    network = network_of(name, GUIDED[arguments.model], classes)
    network = network if preset.published else small_network(network)
    bare = bare_classes(domain) if name == "texture" else ()
    translator = guided_translator(GuidedTranslatorConfig(name, classes, domain.size, network, bare))
    if posed:
        return PoseTask(*_posed_photos(arguments, domain, preset)), translator
    photos = _labelled_photos(arguments, domain, preset)
    if name == "texture":
        return TextureTask(*photos, Sketches(arguments.data, domain.size)), translator
    return ExemplarTask(domain, *photos), translator


def _depth_task(arguments: argparse.Namespace, preset: Preset) -> "tuple[GuidedTask, torch.nn.Module]":
    """As `_guided_task`, with what makes depth maps fine."""
    from engine.models.depth import DepthConfig, DepthUpsampler, depth_network
    from engine.models.guided import small_network
    from engine.training.guided_tasks import DepthTask

    training, held_out = depth_sets(arguments.data)
    _read_all(arguments, preset, training, held_out)
    network = depth_network(GUIDED[arguments.model])
    network = network if preset.published else small_network(network)
    factor = FACTORS[GUIDED_TASKS.index(arguments.task) - len(GUIDED_TASKS)]
    upsampler = DepthUpsampler(DepthConfig(factor, training.largest(), network))
    return DepthTask(upsampler, training, held_out, FULL_SIDE if preset.published else SMALL_SIDE), upsampler


def _style_encoder(arguments: argparse.Namespace, domain: Domain, preset: Preset, device: torch.device) -> Course:
    from engine.models.style_encoder import PUBLISHED, StyleEncoderConfig
    from engine.training.style_encoder_course import StyleEncoderCourse

    training, held_out = (ImageFolder(paths, domain.size) for paths in training_and_held_out(arguments.data))
    course = partial(StyleEncoderCourse, domain, training, held_out, preset.batch, device, vgg19=arguments.perceptual)
    if preset.published:
        return course(PUBLISHED)
    return course(StyleEncoderConfig(shrink=4), far=len(training) // 2, rate=3e-3)  # one core learns it in minutes


_COURSES: dict[str, Callable[[argparse.Namespace, Domain, Preset, torch.device], Course]] = {
    "analyst": _analyst,
    "cocosnet": _cocosnet,
    "cocosnet2": _cocosnet2,
    "cocosnet2-small": _cocosnet2,
    "parser": _parser,
    "rabit": _rabit,
    "rabit-small": _rabit,
    "step": _step,
    **dict.fromkeys(GUIDED, _guided),
    "style-encoder": _style_encoder,
}


def _labelled_photos(arguments: argparse.Namespace, domain: Domain, preset: Preset) -> tuple[PhotoSet, PhotoSet]:
    """The splits train and val, each photo read. Raises InputError where the domain is one of poses."""
    if domain.condition == "pose":
        raise InputError(
            f"{arguments.model} learns from label maps and the domain {domain.name} is conditioned on poses; choose "
            "another model or domain."
        )
    layout = find_layout(arguments.layout, domain)
    training, held_out = (PhotoSet(arguments.data, domain, split, layout) for split in ("train", "val"))
    _read_all(arguments, preset, training, held_out)
    return training, held_out


def _posed_photos(arguments: argparse.Namespace, domain: Domain, preset: Preset) -> tuple[PosedSet, PosedSet]:
    """As `_labelled_photos`, of all photos with a pose."""
    layout = find_layout(arguments.layout, domain)
    training, held_out = (PosedSet(arguments.data, domain, split, layout) for split in ("train", "val"))
    _read_all(arguments, preset, training, held_out)
    return training, held_out


def _read_all(arguments: argparse.Namespace, preset: Preset, *sets: PhotoSet | PosedSet | DepthSet) -> None:
    """Read every photo that stays in memory: bad data is found now, not an hour into the run."""
    for photos in sets:
        for name in tqdm(photos.names[:HELD], "reading photos", unit="photo", disable=None):
            photos.read(name)
    _check_batch(arguments.data, len(sets[0].names), preset)


def _conditioned_photos(
    arguments: argparse.Namespace, domain: Domain, preset: Preset
) -> tuple[ConditionedPhotos, ConditionedPhotos]:
    """The splits train and val, with their label maps or the pictures beside them."""
    if arguments.layout != SIDE_BY_SIDE:
        return _labelled_photos(arguments, domain, preset)
    area = domain.size[0] * domain.size[1]
    training, held_out = (SideBySide(arguments.data, s, area, arguments.direction) for s in ("train", "val"))
    _check_batch(arguments.data, len(training.names), preset)
    return training, held_out


def _check_batch(folder: Path, photos: int, preset: Preset) -> None:
    if preset.batch > photos:
        raise InputError(f"{folder} has {photos} training photos, fewer than --batch {preset.batch}.")


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
