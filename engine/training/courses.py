"""The course of each model that can be trained, with its presets.

A module of a course is imported only when its model is named, so that help comes at once.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import torch

from engine.data.image_folder import ImageFolder, training_and_held_out
from engine.data.sketches import Sketches
from engine.domains import Domain
from engine.errors import InputError
from engine.models.depth import FACTORS
from engine.models.guided_pix2pix import CONDITIONINGS
from engine.training.course import Course
from engine.training.reading import (
    SIDE_BY_SIDE,
    conditioned_photos,
    labelled_photos,
    photos_with_depth,
    posed_photos,
)
from engine.training.style_methods import METHODS
from engine.weights.registry import open_weights

if TYPE_CHECKING:
    from engine.training.guided_tasks import GuidedTask

GUIDED = {f"guided-{conditioning}": conditioning for conditioning in CONDITIONINGS} | {"guided-texture": "bft"}

DEPTH_TASKS = {f"depth-x{factor}": factor for factor in FACTORS}
GUIDED_TASKS = ("exemplar", "texture", "pose", *DEPTH_TASKS)

SMALL_SIDE, FULL_SIDE = 128, 256  # of the squares that depth upsampling learns from


@dataclass(frozen=True)
class Preset:
    """Steps of a run and photos (or triplets) a step, for each process; whether networks are of published size."""

    steps: int
    batch: int
    published: bool = False


Build = Callable[[argparse.Namespace, Domain, Preset, torch.device], Course]


@dataclass(frozen=True)
class Training:
    """How a model is trained: its course, in what two CPU cores can bear and in full.

    `build` makes the course of the command's options; it raises InputError for data, options or weights that cannot
    be used.
    """

    build: Build
    small: Preset
    full: Preset


def _parser(arguments: argparse.Namespace, domain: Domain, preset: Preset, device: torch.device) -> Course:
    from engine.training.parser_course import ParserCourse

    training, held_out = labelled_photos(arguments, domain, preset.batch)
    return ParserCourse(domain, training, held_out, preset.batch, device)


def _analyst(arguments: argparse.Namespace, domain: Domain, preset: Preset, device: torch.device) -> Course:
    from engine.data.posed_photos import PosedPhotos
    from engine.training.analyst_course import AnalystCourse

    training, held_out = (PosedPhotos(arguments.data, domain, split) for split in ("train", "val"))
    return AnalystCourse(domain, training, held_out, preset.batch, device)


def _rabit(arguments: argparse.Namespace, domain: Domain, preset: Preset, device: torch.device) -> Course:
    from engine.training.rabit_course import RabitCourse, config_of

    size = domain.half_size if arguments.model == "rabit-small" else None
    domain = replace(domain, size=size or domain.size)
    read = posed_photos if domain.condition == "pose" else labelled_photos
    training, held_out = read(arguments, domain, preset.batch)
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
    training, held_out = conditioned_photos(arguments, domain, preset.batch)
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

    domain = _sized(domain, preset)
    config = CocosNetConfig(len(domain.classes), domain.size, edges=domain.edges)
    photos = labelled_photos(arguments, domain, preset.batch)
    course = partial(CocosNetCourse, domain, *photos, preset.batch, device)
    if preset.published:
        config = replace(config, width=PUBLISHED_WIDTH, generator_width=PUBLISHED_WIDTH, kernel=3, attention=True)
        return course(config, arguments.perceptual, PUBLISHED_RATES)
    return course(config, arguments.perceptual)


def _cocosnet2(arguments: argparse.Namespace, domain: Domain, preset: Preset, device: torch.device) -> Course:
    from engine.models.cocosnet2 import configurations
    from engine.models.cocosnet2_translator import CocosNet2TranslatorConfig
    from engine.training.cocosnet2_course import PUBLISHED_RATES, RATES, CocosNet2Course

    dense = arguments.model == "cocosnet2-small"
    domain = replace(domain, size=domain.half_size) if dense else _sized(domain, preset)
    forms = ("dense", "trainable") if preset.published else ("small-dense", "small")
    network = configurations(len(domain.classes))[forms[0] if dense else forms[1]]
    config = CocosNet2TranslatorConfig(len(domain.classes), domain.size, network)
    photos = labelled_photos(arguments, domain, preset.batch)
    course = partial(CocosNet2Course, domain, *photos, preset.batch, device)
    return course(config, arguments.perceptual, PUBLISHED_RATES if preset.published else RATES)


def _guided(arguments: argparse.Namespace, domain: Domain, preset: Preset, device: torch.device) -> Course:
    from engine.training.guided_course import FEW_STEPS, GuidedCourse

    if arguments.task in DEPTH_TASKS:
        task, shipped = _depth_task(arguments, preset)
    else:
        task, shipped = _guided_task(arguments, _sized(domain, preset), preset)
    return GuidedCourse(task, shipped, preset.batch, device, **{} if preset.published else FEW_STEPS)


def _guided_task(arguments: argparse.Namespace, domain: Domain, preset: Preset) -> "tuple[GuidedTask, torch.nn.Module]":
    """What is learned from, and a fresh translator for it."""
    from engine.conditions.texture import bare_classes
    from engine.models.guided import GuidedTranslatorConfig, guided_translator, network_of, small_network
    from engine.training.guided_tasks import ExemplarTask, PoseTask, TextureTask

    posed = domain.condition == "pose"
    usual = "texture" if arguments.model == "guided-texture" else "pose" if posed else "exemplar"
    name, classes = arguments.task or usual, len(domain.classes)
    if (name == "pose") != posed:
        raise InputError(f"The task {name} does not fit the domain {domain.name}; choose another task or domain.")
    network = network_of(name, GUIDED[arguments.model], classes)
    network = network if preset.published else small_network(network)
    bare = bare_classes(domain) if name == "texture" else ()
    translator = guided_translator(GuidedTranslatorConfig(name, classes, domain.size, network, bare))
    if posed:
        return PoseTask(*posed_photos(arguments, domain, preset.batch)), translator
    photos = labelled_photos(arguments, domain, preset.batch)
    if name == "texture":
        return TextureTask(*photos, Sketches(arguments.data, domain.size), bare), translator
    return ExemplarTask(domain, *photos), translator


def _depth_task(arguments: argparse.Namespace, preset: Preset) -> "tuple[GuidedTask, torch.nn.Module]":
    """As `_guided_task`, with what makes depth maps fine."""
    from engine.models.depth import DepthConfig, DepthUpsampler, depth_network
    from engine.models.guided import small_network
    from engine.training.guided_tasks import DepthTask

    training, held_out = photos_with_depth(arguments, preset.batch)
    network = depth_network(GUIDED[arguments.model])
    network = network if preset.published else small_network(network)
    upsampler = DepthUpsampler(DepthConfig(DEPTH_TASKS[arguments.task], training.largest(), network))
    return DepthTask(upsampler, training, held_out, FULL_SIDE if preset.published else SMALL_SIDE), upsampler


def _style_encoder(arguments: argparse.Namespace, domain: Domain, preset: Preset, device: torch.device) -> Course:
    from engine.models.style_encoder import PUBLISHED, StyleEncoderConfig
    from engine.training.style_encoder_course import StyleEncoderCourse

    training, held_out = (ImageFolder(paths, domain.size) for paths in training_and_held_out(arguments.data))
    course = partial(StyleEncoderCourse, domain, training, held_out, preset.batch, device, vgg19=arguments.perceptual)
    if preset.published:
        return course(PUBLISHED)
    return course(StyleEncoderConfig(shrink=4), far=len(training) // 2, rate=3e-3)  # one core learns it in minutes


def _sized(domain: Domain, preset: Preset) -> Domain:
    """The domain at the size that the preset trains at; small forms are all trained alike."""
    return domain if preset.published else replace(domain, size=domain.half_size)


_FULL = Preset(60000, 16, published=True)
_FEW = Preset(1200, 4)

TRAININGS = {
    "analyst": Training(_analyst, small=Preset(8000, 8), full=Preset(20000, 32)),
    "cocosnet": Training(_cocosnet, small=_FEW, full=_FULL),
    "cocosnet2": Training(_cocosnet2, small=_FEW, full=_FULL),
    "cocosnet2-small": Training(_cocosnet2, small=_FEW, full=_FULL),
    **{name: Training(_guided, small=Preset(4000, 8), full=Preset(60000, 8, published=True)) for name in GUIDED},
    "parser": Training(_parser, small=Preset(700, 8), full=Preset(6000, 32)),
    "rabit": Training(_rabit, small=Preset(4000, 4), full=Preset(60000, 16)),
    "rabit-small": Training(_rabit, small=_FEW, full=Preset(60000, 16)),
    "step": Training(_step, small=Preset(6000, 8), full=Preset(60000, 8, published=True)),
    "style-encoder": Training(_style_encoder, small=Preset(1600, 12), full=Preset(20000, 12, published=True)),
}
