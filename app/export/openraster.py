"""OpenRaster: one file with all views as layers, for Krita, GIMP and MyPaint."""

from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import numpy as np
from PIL import Image

from app.export.pictures import heat_map
from engine.domains import Domain
from engine.files import replacing
from engine.inference.state import Frame

THUMBNAIL = (256, 256)

Layers = dict[str, np.ndarray]
"""RGB uint8 (H, W, 3) by layer name, topmost first."""


def export_openraster(path: Path, frame: Frame, domain: Domain, photo: np.ndarray | None = None) -> None:
    """Write result, warp, confidence, labels and, where it fits, the photo as layers; the result is visible.

    Warp and confidence are left out where the model has none. Raises InputError when the file cannot be written.
    """
    layers: Layers = {"result": frame.image}
    if frame.warp is not None and frame.confidence is not None:
        layers |= {"warp": frame.warp, "confidence": heat_map(frame.confidence)}
    layers["labels"] = domain.palette[frame.state.labels.array]
    if photo is not None and photo.shape == frame.image.shape:
        layers["photo"] = photo
    with replacing(path) as temporary, ZipFile(temporary, "w", ZIP_STORED) as archive:
        _write(archive, layers)


def _write(archive: ZipFile, layers: Layers) -> None:
    """The members in the order that the OpenRaster specification wants: an uncompressed mimetype leads."""
    merged = Image.fromarray(next(iter(layers.values())))
    archive.writestr("mimetype", "image/openraster")
    archive.writestr("stack.xml", _stack_xml(layers, merged.size), ZIP_DEFLATED)
    for name, array in layers.items():
        archive.writestr(f"data/{name}.png", _png(Image.fromarray(array)))
    archive.writestr("mergedimage.png", _png(merged))
    merged.thumbnail(THUMBNAIL)
    archive.writestr("Thumbnails/thumbnail.png", _png(merged))


def _stack_xml(layers: Layers, size: tuple[int, int]) -> bytes:
    image = ElementTree.Element("image", version="0.0.3", w=str(size[0]), h=str(size[1]))
    stack = ElementTree.SubElement(image, "stack")
    for position, name in enumerate(layers):
        attributes = {"name": name, "src": f"data/{name}.png", "x": "0", "y": "0", "opacity": "1.0"}
        attributes["visibility"] = "hidden" if position else "visible"
        attributes["composite-op"] = "svg:src-over"
        ElementTree.SubElement(stack, "layer", attributes)
    return ElementTree.tostring(image, encoding="UTF-8", xml_declaration=True)


def _png(image: Image.Image) -> bytes:
    buffer = BytesIO()
    image.convert("RGBA").save(buffer, "PNG")
    return buffer.getvalue()
