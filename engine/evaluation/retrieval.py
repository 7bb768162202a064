"""How well short codes of style find what the Gram matrices find."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont

from engine.data.image_folder import ImageFolder
from engine.errors import InputError
from engine.losses.gram import folder_distances
from engine.models.style_encoder import StyleEncoder, load_style_encoder
from engine.weights.registry import Weights

SHOWN = 5
SHEET_ROWS = 10

_THUMBNAIL = 96
_GAP = 10
_HEADER = 24
_BATCH = 12


@dataclass(frozen=True)
class Retrieval:
    """Figures of the codes of `photos` photos.

    recall_k          share of the k nearest by Gram matrices that are among the k nearest by code, in [0, 1]
    chance_k          what codes at random would reach
    rank_correlation  Spearman's, of the distances of all pairs by code and by Gram matrices, in [-1, 1]
    """

    photos: int
    recall_5: float
    chance_5: float
    recall_10: float
    chance_10: float
    rank_correlation: float


def evaluate_style_encoder(
    weights: Weights, network: torch.nn.Module, photos: ImageFolder, device: torch.device
) -> tuple[Retrieval, np.ndarray]:
    """Figures of the encoder in `weights` against Gram matrices of `network`, and a sheet of ten photos.

    Raises InputError for damaged weights and for fewer than three photos.
    """
    if len(photos) < 3:
        raise InputError(f"Retrieval needs at least 3 photos and there are {len(photos)}; add photos.")
    by_code = code_distances(style_codes(load_style_encoder(weights).to(device), photos, device))
    by_style = folder_distances(network.to(device), photos, device).numpy()
    sheet = retrieval_sheet(photos, by_code, by_style, some_anchors(len(photos), SHEET_ROWS))
    return measure_retrieval(by_code, by_style), sheet


def retrieval_table(retrieval: Retrieval) -> str:
    """The figures as lines for people."""
    return "\n".join(
        [
            f"{f'{retrieval.photos} photos':28}{'codes':>8}{'chance':>10}",
            f"{'recall@5':28}{retrieval.recall_5:8.3f}{retrieval.chance_5:10.3f}",
            f"{'recall@10':28}{retrieval.recall_10:8.3f}{retrieval.chance_10:10.3f}",
            f"{'rank correlation':28}{retrieval.rank_correlation:8.3f}{0:10.3f}",
        ]
    )


@torch.no_grad()
def style_codes(encoder: StyleEncoder, photos: ImageFolder, device: torch.device) -> torch.Tensor:
    """The codes of all photos, float (n, dims), on the CPU. The encoder is on `device`."""
    return torch.cat([encoder.code(photo.to(device)).cpu() for photo in photos.batches(_BATCH)])


def code_distances(codes: torch.Tensor) -> np.ndarray:
    """Euclidean distances of codes (n, dims): (n, n), symmetric."""
    return torch.cdist(codes, codes, compute_mode="donot_use_mm_for_euclid_dist").numpy()


def measure_retrieval(by_code: np.ndarray, by_style: np.ndarray) -> Retrieval:
    """Compare two distance matrices (n, n) of the same photos; n at least 3. Of few photos, k is at most n - 1."""
    count = len(by_code)
    pairs = np.triu_indices(count, 1)
    return Retrieval(
        photos=count,
        recall_5=_recall(by_code, by_style, 5),
        chance_5=min(1.0, 5 / (count - 1)),
        recall_10=_recall(by_code, by_style, 10),
        chance_10=min(1.0, 10 / (count - 1)),
        rank_correlation=rank_correlation(by_code[pairs], by_style[pairs]),
    )


def nearest(distances: np.ndarray, count: int) -> np.ndarray:
    """Indices of the `count` nearest others of each row, nearest first: (n, min(count, n - 1))."""
    others = distances.copy()
    np.fill_diagonal(others, np.inf)
    return others.argsort(axis=1, kind="stable")[:, : min(count, len(others) - 1)]


def rank_correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Spearman's rank correlation of two sequences; equal values share their mean rank. 0 where one is constant."""
    ranks = [_ranks(values) - (len(values) - 1) / 2 for values in (first, second)]
    scale = np.sqrt(np.square(ranks[0]).sum() * np.square(ranks[1]).sum())
    return float(ranks[0] @ ranks[1] / scale) if scale else 0.0


def retrieval_sheet(
    photos: ImageFolder, by_code: np.ndarray, by_style: np.ndarray, anchors: Sequence[int]
) -> np.ndarray:
    """For each anchor: its photo, its 5 nearest by code and its 5 nearest by Gram matrices; uint8 (H, W, 3)."""
    neighbours = [nearest(distances, SHOWN) for distances in (by_code, by_style)]
    small = [_thumbnail(photo) for photo in photos.photos.permute(0, 2, 3, 1).numpy()]
    gap = np.full((small[0].shape[0], _GAP, 3), 255, np.uint8)
    rows = []
    for anchor in anchors:
        groups = [[small[anchor]], *([small[i] for i in found[anchor]] for found in neighbours)]
        rows.append(np.concatenate([part for group in groups for part in (gap, *group)], axis=1))
    width = small[0].shape[1]
    lefts = [_GAP, 2 * _GAP + width, 3 * _GAP + width * (1 + neighbours[0].shape[1])]
    return np.concatenate([_header(rows[0].shape[1], lefts), *rows])


def some_anchors(count: int, wanted: int) -> list[int]:
    """Indices of up to `wanted` of `count` photos, spread evenly."""
    return sorted({round(position) for position in np.linspace(0, count - 1, min(wanted, count))})


def _recall(by_code: np.ndarray, by_style: np.ndarray, count: int) -> float:
    pairs = zip(nearest(by_code, count), nearest(by_style, count), strict=True)
    return float(np.mean([np.isin(wanted, found).mean() for found, wanted in pairs]))


def _ranks(values: np.ndarray) -> np.ndarray:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (counts.cumsum() - (counts + 1) / 2)[place]


def _thumbnail(photo: np.ndarray) -> np.ndarray:
    height, width = photo.shape[:2]
    return cv2.resize(photo, (_THUMBNAIL, round(_THUMBNAIL * height / width)), interpolation=cv2.INTER_AREA)


def _header(width: int, lefts: Sequence[int]) -> np.ndarray:
    header = Image.new("RGB", (width, _HEADER), "white")
    draw = ImageDraw.Draw(header)
    for left, name in zip(lefts, ("photo", "nearest by code", "nearest by Gram matrices"), strict=True):
        draw.text((left, 4), name, fill="black", font=ImageFont.load_default(14))
    return np.asarray(header)
