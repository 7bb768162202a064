"""Translators of one domain, compared on the same questions: pictures, warps, time, memory and training.

Their renders run in turns, so that a machine that is busy for a moment slows all of them alike.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from engine.data.layouts.registry import OWN
from engine.domains import Domain
from engine.errors import InputError
from engine.evaluation.footprint import Footprint, footprint
from engine.evaluation.metrics import class_color_differences, psnr, ssim, swd
from engine.evaluation.protocols import PROTOCOLS, Case, cases_of, photos_of
from engine.files import reason
from engine.images import resize_labels, resize_photo
from engine.inference.session import Session
from engine.inference.state import EditState, Frame
from engine.models.names import TRANSLATORS, title_of, trained_size
from engine.weights.card import PHOTOS_SEEN
from engine.weights.registry import Weights, find_weights, list_models

LEAST_PHOTOS = 2  # with one alone, a method would meet its last condition again and answer from memory

Pictures = dict[str, np.ndarray]
Watch = Callable[[str, Case, Pictures], None]


@dataclass
class Figures:
    """Figures of one kind of picture, one number a photo (colours: a class of a photo), by protocol and name."""

    numbers: dict[str, dict[str, list[float]]] = field(default_factory=dict)

    def add(self, protocol: str, case: Case, picture: np.ndarray, domain: Domain) -> None:
        """Measure one picture, RGB uint8 of the condition's size."""
        measured = _color_errors(picture, case) if protocol == "swap" else _likeness(picture, case, domain)
        found = self.numbers.setdefault(protocol, {})
        for name, values in measured.items():
            found.setdefault(name, []).extend(values)

    def means(self) -> dict[str, dict[str, float]] | None:
        """By protocol; None where nothing was measured."""
        if not self.numbers:
            return None
        return {
            protocol: {name: float(np.nanmean(values)) for name, values in found.items() if values}
            for protocol, found in self.numbers.items()
        }


@dataclass
class Method:
    """A translator under comparison. `failure` is one sentence, after which nothing more is asked of it."""

    weights: Weights
    session: Session
    picture: Figures = field(default_factory=Figures)
    warp: Figures = field(default_factory=Figures)
    seconds: list[float] = field(default_factory=list)
    footprint: Footprint | None = None
    failure: str | None = None

    @property
    def name(self) -> str:
        return self.weights.folder.name

    def attempt(self, action: Callable[[], object]) -> None:
        """Run `action`; a fault of whatever kind is this method's alone."""
        try:
            action()
        except Exception as error:  # the other methods go on
            self.failure = reason(error)

    def ask(self, protocol: str, case: Case, domain: Domain) -> Frame:
        """Answer a question; its figures and its time are kept."""
        state = case.state(domain.name, self.name)
        start = time.perf_counter()
        frame = self.render(state)
        self.seconds.append(time.perf_counter() - start)
        self.picture.add(protocol, case, frame.image, domain)
        if frame.warp is not None:
            self.warp.add(protocol, case, frame.warp, domain)
        return frame

    def render(self, state: EditState) -> Frame:
        """The exact picture of a state."""
        frame = self.session.render(state)
        assert frame is not None
        return frame

    def report(self, domain: Domain) -> dict:
        """All that was found, ready for JSON."""
        card = self.weights.card
        return {
            "title": title_of(self.name),
            "failure": self.failure,
            "picture": self.picture.means(),
            "warp": self.warp.means(),
            "seconds": float(np.median(self.seconds)) if self.seconds else None,
            "peak_mb": self.footprint.peak_mb if self.footprint else None,
            "parameters": self.footprint.parameters if self.footprint else None,
            "weights_mb": sum(file.size for file in card.files) / 1e6,
            "data": card.data,
            "steps": card.steps,
            "photos_seen": card.metrics.get(PHOTOS_SEEN),
            "size": trained_size(card.config, domain.size),
        }


def shipped_methods(domain: Domain) -> list[Weights]:
    """All translators that have weights for the domain, imported ones too; raises InputError when there are none."""
    there = list_models(domain.name)
    found = [weights for weights in there if weights.card.published or weights.folder.name in TRANSLATORS]
    if not found:
        raise InputError(f"There are no weights of a translator for {domain.name}; train one with `main.py train`.")
    return found


