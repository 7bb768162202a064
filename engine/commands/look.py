"""How a picture is to look, as a user says it: exemplars with weights, a style preset, axes, a random style."""

import argparse
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

from engine.commands.labelling import Labelling
from engine.commands.parser import amount_of, drawn, number_of, weighted
from engine.conditions.condition_file import read_condition
from engine.domains import Domain
from engine.errors import InputError
from engine.images import read_photo, resize_labels
from engine.inference.preset import Preset, read_preset, read_style
from engine.inference.state import Exemplar, Keypoints, Pixels
from engine.inference.style_entry import MAX_EXEMPLARS
from engine.models.style_axes import STYLES, style_axes
from engine.style import AXIS_LIMIT, PLAIN, Style
from engine.weights.registry import Weights, find_weights


@dataclass(frozen=True)
class ExemplarFiles:
    """An exemplar's photo and condition, None where it is to be found; `weight` is None where the user gave none."""

    photo: Path
    condition: Path | None
    weight: float | None = None

    def read(self, domain: Domain, labelling: Labelling) -> Exemplar:
        """The exemplar; raises InputError when a file cannot be used, or no person is found."""
        photo = read_photo(self.photo)
        if self.condition is None:
            return labelling.exemplar(photo, self.photo, domain)
        size = (photo.shape[1], photo.shape[0])
        labels, pose = read_condition(self.condition, domain, size)
        keypoints = None if pose is None else Keypoints(pose)
        return Exemplar(Pixels(photo), Pixels(resize_labels(labels, size)), self.photo.name, keypoints)

    def read_whole(self, domain: Domain, labelling: Labelling) -> Exemplar:
        """As `read`, but all of the photo, also where its label map is found in it."""
        if self.condition is not None:
            return self.read(domain, labelling)
        return labelling.whole(read_photo(self.photo), self.photo, domain)


