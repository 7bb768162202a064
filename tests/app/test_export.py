import json
import zipfile
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from app.document import Document
from app.export import (
    export_confidence,
    export_contact_sheet,
    export_heat_map,
    export_labels,
    export_openraster,
    export_result,
    export_warp,
    read_recipe,
    recipe_of,
)
from app.version import app_version
from engine.conditions.label_map import read_label_map
from engine.domains import FASHION
from engine.errors import InputError
from engine.images import read_photo
from engine.inference.state import Frame
from engine.style import Style
from tests.app.factories import make_document, make_frame, make_plain_frame


@pytest.fixture
def document() -> Document:
    document = make_document()
    document.set_weights([0.75, 0.25])
    return document


@pytest.fixture
def frame(document: Document) -> Frame:
    return make_frame(document)


def test_a_png_result_is_exact(frame: Frame, tmp_path: Path) -> None:
    export_result(tmp_path / "r.png", frame)
    export_warp(tmp_path / "w.png", frame)
    assert (read_photo(tmp_path / "r.png") == frame.image).all()
    assert (read_photo(tmp_path / "w.png") == frame.warp).all()


@pytest.mark.parametrize("suffix", ["png", "jpg", "jpeg", "webp", "PNG"])
def test_the_recipe_travels_in_every_format(frame: Frame, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"r.{suffix}"
    export_result(path, frame, weights_hash="abc")
    recipe = read_recipe(path)
    assert recipe == json.loads(json.dumps(recipe_of(frame.state, "abc")))
    assert (recipe["model"], recipe["seed"], recipe["weights_hash"]) == ("rabit", 7, "abc")
    assert [(e["name"], e["weight"]) for e in recipe["exemplars"]] == [("exemplar 1", 0.75), ("exemplar 2", 0.25)]
    assert recipe["app_version"] == app_version()


def test_the_recipe_says_how_the_styles_were_mixed(document: Document) -> None:
    document.set_style(Style.of({2: (0.0, 1.0), 5: (3.0, 1.0)}, (0.5, -1.0), sample=7, surprise=0.25))
    recipe = json.loads(json.dumps(recipe_of(document.state())))
    assert recipe["style"] == {
        "class_weights": {"hair": [0.0, 1.0], "top": [3.0, 1.0]},
        "axes": [0.5, -1.0],
        "sample": 7,
        "surprise": 0.25,
    }


def test_pictures_without_a_recipe_have_none(frame: Frame, tmp_path: Path) -> None:
    export_confidence(tmp_path / "c.png", frame)
    export_confidence(tmp_path / "c.jpg", frame)
    assert read_recipe(tmp_path / "c.png") is None
    assert read_recipe(tmp_path / "c.jpg") is None


def test_an_unknown_format_is_refused_and_nothing_written(frame: Frame, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="r.tga"):
        export_result(tmp_path / "out" / "r.tga", frame)
    assert not list(tmp_path.rglob("*.tga*"))


def test_labels_open_again_and_bring_their_names(document: Document, tmp_path: Path) -> None:
    export_labels(tmp_path / "l.png", document.labels, FASHION)
    assert (read_label_map(tmp_path / "l.png", FASHION) == document.labels).all()
    assert (np.array(Image.open(tmp_path / "l.png").convert("RGB")) == FASHION.palette[document.labels]).all()
    names = json.loads((tmp_path / "l.json").read_text())
    assert names["classes"][5] == {"id": 5, "name": "top", "color": [66, 135, 245]}
    assert len(names["classes"]) == len(FASHION.classes)


def test_confidence_is_grey_from_0_to_255(frame: Frame, tmp_path: Path) -> None:
    frame.confidence[0, :3] = [0.0, 0.5, 1.0]
    export_confidence(tmp_path / "c.png", frame)
    image = Image.open(tmp_path / "c.png")
    assert image.mode == "L"
    assert np.array(image)[0, :3].tolist() == [0, 128, 255]


def test_the_heat_map_grows_lighter_with_confidence(frame: Frame, tmp_path: Path) -> None:
    frame.confidence[:] = np.linspace(0, 1, 20, dtype=np.float32)
    export_heat_map(tmp_path / "h.png", frame)
    lightness = np.array(Image.open(tmp_path / "h.png").convert("L"))[0].astype(int)
    assert (np.diff(lightness) > 0).all()


def test_openraster_opens_with_plain_zip_and_xml(document: Document, frame: Frame, tmp_path: Path) -> None:
    path = tmp_path / "layers.ora"
    export_openraster(path, frame, FASHION, document.photo)
    with zipfile.ZipFile(path) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert archive.read("mimetype") == b"image/openraster"
        assert path.read_bytes()[30:54] == b"mimetypeimage/openraster", "readers sniff it at this place"
        image = ElementTree.fromstring(archive.read("stack.xml"))
        pictures = {name: Image.open(BytesIO(archive.read(name))) for name in archive.namelist() if ".png" in name}
    assert (image.tag, image.get("w"), image.get("h")) == ("image", "20", "24")
    layers = image.findall("stack/layer")
    assert [layer.get("name") for layer in layers] == ["result", "warp", "confidence", "labels", "photo"]
    assert [layer.get("visibility") for layer in layers] == ["visible"] + ["hidden"] * 4
    shown = {layer.get("name"): np.array(pictures[layer.get("src")].convert("RGB")) for layer in layers}
    assert (shown["result"] == frame.image).all()
    assert (shown["warp"] == frame.warp).all()
    assert (shown["labels"] == FASHION.palette[document.labels]).all()
    assert (shown["photo"] == document.photo).all()
    assert (np.array(pictures["mergedimage.png"].convert("RGB")) == frame.image).all()
    assert max(pictures["Thumbnails/thumbnail.png"].size) <= 256


def test_openraster_leaves_out_a_photo_that_does_not_fit(frame: Frame, tmp_path: Path) -> None:
    export_openraster(tmp_path / "l.ora", frame, FASHION, np.zeros((3, 3, 3), np.uint8))
    with zipfile.ZipFile(tmp_path / "l.ora") as archive:
        assert "data/photo.png" not in archive.namelist()


def test_frames_without_a_warp_are_exported_without_it(document: Document, tmp_path: Path) -> None:
    frame = make_plain_frame(document)
    export_openraster(tmp_path / "l.ora", frame, FASHION, document.photo)
    with zipfile.ZipFile(tmp_path / "l.ora") as archive:
        layers = ElementTree.fromstring(archive.read("stack.xml")).findall("stack/layer")
    assert [layer.get("name") for layer in layers] == ["result", "labels", "photo"]
    export_contact_sheet(tmp_path / "s.png", frame, FASHION, document.photo)
    assert read_photo(tmp_path / "s.png").shape[1] == 5 * (20 + 16) + 16


def test_a_failed_export_leaves_the_old_file(frame: Frame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out" / "l.ora"
    export_openraster(path, frame, FASHION)
    before = path.read_bytes()

    def full_disk(*_: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.export.openraster._stack_xml", full_disk)
    with pytest.raises(InputError, match="l.ora"):
        export_openraster(path, frame, FASHION)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_the_contact_sheet_shows_everything_side_by_side(document: Document, frame: Frame, tmp_path: Path) -> None:
    export_contact_sheet(tmp_path / "s.png", frame, FASHION, document.photo)
    sheet = read_photo(tmp_path / "s.png")
    assert sheet.shape == (24 + 24 + 2 * 16, 7 * (20 + 16) + 16, 3), "two exemplars have a tile each"
    top = 16 + 24
    assert (sheet[top : top + 24, 16:36] == document.photo).all()
    assert (sheet[top : top + 24, -36:-16] == frame.image).all()
    assert read_recipe(tmp_path / "s.png")["model"] == "rabit"
