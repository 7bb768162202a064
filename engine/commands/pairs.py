"""The `pairs` command: which exemplars suit each photo of a data set."""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commands.parser import add_device, count
from engine.data.folder import read_pairs
from engine.data.layouts.deepfashion import same_person
from engine.data.layouts.lists import read_references, write_references
from engine.data.layouts.registry import LAYOUTS, OWN, open_layout
from engine.domains import Domain, find_domain
from engine.errors import InputError
from engine.files import write_text
from engine.images import write_image

if TYPE_CHECKING:
    from engine.data.shown import Photos
    from engine.evaluation.pair_check import PairCheck
    from engine.evaluation.pair_traits import Traits

PERSON = "person"
_BY_HELP = (
    "look: features of a perceptual network; labels: which classes are where, where no look is known; person: other "
    "photos of the same person, by the file names of DeepFashion"
)
_OUT_HELP = "the list to write: pairs.json, or a .txt of lines photo,exemplar,...; with --check the report, .json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `pairs`."""
    parser.add_argument("--domain", required=True, help="the kind of image; `domains` lists them")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data set")
    parser.add_argument("--layout", choices=LAYOUTS, default=OWN, help="how it is arranged, as for `train`")
    parser.add_argument("--out", type=Path, required=True, help=_OUT_HELP)
    parser.add_argument("--by", choices=("look", "labels", PERSON), default="look", help=_BY_HELP)
    parser.add_argument("--top", type=count, default=5, help="exemplars a photo (default: 5)")
    parser.add_argument("--split", action="append", help="may be given twice (default: train and val; .txt: train)")
    parser.add_argument("--from", dest="source", metavar="SPLIT", help="exemplars of that split (default: the photo's)")
    parser.add_argument("--limit", type=count, help="only the first so many photos of a split")
    parser.add_argument("--check", type=Path, metavar="LIST", help="report on that list instead of making one")
    parser.add_argument("--perceptual", type=Path, help="VGG-19 weights (default: the domain's own parser)")
    add_device(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the list, its report and a sheet of it. Returns the exit code; raises InputError."""
    from engine.data.shown import read_shown  # these bring torch
    from engine.evaluation.pair_check import check_pairs, pair_report, pair_sheet, report_lines

    domain = find_domain(arguments.domain)
    splits = _splits(arguments)
    given = _read_list(arguments.check) if arguments.check else None
    data = _Data(arguments, domain)
    pairs: dict[str, list[str]] = {}
    checks: list[PairCheck] = []
    for split in splits:
        targets, exemplars = data.traits(split), data.traits(arguments.source or split)
        found = given if given is not None else _found(arguments, targets, exemplars, domain)
        checks += check_pairs(found, targets, exemplars, domain)
        pairs |= found
    if not checks:
        raise InputError(f"None of the photos of {arguments.data} has an exemplar; add photos, or name other splits.")
    report = {"domain": domain.name, "splits": splits, "by": str(arguments.check or arguments.by)}
    report |= pair_report(checks)
    if given is not None:
        report["left out"] = sum(map(len, given.values())) - len(checks)
    if arguments.check is None:
        _write_list(arguments.out, pairs)
    report_path = arguments.out if arguments.check else arguments.out.with_name(f"{arguments.out.stem}-report.json")
    write_text(report_path, json.dumps(report, indent=1, ensure_ascii=False))
    sheet_path = arguments.out.with_name(f"{arguments.out.stem}-sheet.png")
    write_image(sheet_path, pair_sheet(checks, lambda name: read_shown(data.photos_with(name), name, domain), domain))
    print(report_lines(report))
    if report.get("left out"):
        print(f"left out: {report['left out']} pairs of photos that are not there, or in other splits")
    print(f"The report is {report_path}, some pairs and the worst are on {sheet_path}.")
    return 0


@dataclass
class _Data:
    """The photos and traits of the splits of a data set, each split read once."""

    arguments: argparse.Namespace
    domain: Domain

    def __post_init__(self) -> None:
        self._photos: dict[str, Photos] = {}
        self._traits: dict[str, Traits] = {}
        self._network: Any = None

    def traits(self, split: str) -> "Traits":
        from engine.devices import pick_device
        from engine.evaluation.pair_traits import read_traits
        from engine.losses.perceptual import perceptual_network

        if split not in self._traits:
            device = pick_device(self.arguments.device)
            if self.arguments.by == "look" and self.arguments.check is None and self._network is None:
                self._network = perceptual_network(self.domain, self.arguments.perceptual).to(device)
            photos = open_layout(self.arguments.layout, self.arguments.data, self.domain, split, paired=False)
            names = photos.names[: self.arguments.limit]
            self._traits[split] = read_traits(photos, names, self.domain, self._network, device)
            self._photos[split] = photos
        return self._traits[split]

    def photos_with(self, name: str) -> "Photos":
        """The split that has the photo `name`."""
        return next(self._photos[split] for split, traits in self._traits.items() if name in traits.names)


def _splits(arguments: argparse.Namespace) -> list[str]:
    """The splits to read; raises InputError for options that do not fit each other."""
    suffix = arguments.out.suffix.lower()
    if arguments.check is not None:
        if suffix != ".json":
            raise InputError(f"Cannot write the report {arguments.out}; end its name in .json.")
        return arguments.split or ["train", "val"]
    if suffix not in (".json", ".txt"):
        raise InputError(f"Cannot write {arguments.out} as a list of pairs; end its name in .json or .txt.")
    if arguments.by == PERSON and not arguments.layout.startswith("deepfashion"):
        raise InputError(f"The layout {arguments.layout} does not say who is the same person; choose look or labels.")
    return arguments.split or (["train", "val"] if suffix == ".json" else ["train"])


def _found(
    arguments: argparse.Namespace, targets: "Traits", exemplars: "Traits", domain: Domain
) -> dict[str, list[str]]:
    from engine.evaluation.pair_lists import nearest_exemplars

    if arguments.by == PERSON:
        return same_person(targets.names)
    return nearest_exemplars(targets, exemplars, arguments.by, arguments.top, domain)


def _read_list(path: Path) -> dict[str, list[str]]:
    return read_pairs(path) if path.suffix.lower() == ".json" else read_references(path)


def _write_list(path: Path, pairs: dict[str, list[str]]) -> None:
    """Photos without an exemplar are left out."""
    pairs = {name: others for name, others in pairs.items() if others}
    if path.suffix.lower() == ".json":
        write_text(path, json.dumps(pairs, ensure_ascii=False))
    else:
        write_references(path, pairs)