@dataclass(frozen=True)
class Look:
    """What was said of the look; the rest is the preset's, or plain.

    preset    file of a style preset
    sample    seed of a random style, and how far it replaces the mixed one, in [0, 1]
    axes      steps along principal axes, by the axis's name or number from 1
    sources   number, from 1, of the exemplar that a class takes its look from, by the class's name
    content   photo that is kept where nothing is edited; it is the exemplar where neither one nor a preset is named
    """

    exemplars: tuple[ExemplarFiles, ...] = ()
    preset: Path | None = None
    sample: tuple[int, float] | None = None
    axes: Mapping[str, float] = field(default_factory=dict)
    sources: Mapping[str, int] = field(default_factory=dict)
    content: ExemplarFiles | None = None

    @property
    def files(self) -> Iterator[Path]:
        """All files that it names."""
        for exemplar in self._photos:
            yield from (path for path in (exemplar.photo, exemplar.condition) if path is not None)
        if self.preset is not None:
            yield self.preset

    @property
    def unlabelled(self) -> Path | None:
        """The first photo whose label map is to be found in it."""
        return next((exemplar.photo for exemplar in self._photos if exemplar.condition is None), None)

    @property
    def _photos(self) -> tuple[ExemplarFiles, ...]:
        return self.exemplars if self.content is None else (*self.exemplars, self.content)

    @property
    def settings(self) -> dict:
        """For JSON: everything said besides the files' contents; empty for one exemplar as it is."""
        said = {
            "weights": [exemplar.weight for exemplar in self.exemplars] if len(self.exemplars) > 1 else None,
            "preset": None if self.preset is None else True,
            "sample": self.sample,
            "axes": dict(self.axes),
            "sources": dict(self.sources),
            "preserve": None if self.content is None else {"labels": self.content.condition is not None},
        }
        return {name: value for name, value in said.items() if value}

    def mixed(
        self, domain: Domain, model: str, labelling: Labelling | None = None
    ) -> tuple[tuple[Exemplar, ...], tuple[float, ...], Style]:
        """The exemplars, their weights and the style. Raises InputError for what cannot be used, or not together.

        `labelling` finds label maps that are not given; it is one for all looks of a run.
        """
        preset = None if self.preset is None else self._fitting_preset(domain, model)
        style = PLAIN if preset is None else preset.style
        count = len(self.exemplars or (preset.exemplars if preset else self._photos))
        if not 1 <= count <= MAX_EXEMPLARS:
            raise self._wrong_count(count)
        weights = self._weights(preset, count)
        sample, surprise = self.sample or (style.sample, style.surprise)
        steps = self._steps(style, domain, model)
        if sample is not None:
            find_style_space(domain.name, model)
        style = Style.of(self._class_weights(style, domain, count), steps, sample, surprise)
        if self.exemplars:
            labelling = labelling or Labelling()
            return tuple(files.read(domain, labelling) for files in self.exemplars), weights, style
        if preset is not None:
            return preset.exemplars, weights, style
        assert self.content is not None
        return (self.content.read_whole(domain, labelling or Labelling()),), weights, style

    @property
    def uses_style_space(self) -> bool:
        """Whether axes are moved or a style is drawn. Raises InputError when the preset cannot be read."""
        style = PLAIN if self.preset is None else read_style(self.preset)
        return bool(self.axes or style.axes) or self.sample is not None or style.sample is not None

    def _fitting_preset(self, domain: Domain, model: str) -> Preset:
        preset = read_preset(self.preset)
        if preset.domain != domain.name:
            what = f"is for {preset.domain}, not for {domain.name}"
            raise InputError(f"The style preset {self.preset} {what}; choose another one.")
        if (preset.style.axes or preset.style.sample is not None) and preset.model not in (None, model):
            what = f"moves in the styles of the model {preset.model}, not of {model}"
            raise InputError(f"The style preset {self.preset} {what}; choose that model or another preset.")
        given, meant = len(self.exemplars), len(preset.weights)
        said = given == 1 or any(exemplar.weight is not None for exemplar in self.exemplars)
        if given and meant and given != meant and (preset.style.class_weights or not said):
            remedy = f"give {meant}" if preset.style.class_weights else f"give {meant}, or a weight to each"
            raise InputError(f"The style preset {self.preset} weighs {meant} exemplars, not {given}; {remedy}.")
        return preset

    def _wrong_count(self, count: int) -> InputError:
        if count:
            return InputError(f"There are {count} exemplars; give {MAX_EXEMPLARS} at most.")
        if self.preset is not None:
            return InputError(f"The style preset {self.preset} brings no exemplars; name them besides.")
        return InputError("No exemplar is named; name one, or a style preset that brings its own.")

    def _weights(self, preset: Preset | None, count: int) -> tuple[float, ...]:
        said = [exemplar.weight for exemplar in self.exemplars]
        if not said and preset is None:
            return (1.0,)
        if preset is not None and preset.weights and len(preset.weights) == count and said.count(None) == len(said):
            return preset.weights
        weights = tuple(1.0 if weight is None else weight for weight in said)
        if not 0 < sum(weights) < math.inf:
            raise InputError("The weights of the exemplars are all 0, or too large; give one a weight above 0.")
        return weights

    def _class_weights(self, style: Style, domain: Domain, count: int) -> dict[int, tuple[float, ...]]:
        own = style.weights_of_class
        for name, number in self.sources.items():
            if not 1 <= number <= count:
                raise InputError(f"There is no exemplar {number} for {name}; there are {count}, counted from 1.")
            own[domain.class_named(name).id] = tuple(float(index == number) for index in range(1, count + 1))
        return own

    def _steps(self, style: Style, domain: Domain, model: str) -> list[float]:
        if not self.axes and not style.axes:
            return []
        find_style_space(domain.name, model)
        names = [axis.name for axis in style_axes(domain.name, model)]
        if len(style.axes) > len(names):
            what = f"moves along {len(style.axes)} axes, but {model} has {len(names)}"
            raise InputError(f"The style preset {self.preset} {what}; choose another one.")
        steps = [*style.axes, *[0.0] * (len(names) - len(style.axes))]
        for axis, amount in self.axes.items():
            if not abs(amount) <= AXIS_LIMIT:
                raise InputError(
                    f"The axis {axis} cannot go to {amount}; stay within {-AXIS_LIMIT:g} and {AXIS_LIMIT:g}."
                )
            steps[_axis_index(axis, names)] = amount
        return steps