def compare(
    domain: Domain,
    data_dir: Path,
    split: str,
    models: Sequence[str] = (),
    limit: int | None = None,
    *,
    layout: str = OWN,
    device: str = "cpu",
    watch: Watch = lambda protocol, case, pictures: None,
) -> dict:
    """The figures of `models` (all translators with weights, unless named) on the first `limit` photos of `split`.

    `layout` says how `data_dir` is arranged (engine/data/layouts).
    `watch` gets each question with the methods' pictures by name; those that failed are absent. In the report, by
    method: "picture" and "warp" with the means by protocol (`psnr` over the person in dB, `ssim`, `swd`, and
    `psnr_small`, `ssim_small` with both pictures reduced; for swap `color`, 0..255 over all classes, and
    `color_person` without the background, where a class is in both), the median of `seconds` a picture, `peak_mb`,
    `parameters`, and what the card says of the training. "copied" has the figures of the exemplar itself.

    Raises InputError when the data set or a named model cannot be used.
    """
    weights = [find_weights(domain.name, model) for model in models] or shipped_methods(domain)
    photos = photos_of(data_dir, domain, split, layout)
    names = photos.names[:limit]
    if len(names) < LEAST_PHOTOS:
        raise InputError(f"A comparison needs at least {LEAST_PHOTOS} photos and there are {len(names)}; take more.")
    methods = [Method(found, Session(device, memory_budget=0.0)) for found in weights]
    for method in tqdm(methods, "memory", unit="method", disable=None):
        _weigh(method, domain, data_dir, split, layout)
    copied = Figures()
    for protocol in PROTOCOLS:
        questions = cases_of(photos, domain, protocol, limit)
        for number, case in enumerate(tqdm(questions, protocol, len(names), unit="photo", disable=None)):
            copied.add(protocol, case, resize_photo(case.exemplar, case.labels.shape[::-1]), domain)
            first = number % len(methods)
            watch(protocol, case, _answers(methods[first:] + methods[:first], protocol, case, domain))
    return {
        "domain": domain.name,
        "split": split,
        "photos": len(names),
        "threads": torch.get_num_threads(),
        "device": methods[0].session.device.type,
        "small_size": domain.half_size,
        "copied": copied.means(),
        "methods": {method.name: method.report(domain) for method in methods},
    }


def _weigh(method: Method, domain: Domain, data_dir: Path, split: str, layout: str) -> None:
    """Find a method's footprint, and let it render once, so that it is warm."""

    def weigh() -> None:
        method.footprint = footprint(domain.name, method.name, data_dir, split, method.session.device.type, layout)
        *_, case = cases_of(photos_of(data_dir, domain, split, layout), domain, "mirror", LEAST_PHOTOS)
        unasked = replace(case, exemplar=case.exemplar // 2)  # a question that does not come again
        method.render(unasked.state(domain.name, method.name))

    method.attempt(weigh)


def _answers(methods: Sequence[Method], protocol: str, case: Case, domain: Domain) -> Pictures:
    pictures: Pictures = {}

    def answer(method: Method) -> None:
        pictures[method.name] = method.ask(protocol, case, domain).image

    for method in methods:
        if method.failure is None:
            method.attempt(lambda method=method: answer(method))
    return pictures


def _likeness(picture: np.ndarray, case: Case, domain: Domain) -> dict[str, list[float]]:
    """How near a picture comes to the truth, in full and with both reduced."""
    size = small_size(case.labels.shape[::-1], domain)
    small, truth = resize_photo(picture, size), resize_photo(case.truth, size)
    return {
        "psnr": [psnr(picture, case.truth, case.labels > 0)],
        "ssim": [ssim(picture, case.truth)],
        "swd": [swd(picture, case.truth)],
        "psnr_small": [psnr(small, truth, resize_labels(case.labels, size) > 0)],
        "ssim_small": [ssim(small, truth)],
    }


def _color_errors(picture: np.ndarray, case: Case) -> dict[str, list[float]]:
    differences = class_color_differences(picture, case.labels, case.exemplar, case.exemplar_labels)
    return {
        "color": list(differences.values()),
        "color_person": [difference for class_id, difference in differences.items() if class_id],
    }


def small_size(size: tuple[int, int], domain: Domain) -> tuple[int, int]:
    """A size (width, height) reduced to the area that small forms are trained at; smaller ones stay as they are."""
    scale = min(1.0, (prod(domain.half_size) / prod(size)) ** 0.5)
    return round(size[0] * scale), round(size[1] * scale)
