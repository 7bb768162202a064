"""The comparison of translators for people: Markdown tables, and a sheet of pictures."""

from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from engine.domains import Domain
from engine.evaluation.protocols import PROTOCOLS, Case
from engine.images import resize_photo

NONE = "–"
ROWS = 3  # of the sheet, for each protocol

_COPIED = "*exemplar copied*"
_HEADER, _STRIP = 26, 22


def quality_tables(report: dict) -> str:
    """The report of `quality.compare` as three tables: pictures, warps, cost; and the faults that there were."""
    methods = report["methods"]
    kinds = {
        "Pictures": {_COPIED: report["copied"]} | {m["title"]: m["picture"] for m in methods.values()},
        "Warped exemplars": {m["title"]: m["warp"] for m in methods.values()},
    }
    parts = [_figure_table(title, figures, report["small_size"]) for title, figures in kinds.items()]
    failures = [f"{m['title']} failed: {m['failure']}" for m in methods.values() if m["failure"]]
    return "\n\n".join([*parts, _cost_table(report), *failures]) + "\n"


def _figure_table(title: str, figures: Mapping[str, dict | None], small: Sequence[int]) -> str:
    reduced = f"at {small[0]}×{small[1]}"
    heads = [
        "warp PSNR ↑ / SSIM ↑ / SWD ↓",
        "mirror PSNR / SSIM / SWD",
        "swap colour ↓ (person)",
        f"warp PSNR / SSIM {reduced}",
        f"mirror PSNR / SSIM {reduced}",
    ]
    rows = [[name, *_figures(found or {})] for name, found in figures.items()]
    return _table([title, *heads], rows)


def _figures(found: Mapping[str, dict]) -> list[str]:
    full, small, colors = "{psnr:.2f} / {ssim:.3f} / {swd:.2f}", "{psnr_small:.2f} / {ssim_small:.3f}", "{color:.1f}"
    cells = (("warp", full), ("mirror", full), ("swap", colors + " ({color_person:.1f})"))
    cells += (("warp", small), ("mirror", small))
    return [_cell(form, found.get(protocol, {})) for protocol, form in cells]


def _cell(form: str, found: Mapping[str, float]) -> str:
    try:
        return form.format(**found)
    except KeyError:  # not measured
        return NONE


def _cost_table(report: dict) -> str:
    heads = ["Cost", "s a picture", "peak MB", "parameters M", "weights MB", "steps", "photos seen", "trained at"]
    rows = [
        [
            found["title"],
            _number(found["seconds"], ".3f"),
            _number(found["peak_mb"], ".0f"),
            _number(found["parameters"] and found["parameters"] / 1e6, ".2f"),
            _number(found["weights_mb"], ".1f"),
            _number(found["steps"], ","),
            _number(found["photos_seen"], ","),
            "{}×{}".format(*found["size"]),
        ]
        for found in report["methods"].values()
    ]
    return _table(heads, rows)


def _number(value: float | None, form: str) -> str:
    return NONE if value is None else format(value, form)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---", *["--:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


class Sheet:
    """Collects the first questions of each protocol with all answers; `picture` is the sheet of them."""

    def __init__(self, domain: Domain, titles: Mapping[str, str]) -> None:
        """`titles` by name of method, in the order of the columns."""
        self._domain, self._titles = domain, titles
        self._rows: dict[str, list[np.ndarray]] = {protocol: [] for protocol in PROTOCOLS}

    def add(self, protocol: str, case: Case, pictures: Mapping[str, np.ndarray]) -> None:
        """Take a question in, RGB uint8 (H, W, 3) pictures by name; a method that has none is left grey."""
        if len(self._rows[protocol]) == ROWS:
            return
        height, width = case.labels.shape
        blank = np.full((height, width, 3), 160, np.uint8)
        cells = [self._domain.palette[case.labels], resize_photo(case.exemplar, (width, height)), case.truth]
        cells += [pictures.get(name, blank) for name in self._titles]
        self._rows[protocol].append(np.concatenate(cells, axis=1))

    def picture(self) -> np.ndarray:
        """Condition, exemplar, truth and each method side by side, uint8 RGB; photos may differ in size."""
        rows = [row for found in self._rows.values() for row in found]
        width = max(row.shape[1] for row in rows)
        parts = [_line(["condition", "exemplar", "truth", *self._titles.values()], width, _HEADER, "white", 14)]
        for protocol, found in self._rows.items():
            parts.append(_line([protocol], width, _STRIP, "#e6e6ea", 13))
            parts += [np.pad(row, ((0, 0), (0, width - row.shape[1]), (0, 0)), constant_values=255) for row in found]
        return np.concatenate(parts)


def _line(texts: Sequence[str], width: int, height: int, paper: str, size: int) -> np.ndarray:
    """Texts side by side, each at the left of an equal share of the width, uint8 RGB."""
    line = Image.new("RGB", (width, height), paper)
    draw, font = ImageDraw.Draw(line), ImageFont.load_default(size)
    for number, text in enumerate(texts):
        draw.text((number * width / len(texts) + 6, (height - size) / 2 - 2), text, fill="black", font=font)
    return np.asarray(line)