NOTHING_SAID = Look()


def find_style_space(domain: str, model: str) -> Weights:
    """The weights of the model's style space; raises InputError where it has none."""
    try:
        return find_weights(domain, model + STYLES)
    except InputError as error:
        raise InputError(
            f"The model {model} for {domain} has no style space, which axes and random styles need; "
            "make one with `main.py fit-styles`."
        ) from error


def add_look(parser: argparse.ArgumentParser) -> None:
    """Declare the options of a look."""
    parser.add_argument(
        "--exemplar", type=weighted, action="append", default=[], metavar="PHOTO[:WEIGHT]",
        help="photo whose appearance is borrowed; several are mixed by weight (default: 1 each)",
    )  # fmt: skip
    parser.add_argument(
        "--exemplar-condition", type=Path, action="append", default=[],
        help="label map or pose of the exemplar, in their order; where there is none, it is found in the photo",
    )  # fmt: skip
    parser.add_argument("--style", type=Path, metavar="PRESET", help="style preset, .warpaint-style or .json")
    parser.add_argument(
        "--from", type=number_of, action="append", default=[], dest="sources", metavar="CLASS=N",
        help="take a class from the N-th exemplar alone",
    )  # fmt: skip
    parser.add_argument(
        "--sample",
        type=drawn,
        metavar="SEED[:AMOUNT]",
        help="a random style; AMOUNT in 0 to 1 blends it in (default: 1)",
    )
    parser.add_argument(
        "--axis", type=amount_of, action="append", default=[], metavar="AXIS=AMOUNT",
        help=f"move the style along an axis, named or numbered from 1, by up to ±{AXIS_LIMIT:g}",
    )  # fmt: skip
    parser.add_argument(
        "--preserve", type=Path, metavar="PHOTO",
        help="photo that is edited: it is kept, pixel for pixel, where the condition is as before; the exemplar "
        "where no other is named",
    )  # fmt: skip
    parser.add_argument(
        "--preserve-labels", type=Path, metavar="LABELS",
        help="label map of that photo before the edit; where there is none, it is found in the photo",
    )  # fmt: skip


def look_of(arguments: argparse.Namespace) -> Look:
    """The look that the options describe. Raises InputError for a label map without exemplar."""
    photos, conditions = arguments.exemplar, arguments.exemplar_condition
    if len(conditions) > len(photos):
        raise InputError(f"The condition {conditions[len(photos)]} has no exemplar; name it by --exemplar.")
    if arguments.preserve is None and arguments.preserve_labels is not None:
        raise InputError(f"The label map {arguments.preserve_labels} has no photo; name it by --preserve.")
    return Look(
        tuple(
            ExemplarFiles(photo, condition, weight) for (photo, weight), condition in zip_longest(photos, conditions)
        ),
        arguments.style,
        arguments.sample,
        dict(arguments.axis),
        dict(arguments.sources),
        None if arguments.preserve is None else ExemplarFiles(arguments.preserve, arguments.preserve_labels),
    )


def _axis_index(axis: str, names: list[str]) -> int:
    folded = [name.casefold() for name in names]
    if axis.casefold() in folded:
        return folded.index(axis.casefold())
    if axis.isdecimal() and 1 <= int(axis) <= len(names):
        return int(axis) - 1
    known = ", ".join(f"{number} {name}" for number, name in enumerate(names, 1))
    raise InputError(f"The style space has no axis {axis!r}; it has {known}.")
