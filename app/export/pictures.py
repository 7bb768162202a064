"""One picture a file: result, warp, confidence, label map. All are written in one step and raise InputError."""

import json
from pathlib import Path

import numpy as np

from app.canvas.heat import heat_colors
from app.content import Surround
from app.export.recipe import recipe_text
from engine.conditions.label_map import write_label_map
from engine.domains import Domain
from engine.files import write_text
from engine.images import write_image
from engine.inference.state import Frame


def export_result(path: Path, frame: Frame, weights_hash: str | None = None) -> None:
    """The regenerated picture as PNG, JPEG or WebP (by suffix), its recipe inside."""
    write_image(path, frame.image, recipe_text(frame.state, weights_hash))


def export_whole_photo(path: Path, frame: Frame, surround: Surround, weights_hash: str | None = None) -> None:
    """The whole photo with the regenerated picture in its place, as PNG, JPEG or WebP, the recipe inside."""
    write_image(path, in_whole_photo(frame.image, surround), recipe_text(frame.state, weights_hash))


def in_whole_photo(picture: np.ndarray, surround: Surround) -> np.ndarray:
    """The photo of `surround` with `picture`, RGB uint8 (H, W, 3), where the canvas lies; what lies beyond is cut."""
    photo = surround.photo.array.copy()
    rows, columns = surround.visible(*picture.shape[:2])
    photo[rows, columns] = picture[
        rows.start - surround.top : rows.stop - surround.top,
        columns.start - surround.left : columns.stop - surround.left,
    ]
    return photo


def export_warp(path: Path, frame: Frame, weights_hash: str | None = None) -> None:
    """The warped exemplar as PNG, JPEG or WebP, the recipe inside; for frames that have one."""
    assert frame.warp is not None
    write_image(path, frame.warp, recipe_text(frame.state, weights_hash))


def export_confidence(path: Path, frame: Frame) -> None:
    """Confidence as 8-bit grey, 255 is full trust; for frames that have one."""
    assert frame.confidence is not None
    write_image(path, confidence_bytes(frame.confidence))


def export_heat_map(path: Path, frame: Frame) -> None:
    """Confidence in the colours of the editor's heat map; for frames that have one."""
    assert frame.confidence is not None
    write_image(path, heat_map(frame.confidence))


def export_labels(path: Path, labels: np.ndarray, domain: Domain) -> None:
    """Class ids uint8 (H, W) as a palette PNG, and beside it a JSON of the same name with ids, names and colours."""
    write_label_map(path, labels, domain)
    classes = [{"id": c.id, "name": c.name, "color": list(c.color)} for c in domain.classes]
    write_text(path.with_suffix(".json"), json.dumps({"domain": domain.name, "classes": classes}, indent=2) + "\n")


def confidence_bytes(confidence: np.ndarray) -> np.ndarray:
    """Confidence in [0, 1] as uint8 0..255, of the same shape."""
    return np.rint(np.clip(confidence, 0, 1) * 255).astype(np.uint8)


def heat_map(confidence: np.ndarray) -> np.ndarray:
    """Confidence (H, W) in [0, 1] as RGB uint8 (H, W, 3)."""
    return heat_colors()[confidence_bytes(confidence)]
