"""`evaluate` and `bench quality` on data sets in the layouts of their authors."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch

import main
from engine.conditions.body import body_segments
from engine.data.layouts.celebahq import GLASSES, PARTS
from engine.domains import ADE20K, CELEBAHQ, DEEPFASHION, Domain
from engine.evaluation.protocols import PROTOCOLS, cases_of, photos_of
from engine.images import read_photo
from engine.models.cocosnet import CocosNet, CocosNetConfig
from engine.models.rabit import Rabit
from engine.models.step import Step, StepConfig
from engine.models.style_encoder import StyleEncoder, StyleEncoderConfig
from engine.weights.registry import find_weights, save_weights
from tests.engine.layout_folders import make_ade20k, make_celebahq, make_deepfashion
from tests.engine.posed_domain import POSED_CONFIG


@pytest.fixture(autouse=True)
def _weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path / "weights"))


def _save(root: Path, domain: Domain, model: str, config: object, network: torch.nn.Module) -> None:
    made = {"data": "made up", "steps": 1, "seed": 0, "metrics": {}, "config": asdict(config)}
    folder = root / "weights" / domain.name / model
    save_weights(folder, model=model, domain=domain.name, state_dict=network.state_dict(), **made)


def _save_cocosnet(root: Path, domain: Domain) -> None:
    torch.manual_seed(0)
    config = CocosNetConfig(len(domain.classes), (64, 64), width=4, generator_width=4)
    _save(root, domain, "cocosnet", config, CocosNet(config))


def _save_step(root: Path, domain: Domain) -> None:
    torch.manual_seed(0)
    encoder = StyleEncoderConfig(dims=3, widths=(4, 4, 8, 8))
    config = StepConfig(content_channels=len(domain.classes), encoder=encoder, shrink=4, widths=(4, 8, 8, 8))
    _save(root, domain, "step", config, Step(config))


def _evaluate(root: Path, domain: Domain, layout: str, model: str, *more: str) -> int:
    places = ["--domain", domain.name, "--data", str(root / "data"), "--layout", layout, "--out", str(root / "out")]
    return main.main(["evaluate", *places, "--model", model, "--device", "cpu", *more])


@pytest.mark.parametrize(("domain", "layout"), [(ADE20K, "ade20k"), (CELEBAHQ, "celebahq")])
def test_label_maps(tmp_path: Path, domain: Domain, layout: str, capsys: pytest.CaptureFixture[str]) -> None:
    (make_ade20k if layout == "ade20k" else make_celebahq)(tmp_path / "data")
    _save_cocosnet(tmp_path, domain)
    assert _evaluate(tmp_path, domain, layout, "cocosnet", "--limit", "2", "--record") == 0
    assert "warped exemplar" in capsys.readouterr().out
    report = json.loads((tmp_path / "out" / "evaluation.json").read_text())
    assert (report["domain"], report["photos"]) == (domain.name, 2)
    assert {0 < report["protocols"]["warp"][name]["psnr"] < 100 for name in ("copied", "warped", "model")} == {True}
    assert report["protocols"]["swap"]["model"]["color"] > 0
    assert read_photo(tmp_path / "out" / "sheet-swap.png").shape == (24 + 2 * 256, 6 * 256, 3)
    assert find_weights(domain.name, "cocosnet").card.metrics["val photos"] == 2


@pytest.mark.parametrize("layout", ["deepfashion", "deepfashion-hd"])
def test_poses(tmp_path: Path, layout: str) -> None:
    make_deepfashion(tmp_path / "data", hd=layout == "deepfashion-hd")
    torch.manual_seed(0)
    _save(tmp_path, DEEPFASHION, "rabit", POSED_CONFIG, Rabit(POSED_CONFIG))
    assert _evaluate(tmp_path, DEEPFASHION, layout, "rabit", "--limit", "1") == 0
    report = json.loads((tmp_path / "out" / "evaluation.json").read_text())
    assert report["photos"] == 1 and 0 < report["protocols"]["mirror"]["model"]["psnr"] < 100


def test_questions_are_asked_at_the_size_of_the_domain(tmp_path: Path) -> None:
    photos = photos_of(make_celebahq(tmp_path / "faces"), CELEBAHQ, "val", "celebahq")
    for protocol in PROTOCOLS:
        case = next(cases_of(photos, CELEBAHQ, protocol))
        assert case.name == "1999.jpg" and case.pose is None
        assert case.truth.shape == case.exemplar.shape == (256, 256, 3)
        assert case.labels.shape == case.exemplar_labels.shape == (256, 256)
        assert (case.labels == PARTS.index(GLASSES)).any()
    people = photos_of(make_deepfashion(tmp_path / "people"), DEEPFASHION, "val", "deepfashion")
    for protocol in PROTOCOLS:
        case = next(cases_of(people, DEEPFASHION, protocol))
        assert case.truth.shape == (256, 256, 3) and case.exemplar_pose.shape == (1, 18, 3)
        assert np.array_equal(case.labels, body_segments(case.pose, (256, 256)))
    seen = case.pose[0, case.pose[0].any(axis=1), :2]
    assert seen.max() > 200  # the photo is of 64×96 pixels
    other = people.partners(case.name)[0]
    assert other != case.name and np.array_equal(case.exemplar, people.read(other)[0])


def test_methods_are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_celebahq(tmp_path / "data", merged=True)
    _save_cocosnet(tmp_path, CELEBAHQ)
    _save_step(tmp_path, CELEBAHQ)
    places = ["--domain", "celebahq", "--data", str(tmp_path / "data"), "--layout", "celebahq"]
    more = ["--limit", "2", "--threads", "1", "--device", "cpu", "--out", str(tmp_path / "out")]
    assert main.main(["bench", "quality", *places, *more]) == 0
    report = json.loads((tmp_path / "out" / "quality.json").read_text())
    assert report["methods"].keys() == {"cocosnet", "step"} and report["photos"] == 2
    for found in report["methods"].values():
        assert found["failure"] is None and found["parameters"] > 1000 and found["picture"]["mirror"]["psnr"] > 0
    assert "| CoCosNet |" in capsys.readouterr().out


def test_a_model_without_warps_is_evaluated_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_celebahq(tmp_path / "data")
    _save_step(tmp_path, CELEBAHQ)
    assert _evaluate(tmp_path, CELEBAHQ, "celebahq", "step", "--limit", "1") == 0
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("warped exemplar"))
    assert line.split()[2:] == ["-", "-", "-"]
    report = json.loads((tmp_path / "out" / "evaluation.json").read_text())
    assert report["protocols"]["warp"]["warped"] == {} and report["protocols"]["warp"]["model"]["psnr"] > 0
    warp = read_photo(tmp_path / "out" / "sheet-warp.png")[24:, 2 * 256 : 4 * 256]
    assert (warp == 128).all()


def test_what_cannot_be_read_is_said_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_celebahq(tmp_path / "data")
    for domain in (CELEBAHQ, DEEPFASHION):
        _save_cocosnet(tmp_path, domain)
    encoder = replace(StyleEncoderConfig(), dims=3, widths=(4, 4, 4, 4))
    _save(tmp_path, CELEBAHQ, "style-encoder", encoder, StyleEncoder(encoder))
    bench = ("bench", "quality", "--domain", "celebahq", "--data", str(tmp_path / "data"), "--device", "cpu")
    for command, words in (
        (lambda: _evaluate(tmp_path, CELEBAHQ, "deepfashion", "cocosnet"), "layout deepfashion has none"),
        (lambda: _evaluate(tmp_path, DEEPFASHION, "celebahq", "cocosnet"), "layout celebahq has none"),
        (lambda: _evaluate(tmp_path, CELEBAHQ, "ade20k", "cocosnet", "--split", "test"), "no test"),
        (lambda: _evaluate(tmp_path, CELEBAHQ, "celebahq", "style-encoder"), "not evaluated on the layout celebahq"),
        (lambda: main.main([*bench, "--layout", "deepfashion-hd"]), "layout deepfashion-hd has none"),
    ):
        assert command() == 2
        error = capsys.readouterr().err
        assert words in error and len(error.splitlines()) == 1
