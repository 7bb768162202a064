"""The contact sheet: condition, exemplar, warp, confidence, result and truth side by side."""

from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from engine.domains import Domain
from engine.evaluation.protocols import Case
from engine.images import resize_photo
from engine.inference.state import Frame

COLUMNS = ("condition", "exemplar", "warp", "confidence", "result", "truth")

_HEADER = 24


def sheet_row(case: Case, frame: Frame, domain: Domain) -> np.ndarray:
    """The six pictures of one case side by side, uint8 RGB, each of the condition's size.

    Without an alignment, warp and confidence are grey.
    """
    height, width = case.labels.shape
    grey = np.full((height, width, 3), 128, np.uint8)
    cells = (
        domain.palette[case.labels],
        resize_photo(case.exemplar, (width, height)),
        grey if frame.warp is None else frame.warp,
        grey if frame.confidence is None else heat_map(frame.confidence),
        frame.image,
        case.truth,
    )
    return np.concatenate(cells, axis=1)


def contact_sheet(rows: Sequence[np.ndarray]) -> np.ndarray:
    """Rows of `sheet_row` below each other under a line of names, uint8 RGB; rows may differ in width."""
    width = max(row.shape[1] for row in rows)
    header = Image.new("RGB", (width, _HEADER), "white")
    draw = ImageDraw.Draw(header)
    for i, name in enumerate(COLUMNS):
        draw.text((i * rows[0].shape[1] / len(COLUMNS) + 6, 4), name, fill="black", font=ImageFont.load_default(14))
    padded = [np.pad(row, ((0, 0), (0, width - row.shape[1]), (0, 0)), constant_values=255) for row in rows]
    return np.concatenate([np.asarray(header), *padded])


def heat_map(confidence: np.ndarray) -> np.ndarray:
    """Confidence float (H, W) in [0, 1] as uint8 RGB: dark violet is 0, yellow is 1."""
    grey = np.clip(np.rint(confidence * 255), 0, 255).astype(np.uint8)
    return cv2.cvtColor(cv2.applyColorMap(grey, cv2.COLORMAP_VIRIDIS), cv2.COLOR_BGR2RGB)
