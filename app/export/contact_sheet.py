"""Before and after on one sheet."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from app.export.pictures import heat_map
from app.export.recipe import recipe_text
from engine.domains import Domain
from engine.images import save_image
from engine.inference.state import Frame
from engine.models.names import title_of

_GAP = 16
_TITLE = 24
_PAPER, _INK = (250, 250, 250), (40, 40, 40)


def export_contact_sheet(
    path: Path, frame: Frame, domain: Domain, photo: np.ndarray | None = None, weights_hash: str | None = None
) -> None:
    """Photo, labels, exemplars, warp, confidence and result side by side, as PNG, JPEG or WebP with the recipe.

    Warp and confidence are left out where the model has none. Raises InputError when the file cannot be written.
    """
    tiles = {} if photo is None else {"before": photo}
    tiles |= _questions(frame, domain)
    if frame.warp is not None and frame.confidence is not None:
        tiles |= {"warp": frame.warp, "confidence": heat_map(frame.confidence)}
    tiles["after"] = frame.image
    sheet = contact_sheet(tiles, height=frame.image.shape[0])
    save_image(path, sheet, recipe_text(frame.state, weights_hash))


def export_comparison(path: Path, frames: Sequence[Frame], domain: Domain, weights_hash: str | None = None) -> None:
    """Labels and exemplars, and then what each of several models made of them, its warp before it where it has one.

    The file is PNG, JPEG or WebP; it has the recipe of the first. Raises InputError when it cannot be written.
    """
    tiles = _questions(frames[0], domain)
    for frame in frames:
        title = title_of(frame.state.model)
        if frame.warp is not None:
            tiles[f"warp of {title}"] = frame.warp
        tiles[title] = frame.image
    save_image(path, contact_sheet(tiles, frames[0].image.shape[0]), recipe_text(frames[0].state, weights_hash))


def _questions(frame: Frame, domain: Domain) -> dict[str, np.ndarray]:
    """Labels and exemplars by their titles."""
    tiles = {"labels": domain.palette[frame.state.labels.array]}
    for number, exemplar in enumerate(frame.state.exemplars, start=1):
        tiles["exemplar" if len(frame.state.exemplars) == 1 else f"exemplar {number}"] = exemplar.photo.array
    return tiles


def contact_sheet(tiles: dict[str, np.ndarray], height: int) -> Image.Image:
    """RGB uint8 (H, W, 3) pictures in a row, scaled to one height, each under its title."""
    pictures = [Image.fromarray(array) for array in tiles.values()]
    scaled = [picture.resize((max(1, round(picture.width * height / picture.height)), height)) for picture in pictures]
    width = sum(picture.width + _GAP for picture in scaled) + _GAP
    sheet = Image.new("RGB", (width, height + _TITLE + 2 * _GAP), _PAPER)
    draw, font, left = ImageDraw.Draw(sheet), ImageFont.load_default(size=16), _GAP
    for title, picture in zip(tiles, scaled, strict=True):
        draw.text((left, _GAP // 2), title, fill=_INK, font=font)
        sheet.paste(picture, (left, _GAP + _TITLE))
        left += picture.width + _GAP
    return sheet
