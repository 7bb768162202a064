"""The `pairs` command, from a folder of photos to lists that trainings read."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from engine.data.layouts.ade20k import Ade20k
from engine.data.layouts.deepfashion import DeepFashion
from engine.data.layouts.lists import read_references
from engine.data.photo_set import PhotoSet
from engine.domains import DOMAINS, FASHION
from engine.images import read_photo
from main import main
from tests.engine.factories import make_data_set
from tests.engine.layout_folders import make_ade20k, make_deepfashion, small_domain
from tests.engine.posed_domain import POSED_DOMAIN

SMALL = replace(small_domain("small", 20), analyst=FASHION.name)


@pytest.fixture(autouse=True)
def _domains(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DOMAINS, SMALL.name, SMALL)
    monkeypatch.setitem(DOMAINS, POSED_DOMAIN.name, POSED_DOMAIN)


def _pairs(data: Path, out: Path, *more: str, domain: str = SMALL.name) -> int:
    return main(["pairs", "--domain", domain, "--data", str(data), "--out", str(out), "--device", "cpu", *more])


@pytest.mark.parametrize("by", ["look", "labels"])
def test_a_new_data_set_gets_its_list(tmp_path: Path, by: str, capsys: pytest.CaptureFixture[str]) -> None:
    data = make_data_set(tmp_path / "data", 4, split="train")
    (data / "pairs.json").unlink()
    assert _pairs(data, data / "pairs.json", "--by", by, "--split", "train", "--top", "2", domain="fashion") == 0
    pairs = json.loads((data / "pairs.json").read_text())
    assert set(pairs) == {"0000", "0001", "0002", "0003"} and all(len(others) == 2 for others in pairs.values())
    report = json.loads((data / "pairs-report.json").read_text())
    assert report["pairs"] == 8 and 0 < report["class overlap"]["median"] <= 1 and report["by"] == by
    assert read_photo(data / "pairs-sheet.png").shape[1] > 600
    assert "suspicious: " in capsys.readouterr().out
    assert PhotoSet(data, FASHION, "train").names == sorted(pairs)


def test_the_authors_lists_are_written_and_read(tmp_path: Path) -> None:
    data = make_ade20k(tmp_path / "data", 4)
    (data / "ade20k_ref_test.txt").unlink()
    more = ("--layout", "ade20k", "--by", "labels", "--split", "val", "--from", "train")
    assert _pairs(data, data / "ade20k_ref_test.txt", *more) == 0
    photos = Ade20k(data, SMALL, "val")
    assert len(photos.names) == 4
    assert all(other.startswith("ADE_train_") for name in photos.names for other in photos.partners(name))


def test_the_same_person_by_file_names(tmp_path: Path) -> None:
    data = make_deepfashion(tmp_path / "data")
    out = data / "deepfashion_self_pair.txt"
    assert _pairs(data, out, "--layout", "deepfashion", "--by", "person", domain=POSED_DOMAIN.name) == 0
    assert len(read_references(out)) == 4
    assert DeepFashion(data, "train").partners("img/WOMEN/Dresses/id_00000000/01_1_front.jpg")


def test_a_list_that_is_there_is_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = make_ade20k(tmp_path / "data", 3)
    listed = data / "ade20k_ref.txt"
    listed.write_bytes(listed.read_bytes() + b"ADE_train_00000001.jpg_,gone.jpg\r\n")
    before = listed.read_bytes()
    more = ("--layout", "ade20k", "--check", str(listed), "--split", "train")
    assert _pairs(data, tmp_path / "report.json", *more) == 0
    assert json.loads((tmp_path / "report.json").read_text())["pairs"] == 6
    assert listed.read_bytes() == before and (tmp_path / "report-sheet.png").exists()
    said = capsys.readouterr().out
    assert "of 6 pairs" in said and "left out: 1 pairs" in said


@pytest.mark.parametrize(
    ("out", "more", "sentence"),
    [
        ("pairs.csv", (), r"pairs.csv as a list of pairs; end its name in .json or .txt"),
        ("pairs.txt", ("--by", "person"), "does not say who is the same person"),
        ("report.txt", ("--check", "pairs.json"), "report.txt; end its name in .json"),
        ("pairs.json", ("--layout", "deepfashion"), "layout deepfashion has none"),
        ("pairs.json", (), "train_labelled.txt"),
    ],
)
def test_what_cannot_be_done_is_said(
    tmp_path: Path, out: str, more: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pairs.json").write_text("{}")
    more = tuple(str(tmp_path / item) if item == "pairs.json" else item for item in more)
    assert _pairs(tmp_path, tmp_path / out, *more) == 2
    assert sentence in capsys.readouterr().err
