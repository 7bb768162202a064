"""How well the analyst finds labels and poses."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from tqdm import tqdm

from engine.analysis.analyse import load_analyst
from engine.analysis.analyst import Analyst
from engine.analysis.pose_estimator import keypoints_of
from engine.conditions.pose_maps import LIMBS, keypoint_colour
from engine.data.posed_photos import PosedPhotos
from engine.data.views import UNKNOWN
from engine.domains import Domain
from engine.weights.registry import Weights

KEYPOINT_NAMES = (
    "nose", "neck", "right shoulder", "right elbow", "right wrist", "left shoulder", "left elbow", "left wrist",
    "right hip", "right knee", "right ankle", "left hip", "left knee", "left ankle", "right eye", "left eye",
    "right ear", "left ear",
)  # fmt: skip
TOLERANCE = 0.2  # of the torso's length
SHEET_PHOTOS = 24

_NECK, _HIPS = 1, [8, 11]
_SHEET_COLUMNS = 4


@dataclass(frozen=True)
class Sight:
    """What was found in a photo uint8 (H, W, 3): labels uint8 (H, W), pose float (18, 3) as a `Layer` has it;
    `truth` is the true label map, UNKNOWN where there is none, and `true_pose` the true pose."""

    photo: np.ndarray
    labels: np.ndarray
    pose: np.ndarray
    truth: np.ndarray
    true_pose: np.ndarray


@dataclass(frozen=True)
class AnalysisFigures:
    """mean_iou   of the classes that occur in the truth, over all pixels of all labelled photos, in [0, 1]
    iou        by class name
    pck        share of the true keypoints found within 0.2 of the torso; a keypoint not found counts as missed
    pck_of     by keypoint name
    """

    photos: int
    labelled: int
    mean_iou: float
    iou: dict[str, float]
    pck: float
    pck_of: dict[str, float]


def evaluate_analyst(
    weights: Weights, photos: PosedPhotos, limit: int | None, domain: Domain, device: torch.device
) -> tuple[AnalysisFigures, np.ndarray]:
    """Figures of the analyst in `weights` over the first `limit` photos, and a sheet of 24; raises InputError."""
    sights = look(load_analyst(weights).to(device), photos, photos.names[:limit], device)
    return measure_analysis(sights, domain), analysis_sheet(sheet_choice(sights), domain)


@torch.no_grad()
def look(network: Analyst, photos: PosedPhotos, names: Sequence[str], device: torch.device) -> list[Sight]:
    """What the network, on `device`, finds in the photos called `names`."""
    sights = []
    for name in tqdm(names, "analysing", unit="photo", disable=None):
        layer = photos.batch([name])
        findings = network(layer.photo.to(device))
        logits = F.interpolate(findings.labels.float(), layer.photo.shape[2:], mode="bilinear", align_corners=False)
        pose = keypoints_of(findings.heat.float().sigmoid(), findings.offsets.float())
        sights.append(
            Sight(
                photos.read(name)[0].permute(1, 2, 0).numpy(),
                logits.argmax(1)[0].byte().cpu().numpy(),
                pose[0].cpu().numpy(),
                photos.read(name)[1].numpy(),
                photos.read(name)[2].numpy(),
            )
        )
    return sights


def measure_analysis(sights: Sequence[Sight], domain: Domain) -> AnalysisFigures:
    """Figures of what was found in photos of `domain`."""
    iou = class_iou([s.labels for s in sights], [s.truth for s in sights], len(domain.classes))
    iou_of = {c.name: float(iou[c.id]) for c in domain.classes if not np.isnan(iou[c.id])}
    hits = np.array([keypoint_hits(s.pose, s.true_pose, domain.size) for s in sights])
    pck_of = {
        name: float(np.nanmean(hit))
        for name, hit in zip(KEYPOINT_NAMES, hits.T, strict=True)
        if not np.isnan(hit).all()
    }
    return AnalysisFigures(
        photos=len(sights),
        labelled=sum(bool((s.truth != UNKNOWN).any()) for s in sights),
        mean_iou=float(np.mean(list(iou_of.values()))) if iou_of else float("nan"),
        iou=iou_of,
        pck=float(np.nanmean(hits)),
        pck_of=pck_of,
    )


def class_iou(found: Sequence[np.ndarray], truth: Sequence[np.ndarray], classes: int) -> np.ndarray:
    """Intersection over union of each class over all pictures, float (classes,); NaN for one not in the truth."""
    counts = np.zeros((classes, classes), np.int64)
    for mine, real in zip(found, truth, strict=True):
        known = real != UNKNOWN
        pairs = real[known].astype(np.int64) * classes + mine[known]
        counts += np.bincount(pairs, minlength=classes**2).reshape(classes, classes)
    both = np.diag(counts)
    return np.where(counts.any(1), both / np.maximum(counts.sum(0) + counts.sum(1) - both, 1), np.nan)


def keypoint_hits(pose: np.ndarray, truth: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Of each keypoint, 1 where it is found within 0.2 of the torso, 0 where not, NaN where the truth lacks it.

    Poses are (18, 3) with points in [-1, 1]; `size` is (width, height). The torso is from the neck to the middle of
    the hips; a truth without it gives NaN throughout.
    """
    if not truth[[_NECK, *_HIPS], 2].all():
        return np.full(len(truth), np.nan)
    half = np.array(size) / 2
    torso = np.linalg.norm((truth[_NECK, :2] - truth[_HIPS, :2].mean(0)) * half)
    distance = np.linalg.norm((pose[:, :2] - truth[:, :2]) * half, axis=1)
    hits = (distance <= TOLERANCE * torso) & (pose[:, 2] > 0)
    return np.where(truth[:, 2] > 0, hits, np.nan)


