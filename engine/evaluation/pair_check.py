"""Whether exemplars suit their photos: the overlap of classes and of poses, and a sheet to look at."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from engine.data.shown import Shown
from engine.domains import Domain
from engine.evaluation.pair_traits import Traits
from engine.evaluation.retrieval import some_anchors

LEAST_CLASSES = 0.35  # overlap of classes below which a pair is suspicious
LEAST_POSE = 0.5  # overlap of poses below which a pair is suspicious; a front and a back have 0.3
REACH = 0.25  # in lengths of the torso: keypoints that lie nearer than that agree
MUCH, NOTHING = 0.1, 0.01  # shares of what is shown: from here on a class is missed, below that it is not there
SHOWN = 5  # exemplars in a row of the sheet

_ROWS = 5  # of the sheet, spread evenly, and as many of the worst
_WIDTH = 112
_GAP = 6
_LINE = 18
_SUSPICIOUS = (206, 40, 40)
_NECK, _HIPS = 1, [8, 11]


@dataclass(frozen=True)
class PairCheck:
    """How well `exemplar` suits `name`.

    classes  common share of the classes but the first, in [0, 1]
    pose     share of the keypoints of both that agree, in [0, 1]; None without poses, or where no torso is seen
    missing  classes that are much of the photo and not in the exemplar
    """

    name: str
    exemplar: str
    classes: float
    pose: float | None
    missing: tuple[str, ...]

    @property
    def suspicious(self) -> bool:
        return self.classes < LEAST_CLASSES or (self.pose is not None and self.pose < LEAST_POSE)

    @property
    def badness(self) -> float:
        return -min(self.classes, 1.0 if self.pose is None else self.pose)


def check_pairs(
    pairs: Mapping[str, Sequence[str]], targets: Traits, exemplars: Traits, domain: Domain
) -> list[PairCheck]:
    """Each photo of `pairs` with each of its exemplars; those whose traits are not there are left out."""
    of_target, of_exemplar = ({n: i for i, n in enumerate(traits.names)} for traits in (targets, exemplars))
    return [
        check_pair(targets, of_target[name], exemplars, of_exemplar[other], domain)
        for name, others in pairs.items()
        for other in others
        if name in of_target and other in of_exemplar
    ]


def check_pair(targets: Traits, target: int, exemplars: Traits, exemplar: int, domain: Domain) -> PairCheck:
    """The photo number `target` with the exemplar number `exemplar`."""
    here, there = _foreground(targets.shares[target]), _foreground(exemplars.shares[exemplar])
    pose = None
    if targets.poses is not None and exemplars.poses is not None:
        pose = pose_overlap(targets.poses[target], exemplars.poses[exemplar])
    missing = tuple(domain.classes[number].name for number in np.flatnonzero((here >= MUCH) & (there < NOTHING)))
    overlap = float(np.minimum(here, there).sum())
    return PairCheck(targets.names[target], exemplars.names[exemplar], overlap, pose, missing)


def pose_overlap(first: np.ndarray, second: np.ndarray) -> float | None:
    """Share of the keypoints of both poses (18, 3) that lie alike from the hips; None where no torso is seen."""
    placed = [_by_torso(pose) for pose in (first, second)]
    if placed[0] is None or placed[1] is None:
        return None
    both = first.any(1) & second.any(1)
    return float((np.linalg.norm(placed[0] - placed[1], axis=1)[both] < REACH).mean())


def pair_report(checks: Sequence[PairCheck]) -> dict:
    """Figures of the checks, and the suspicious pairs, worst first."""
    suspicious = sorted((check for check in checks if check.suspicious), key=lambda check: check.badness, reverse=True)
    poses = [check.pose for check in checks if check.pose is not None]
    return {
        "pairs": len(checks),
        "class overlap": _spread([check.classes for check in checks]),
        "pose overlap": _spread(poses) if poses else None,
        "suspicious": len(suspicious) / max(1, len(checks)),
        "suspicious pairs": [asdict(check) for check in suspicious],
    }


def report_lines(report: dict) -> str:
    """The figures as lines for people."""
    lines = [f"{'':18}{'median':>8}{'lowest tenth':>14}"]
    for name in ("class overlap", "pose overlap"):
        if report[name]:
            lines.append(f"{name:18}{report[name]['median']:8.2f}{report[name]['lowest tenth']:14.2f}")
    count = len(report["suspicious pairs"])
    lines.append(f"suspicious: {count} of {report['pairs']} pairs ({report['suspicious']:.1%})")
    return "\n".join(lines)


def pair_sheet(checks: Sequence[PairCheck], read: Callable[[str], Shown], domain: Domain) -> np.ndarray:
    """Some photos with their exemplars, label maps below them, and then the worst; uint8 (H, W, 3).

    A red frame is around what is suspicious. read: the photo of a name.
    """
    by_name: dict[str, list[PairCheck]] = {}
    for check in checks:
        by_name.setdefault(check.name, []).append(check)
    names = list(by_name)
    spread = [names[i] for i in some_anchors(len(names), _ROWS)]
    worst = sorted(names, key=lambda name: max(check.badness for check in by_name[name]), reverse=True)
    parts = []
    for title, chosen in ((f"{len(spread)} of {len(names)} photos", spread), ("the worst", worst[:_ROWS])):
        parts.append(_title(title))
        parts += [_row(by_name[name][:SHOWN], read, domain) for name in chosen]
    return np.concatenate(parts)


def _foreground(shares: np.ndarray) -> np.ndarray:
    """Shares (classes,) of all but the first class, of their sum; of all where there is nothing else."""
    others = shares.copy()
    others[0] = 0
    return others / others.sum() if others.sum() > 0 else shares


def _by_torso(pose: np.ndarray) -> np.ndarray | None:
    """Places (18, 2) from the middle of the hips, in lengths of the torso; None where it is not seen."""
    if not pose[[_NECK, *_HIPS]].any(1).all():
        return None
    hips = pose[_HIPS, :2].mean(0)
    length = np.linalg.norm(pose[_NECK, :2] - hips)
    return (pose[:, :2] - hips) / length if length > 0 else None


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {"median": float(np.median(values)), "lowest tenth": float(np.quantile(values, 0.1))} if values else {}


def _row(checks: Sequence[PairCheck], read: Callable[[str], Shown], domain: Domain) -> np.ndarray:
    cells = [_cell(read(checks[0].name), domain, checks[0].name, (0, 0, 0))]
    for check in checks:
        pose = "" if check.pose is None else f", pose {check.pose:.0%}"
        colour = _SUSPICIOUS if check.suspicious else (0, 0, 0)
        cells.append(_cell(read(check.exemplar), domain, f"{check.classes:.0%}{pose}", colour))
    empty = np.full_like(cells[0], 255)
    return np.concatenate([*cells, *[empty] * (SHOWN + 1 - len(cells))], axis=1)


def _cell(shown: Shown, domain: Domain, caption: str, colour: tuple[int, int, int]) -> np.ndarray:
    """A photo over its label map over a line, framed unless the colour is black."""
    height = round(_WIDTH * shown.photo.shape[0] / shown.photo.shape[1])
    photo = Image.fromarray(shown.photo).resize((_WIDTH, height), Image.Resampling.BOX)
    labels = Image.fromarray(domain.palette[shown.labels]).resize((_WIDTH, height), Image.Resampling.NEAREST)
    cell = Image.new("RGB", (_WIDTH + _GAP, 2 * height + _LINE + _GAP), "white")
    draw = ImageDraw.Draw(cell)
    if any(colour):
        draw.rectangle((0, 0, _WIDTH + _GAP - 1, 2 * height + _GAP - 1), fill=colour)
    cell.paste(photo, (_GAP // 2, _GAP // 2))
    cell.paste(labels, (_GAP // 2, _GAP // 2 + height))
    draw.text((_GAP // 2, 2 * height + _GAP), caption[-20:], fill=colour, font=ImageFont.load_default(12))
    return np.asarray(cell)


def _title(text: str) -> np.ndarray:
    line = Image.new("RGB", ((SHOWN + 1) * (_WIDTH + _GAP), _LINE + _GAP), "white")
    ImageDraw.Draw(line).text((_GAP // 2, _GAP // 2), text, fill="black", font=ImageFont.load_default(14))
    return np.asarray(line)
