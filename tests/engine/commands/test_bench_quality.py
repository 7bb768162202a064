"""`bench quality` from weights and data to tables, figures and sheet."""

import json
import sys
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import main
from engine.domains import ADE20K, FASHION, Domain
from engine.evaluation import quality
from engine.evaluation.protocols import Case, cases_of, photos_of
from engine.evaluation.quality import Figures, small_size
from engine.evaluation.quality_table import quality_tables
from engine.images import read_photo
from engine.models.step import Step, StepConfig
from engine.models.style_encoder import StyleEncoderConfig
from engine.weights.card import PHOTOS_SEEN
from engine.weights.registry import save_weights
from tests.engine.factories import make_data_set, make_weights
from tests.engine.figures import TINY, tiny_rabit


def save_tiny(root: Path, model: str, config: dict, network: torch.nn.Module, metrics: dict) -> None:
    shape = {"model": model, "domain": "fashion", "config": config, "state_dict": network.state_dict()}
    save_weights(root / "fashion" / model, data="made up", steps=7, seed=0, metrics=metrics, **shape)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data set `people`, and `weights` of a tiny RABIT, a tiny StEP and a damaged small RABIT."""
    root = tmp_path / "weights"
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(root))
    config = replace(TINY, classes=len(FASHION.classes))
    save_tiny(root, "rabit", asdict(config), tiny_rabit(0, config), {PHOTOS_SEEN: 28})
    encoder = StyleEncoderConfig(dims=3, widths=(4, 4, 8, 8))
    torch.manual_seed(0)
    step = StepConfig(content_channels=len(FASHION.classes), encoder=encoder, shrink=4, widths=(4, 8, 8, 8))
    save_tiny(root, "step", asdict(step), Step(step), {})
    make_weights(root, model="rabit-small")
    make_data_set(tmp_path / "people", photos=2)
    return tmp_path


def bench(world: Path, *more: str) -> int:
    places = ["--domain", "fashion", "--data", str(world / "people"), "--out", str(world / "out")]
    return main.main(["bench", "quality", *places, "--threads", "1", "--device", "cpu", *more])


def test_methods_are_compared_and_one_that_fails_stops_no_other(
    world: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench(world) == 1
    printed = capsys.readouterr().out
    report = json.loads((world / "out" / "quality.json").read_text())
    rabit, small, step = (report["methods"][name] for name in ("rabit", "rabit-small", "step"))
    for found in (rabit, step):
        assert found["failure"] is None and found["seconds"] > 0 and found["parameters"] > 1000
        assert found["picture"]["warp"].keys() == {"psnr", "ssim", "swd", "psnr_small", "ssim_small"}
        assert found["picture"]["swap"]["color"] > 0
    assert sys.platform != "linux" or rabit["peak_mb"] > 1
    assert rabit["warp"]["mirror"]["psnr"] > 5 and step["warp"] is None
    assert (rabit["steps"], rabit["photos_seen"], rabit["size"]) == (7, 28, [256, 384])
    assert (step["photos_seen"], step["size"]) == (None, [64, 96])
    assert small["failure"] and small["picture"] is None
    assert report["copied"]["warp"]["psnr"] > 0 and report["photos"] == 2

    tables = (world / "out" / "quality.md").read_text()
    assert tables in printed and "RABIT (small) failed: " in tables
    assert "| StEP | – | – | – | – | – |" in tables and "| 7 | 28 | 256×384 |" in tables
    sheet = read_photo(world / "out" / "quality.png")
    assert sheet.shape == (26 + 3 * (22 + 2 * 96), 6 * 64, 3)
    columns = sheet[48 : 48 + 96].reshape(96, 6, 64, 3).swapaxes(0, 1)
    assert (columns[4] == 160).all() and columns[3].std() > 0 and columns[5].std() > 0


def test_figures_for_programs_of_the_models_that_are_named(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench(world, "--models", "step", "--json") == 0
    assert list(json.loads(capsys.readouterr().out)["methods"]) == ["step"]


def test_what_cannot_be_compared_is_said_in_a_sentence(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for more, words in (
        (("--models", "step,nothing"), "no weights of model 'nothing'"),
        (("--limit", "1"), "at least 2 photos and there are 1"),
        (("--split", "test"), "test_labelled.txt"),
    ):
        assert bench(world, *more) == 2
        assert words in capsys.readouterr().err


def test_methods_take_turns(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []

    def ask(method: quality.Method, protocol: str, case: Case, domain: Domain) -> SimpleNamespace:
        asked.append((method.name, case.name))
        return SimpleNamespace(image=case.truth)

    monkeypatch.setattr(quality, "_weigh", lambda *_: None)
    monkeypatch.setattr(quality.Method, "ask", ask)
    quality.compare(FASHION, world / "people", "val", ("rabit", "step"))
    assert asked[:4] == [("rabit", "0000"), ("step", "0000"), ("step", "0001"), ("rabit", "0001")]


def test_the_truth_is_without_fault_also_when_reduced(world: Path) -> None:
    figures = Figures()
    for case in cases_of(photos_of(world / "people", FASHION, "val"), FASHION, "warp"):
        figures.add("warp", case, case.truth, FASHION)
    found = figures.means()["warp"]
    assert (found["psnr"], found["psnr_small"]) == (100, 100)
    assert (found["ssim"], found["ssim_small"], found["swd"]) == pytest.approx((1, 1, 0))


def test_pictures_are_reduced_to_one_area_by_domain() -> None:
    sizes = (256, 384), (512, 512), (64, 96)
    assert [small_size(size, FASHION) for size in sizes] == [(128, 192), (157, 157), (64, 96)]
    assert [small_size(size, ADE20K) for size in sizes] == [(105, 157), (128, 128), (64, 96)]
    assert np.prod(small_size((300, 200), FASHION)) == pytest.approx(128 * 192, rel=0.01)


def test_pictures_without_a_class_in_common_have_no_colour_error(world: Path) -> None:
    case = next(cases_of(photos_of(world / "people", FASHION, "val"), FASHION, "swap"))
    strange = replace(case, labels=np.full_like(case.labels, 1), exemplar_labels=np.full_like(case.labels, 2))
    figures = Figures()
    figures.add("swap", strange, case.truth, FASHION)
    assert figures.means() == {"swap": {}}
    report = {"methods": {}, "copied": figures.means(), "small_size": (128, 192)}
    assert "| *exemplar copied* | – | – | – | – | – |" in quality_tables(report)