def analysis_table(figures: AnalysisFigures) -> str:
    """The figures as lines for people, in percent."""
    lines = [f"{'mean IoU':20}{figures.mean_iou:8.1%}   ({figures.labelled} labelled photos)"]
    lines += [f"  {name:18}{value:8.1%}" for name, value in figures.iou.items()]
    lines += [f"{f'PCK@{TOLERANCE} of torso':20}{figures.pck:8.1%}   ({figures.photos} posed photos)"]
    lines += [f"  {name:18}{value:8.1%}" for name, value in figures.pck_of.items()]
    return "\n".join(lines)


def analysis_sheet(sights: Sequence[Sight], domain: Domain) -> np.ndarray:
    """For each photo: itself with the skeleton, the labels found, the true ones (grey if none); uint8 (H, W, 3).

    Four photos a row.
    """
    grey = np.full((256 - len(domain.palette), 3), 128, np.uint8)
    palette = np.concatenate([domain.palette, grey])
    cells = [
        np.concatenate([with_skeleton(s.photo, s.pose), palette[s.labels], palette[s.truth]], axis=1) for s in sights
    ]
    blank = np.full_like(cells[0], 255)
    cells += [blank] * (-len(cells) % min(_SHEET_COLUMNS, len(cells)))
    columns = min(_SHEET_COLUMNS, len(cells))
    return np.concatenate([np.concatenate(cells[i : i + columns], axis=1) for i in range(0, len(cells), columns)])


def sheet_choice(sights: Sequence[Sight], count: int = SHEET_PHOTOS) -> list[Sight]:
    """Labelled photos first, evenly spread from the worst by wrong pixels to the best."""
    labelled = [s for s in sights if (s.truth != UNKNOWN).any()] or list(sights)
    ranked = sorted(labelled, key=lambda s: float((s.labels != s.truth).mean()), reverse=True)
    places = sorted({round(place) for place in np.linspace(0, len(ranked) - 1, min(count, len(ranked)))})
    return [ranked[place] for place in places]


def with_skeleton(photo: np.ndarray, pose: np.ndarray) -> np.ndarray:
    """`photo` uint8 (H, W, 3) with the limbs of `pose` (18, 3), points in [-1, 1], drawn on it."""
    picture = photo.copy()
    size = np.array([photo.shape[1], photo.shape[0]])
    thickness = max(1, photo.shape[0] // 190)
    places = np.rint((pose[:, :2] + 1) / 2 * size - 0.5).astype(int)
    for number, ends in enumerate(LIMBS):
        if pose[list(ends), 2].all():
            first, second = (tuple(map(int, places[end])) for end in ends)
            cv2.line(picture, first, second, keypoint_colour(number), thickness, cv2.LINE_AA)
    for number in map(int, np.flatnonzero(pose[:, 2])):
        cv2.circle(picture, tuple(map(int, places[number])), thickness + 1, keypoint_colour(number), -1, cv2.LINE_AA)
    return picture
