"""The evaluation of a model over the labelled photos of a split."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from tqdm import tqdm

from engine.data.layouts.registry import OWN
from engine.domains import Domain
from engine.evaluation.metrics import class_color_differences, psnr, ssim, swd
from engine.evaluation.protocols import PROTOCOLS, Case, cases_of, photos_of
from engine.evaluation.reliability import Reliability
from engine.evaluation.sheet import contact_sheet, sheet_row
from engine.files import write_text
from engine.images import resize_photo, write_image
from engine.inference.state import Frame

Render = Callable[[Case], Frame]

SHEET_ROWS = 8

_RESULTS = ("copied", "warped", "model")
_LIKENESS = "{psnr:.1f} / {ssim:.2f} / {swd:.1f}"
_FORMS = {"warp": _LIKENESS, "mirror": _LIKENESS, "swap": "{color:.1f}"}
_NONE = "-"
_TITLES = {"copied": "exemplar copied unchanged", "warped": "warped exemplar", "model": "model"}


@dataclass
class _Figures:
    """Figures of one kind of picture under one protocol, one number a photo (colours: a class of a photo)."""

    numbers: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, value: float) -> None:
        self.numbers.setdefault(name, []).append(value)

    def means(self) -> dict[str, float]:
        return {name: float(np.nanmean(values)) for name, values in self.numbers.items()}


def evaluate(
    render: Render,
    data_dir: Path,
    split: str,
    limit: int | None = None,
    *,
    domain: Domain,
    model: str,
    layout: str = OWN,
    out: Path | None = None,
) -> dict:
    """Figures of `render` by the warp, mirror and swap protocols, for the first `limit` photos of `split`.

    Those are the labelled or the posed ones, by what the domain is conditioned on; `layout` says how `data_dir` is
    arranged (engine/data/layouts).
    The report has, by protocol, the means for the model's picture ("model"), its warp ("warped") and the
    exemplar itself ("copied"): `psnr` over the person in dB, `ssim`, `swd`, or for swap `color` (0..255, over all
    classes) and `color_person` (without the background), where a class is in both; and the reliability curve of the
    confidence map. Of a model that warps nothing, there are no figures of that.
    With `out` that folder gets `evaluation.json`, `reliability.png` and a contact sheet a protocol.
    Raises InputError when the data set cannot be used or `out` cannot be written.
    """
    photos = photos_of(data_dir, domain, split, layout)
    reliability = Reliability()
    count = len(photos.names[:limit])
    protocols = {}
    for protocol in PROTOCOLS:
        figures = {result: _Figures() for result in _RESULTS}
        rows: list[np.ndarray] = []
        for case in tqdm(cases_of(photos, domain, protocol, limit), protocol, total=count, unit="photo"):
            frame = render(case)
            _measure(figures, protocol, case, frame)
            if protocol != "swap" and frame.warp is not None:
                reliability.add(frame.confidence, frame.warp, case.truth)
            if len(rows) < SHEET_ROWS:
                rows.append(sheet_row(case, frame, domain))
        protocols[protocol] = {result: figures[result].means() for result in _RESULTS}
        if out:
            write_image(out / f"sheet-{protocol}.png", contact_sheet(rows))
    report = {
        "domain": domain.name,
        "model": model,
        "split": split,
        "photos": count,
        "protocols": protocols,
        "reliability": [asdict(tenth) for tenth in reliability.curve()],
    }
    if out:
        write_image(out / "reliability.png", reliability.picture())
        write_report(out / "evaluation.json", report)
    return report


def write_report(path: Path, report: dict) -> None:
    """Write the report of `evaluate` as JSON in one step; raises InputError when that fails."""
    write_text(path, json.dumps(report, indent=1) + "\n")


def table(report: dict) -> str:
    """The report of `evaluate` as lines for people."""
    lines = [f"{'':28}{'warp PSNR / SSIM / SWD':>26}{'mirror PSNR / SSIM / SWD':>28}{'swap colour':>14}"]
    protocols = report["protocols"]
    for result in _RESULTS:
        found = {name: protocols[name][result] for name in _FORMS}
        warp, mirror, swap = (_FORMS[name].format(**means) if means else _NONE for name, means in found.items())
        lines.append(f"{_TITLES[result]:28}{warp:>26}{mirror:>28}{swap:>14}")
    lines += ["", "confidence    share of pixels    error of the warp"]
    for entry in report["reliability"]:
        error = _NONE if entry["error"] is None else f"{entry['error']:.1f}"
        lines.append(f"{entry['low']:.1f} to {entry['high']:.1f}{entry['share']:>18.1%}{error:>21}")
    return "\n".join(lines)


def _measure(figures: dict[str, _Figures], protocol: str, case: Case, frame: Frame) -> None:
    height, width = case.labels.shape
    pictures = {"copied": resize_photo(case.exemplar, (width, height)), "model": frame.image}
    if frame.warp is not None:
        pictures["warped"] = frame.warp
    for result, picture in pictures.items():
        if protocol == "swap":
            _measure_colors(figures[result], case, picture)
        else:
            figures[result].add("psnr", psnr(picture, case.truth, case.labels > 0))
            figures[result].add("ssim", ssim(picture, case.truth))
            figures[result].add("swd", swd(picture, case.truth))


def _measure_colors(figures: _Figures, case: Case, picture: np.ndarray) -> None:
    differences = class_color_differences(picture, case.labels, case.exemplar, case.exemplar_labels)
    for class_id, difference in differences.items():
        figures.add("color", difference)
        if class_id:
            figures.add("color_person", difference)
