"""`bench quality`: the translators of a domain on the same questions, with figures, cost and pictures."""

import argparse
import json
from pathlib import Path

from engine.commands.parser import add_device, count
from engine.data.layouts.registry import LAYOUTS, OWN
from engine.domains import find_domain
from engine.files import write_text
from engine.images import write_image
from engine.models.names import title_of

REPORT, TABLES, SHEET = "quality.json", "quality.md", "quality.png"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--domain", required=True, help="the kind of image; `domains` lists them")
    parser.add_argument("--data", type=Path, required=True, help="folder with photos/, labels/, lists and pairs.json")
    parser.add_argument("--layout", choices=LAYOUTS, default=OWN, help="how it is arranged, as for `train`")
    parser.add_argument("--split", default="val", help="of the data set (default: val)")
    parser.add_argument("--limit", type=count, help="only the first so many photos, two at least")
    parser.add_argument("--models", type=_names, default=(), help="names with commas (default: all with weights)")
    parser.add_argument("--threads", type=count, default=2, help="processor threads to compute with (default: 2)")
    parser.add_argument(
        "--out", type=Path, default=Path("runs/quality"), help=f"folder for {REPORT}, {TABLES}, {SHEET}"
    )
    parser.add_argument("--json", action="store_true", help="print figures for programs instead of tables")
    add_device(parser)


def run(arguments: argparse.Namespace) -> int:
    """Compare, print, write figures, tables and sheet. Returns the exit code, 1 where a method failed.

    Raises InputError for a data set or model that cannot be used.
    """
    import torch

    from engine.evaluation.quality import compare, shipped_methods
    from engine.evaluation.quality_table import Sheet, quality_tables

    torch.set_num_threads(arguments.threads)
    domain = find_domain(arguments.domain)
    models = arguments.models or [weights.folder.name for weights in shipped_methods(domain)]
    sheet = Sheet(domain, {model: title_of(model) for model in models})
    options = {"layout": arguments.layout, "device": arguments.device, "watch": sheet.add}
    report = compare(domain, arguments.data, arguments.split, models, arguments.limit, **options)
    figures, tables = json.dumps(report, indent=1) + "\n", quality_tables(report)
    write_text(arguments.out / REPORT, figures)
    write_text(arguments.out / TABLES, tables)
    write_image(arguments.out / SHEET, sheet.picture())
    print(figures if arguments.json else tables, end="")
    if not arguments.json:
        print(f"\nFigures, tables and sheet are in {arguments.out}.")
    return 1 if any(method["failure"] for method in report["methods"].values()) else 0


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
