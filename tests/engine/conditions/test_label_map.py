"""Label maps as files."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from engine.conditions.label_map import COLOR_TOLERANCE, read_label_map, write_label_map
from engine.domains import ADE20K, DOMAINS, FASHION
from engine.errors import InputError
from engine.images import write_image

label_maps = arrays(
    np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 20)), elements=st.integers(0, len(FASHION.classes) - 1)
)


@pytest.mark.parametrize("domain", [d for d in DOMAINS.values() if d is not ADE20K], ids=lambda domain: domain.name)
def test_colours_of_classes_are_further_apart_than_twice_the_tolerance(domain) -> None:
    palette = domain.palette.astype(int)
    distance = np.abs(palette[:, None] - palette).max(axis=2)
    assert distance[~np.eye(len(palette), dtype=bool)].min() > 2 * COLOR_TOLERANCE


def test_close_colours_are_told_apart(tmp_path: Path) -> None:
    labels = np.arange(151, dtype=np.uint8)[None].repeat(2, 0)
    write_image(tmp_path / "colours.png", ADE20K.palette[labels])
    assert np.array_equal(read_label_map(tmp_path / "colours.png", ADE20K), labels)


@given(label_maps)
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, labels: np.ndarray) -> None:
    path = tmp_path_factory.getbasetemp() / "labels.png"
    write_label_map(path, labels, FASHION)
    assert np.array_equal(read_label_map(path, FASHION), labels)
    with Image.open(path) as image:
        assert np.array_equal(np.array(image.convert("RGB")), FASHION.palette[labels])


@given(label_maps, st.integers(-COLOR_TOLERANCE, COLOR_TOLERANCE))
def test_colours_are_recognised(tmp_path_factory: pytest.TempPathFactory, labels: np.ndarray, shift: int) -> None:
    path = tmp_path_factory.getbasetemp() / "colours.png"
    write_image(path, np.clip(FASHION.palette[labels].astype(int) + shift, 0, 255).astype(np.uint8))
    assert np.array_equal(read_label_map(path, FASHION), labels)


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_grey_values_are_ids(tmp_path: Path, suffix: str) -> None:
    labels = np.arange(12, dtype=np.uint8).reshape(3, 4)
    Image.fromarray(labels).save(tmp_path / f"a.{suffix}")
    assert np.array_equal(read_label_map(tmp_path / f"a.{suffix}", FASHION), labels)


def test_a_foreign_id_is_named_with_its_place(tmp_path: Path) -> None:
    labels = np.zeros((5, 7), np.uint8)
    labels[3, 2] = 19
    Image.fromarray(labels).save(tmp_path / "a.png")
    with pytest.raises(InputError, match=r"a\.png has class id 19 at x=2, y=3"):
        read_label_map(tmp_path / "a.png", FASHION)


def test_a_foreign_colour_is_named_with_its_place(tmp_path: Path) -> None:
    colours = np.broadcast_to(FASHION.palette[0], (5, 7, 3)).copy()
    colours[4, 6] = (1, 255, 2)
    write_image(tmp_path / "a.png", colours)
    with pytest.raises(InputError, match=r"a\.png has the colour \(1, 255, 2\) at x=6, y=4"):
        read_label_map(tmp_path / "a.png", FASHION)


def test_other_files_are_refused(tmp_path: Path) -> None:
    Image.new("CMYK", (3, 3)).save(tmp_path / "cmyk.tif")
    for name in ("cmyk.tif", "missing.png"):
        with pytest.raises(InputError, match=name):
            read_label_map(tmp_path / name, FASHION)
    with pytest.raises(InputError, match=r"\.png"):
        write_label_map(tmp_path / "labels.jpg", np.zeros((2, 2), np.uint8), FASHION)
