"""Trainings on data sets in the layouts of their authors."""

import argparse
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from engine.analysis.parser import Parser, ParserConfig
from engine.conditions.part_edges import EDGE_PLANES
from engine.domains import CELEBAHQ, CELEBAHQ_EDGE, DOMAINS, FASHION, Domain
from engine.errors import InputError
from engine.models.building import BUILDERS
from engine.training.train import add_arguments, run
from engine.weights.registry import open_weights, read_weights, save_weights
from tests.engine.layout_folders import make_ade20k, make_celebahq, make_deepfashion, small_domain
from tests.engine.posed_domain import POSED_DOMAIN

POSED = replace(POSED_DOMAIN, name="deep", analyst=FASHION.name)


def _train(layout: str, model: str, domain: Domain, data: Path, out: Path, patch: pytest.MonkeyPatch) -> int:
    patch.setitem(DOMAINS, domain.name, domain)
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    places = ["--domain", domain.name, "--data", str(data), "--layout", layout, "--out", str(out)]
    few = ["--steps", "1", "--batch", "2", "--device", "cpu", "--preset", "small"]
    return run(parser.parse_args([*places, "--model", model, *few]))


@pytest.mark.parametrize(
    ("layout", "model", "classes"),
    [
        ("ade20k", "parser", 20),
        ("celebahq", "parser", 19),
        ("celebahq", "cocosnet", 19),
        ("celebahq", "cocosnet2-small", 19),
        ("celebahq", "rabit-small", 19),
    ],
)
def test_label_maps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layout: str, model: str, classes: int) -> None:
    domain = replace(small_domain("small", classes, (128, 128)), analyst=FASHION.name)
    data = (make_ade20k if layout == "ade20k" else make_celebahq)(tmp_path / "data")
    assert _train(layout, model, domain, data, tmp_path / "out", monkeypatch) == 0
    card = open_weights(tmp_path / "out" / "weights").card
    assert card.steps == 1
    assert model == "parser" or card.config["size"] == [64, 64]


def test_poses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = make_deepfashion(tmp_path / "data")
    assert _train("deepfashion", "rabit", POSED, data, tmp_path / "out", monkeypatch) == 0
    assert open_weights(tmp_path / "out" / "weights").card.domain == "deep"


def test_faces_by_their_edges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parser = Parser(ParserConfig(len(CELEBAHQ.classes), (4, 6, 8, 8, 8, 8)))
    made = {"data": "made up", "steps": 0, "seed": 0, "metrics": {}, "config": asdict(parser.config)}
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path / "weights"))
    folder = tmp_path / "weights" / "celebahq" / "parser"
    save_weights(folder, model="parser", domain="celebahq", state_dict=parser.state_dict(), **made)
    data = make_celebahq(tmp_path / "data")
    domain = replace(CELEBAHQ_EDGE, size=(128, 128))
    assert _train("celebahq", "cocosnet", domain, data, tmp_path / "out", monkeypatch) == 0
    config, tensors = read_weights(open_weights(tmp_path / "out" / "weights"))
    assert config["edges"] and config["size"] == [64, 64]
    translator = BUILDERS["cocosnet"](config)
    translator.load_state_dict(tensors)
    assert translator.correspondence.adaptive_model_seg.layer1[0].in_channels == EDGE_PLANES
    for model in ("rabit-small", "parser", "guided-bft"):
        with pytest.raises(InputError, match="choose the model cocosnet, or the domain celebahq[.]"):
            _train("celebahq", model, domain, data, tmp_path / "other", monkeypatch)


def test_layouts_that_do_not_fit_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="layout deepfashion has none"):
        _train("deepfashion", "parser", small_domain("small", 19), tmp_path, tmp_path, monkeypatch)
    with pytest.raises(InputError, match="layout side-by-side has none"):
        _train("side-by-side", "rabit", POSED, tmp_path, tmp_path, monkeypatch)
    with pytest.raises(InputError, match="parser learns from label maps and the domain deep"):
        _train("deepfashion", "parser", POSED, tmp_path, tmp_path, monkeypatch)
