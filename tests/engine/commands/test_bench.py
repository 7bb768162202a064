"""The `bench` command, from data and a style encoder to table and sheet."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
import torch

import main
from engine.domains import DOMAINS
from engine.images import read_photo
from engine.models.style_encoder import StyleEncoder, StyleEncoderConfig
from engine.weights.registry import save_weights
from tests.engine.folders import TINY_DOMAIN, make_people, make_tiny_weights

ENCODER = StyleEncoderConfig(dims=3, widths=(4, 4, 8, 8))


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the data set `people` and the weights of an `encoder`."""
    make_tiny_weights(tmp_path / "weights")
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setitem(DOMAINS, TINY_DOMAIN.name, TINY_DOMAIN)
    monkeypatch.setattr("engine.training.style_ablation.EPOCHS", 2)
    make_people(tmp_path / "people")
    torch.manual_seed(0)
    made = {"data": "made up", "steps": 0, "seed": 0, "metrics": {}, "config": asdict(ENCODER)}
    state = StyleEncoder(ENCODER).state_dict()
    save_weights(tmp_path / "encoder", model="style-encoder", domain="tiny", state_dict=state, **made)
    return tmp_path


def _bench(world: Path, *more: str) -> int:
    places = ["--domain", "tiny", "--data", str(world / "people"), "--style-encoder", str(world / "encoder")]
    shape = ["--steps", "1", "--size", "96", "--batch", "2", "--conditions", "1", "--device", "cpu"]
    return main.main(["bench", "styles", *places, *shape, "--out", str(world / "out"), *more])


def test_methods_are_trained_once_and_compared(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _bench(world, "--methods", "step-v4,bicyclegan-v0") == 0
    assert "| bicyclegan-v0 |" in capsys.readouterr().out
    report = json.loads((world / "out" / "ablation.json").read_text())
    assert list(report["methods"]) == ["step-v4", "bicyclegan-v0"] and report["steps"] == 1
    assert all(found["psnr"] > 0 and found["diversity"] >= 0 for found in report["methods"].values())
    assert "| step-v4 |" in (world / "out" / "ablation.md").read_text()
    assert read_photo(world / "out" / "ablation.png").shape[0] == 2 * 96

    weights = sorted((world / "out").glob("*/weights/*"))
    times = [path.stat().st_mtime_ns for path in weights]
    assert _bench(world, "--methods", "step-v4,bicyclegan-v0") == 0
    assert [path.stat().st_mtime_ns for path in weights] == times
    assert json.loads((world / "out" / "ablation.json").read_text()) == report

    assert _bench(world, "--methods", "step-v4", "--seed", "1") == 2
    assert "other settings" in capsys.readouterr().err


def test_what_cannot_be_done_is_said_in_a_sentence(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for more, words in (
        (("--methods", "step-v4,nothing"), "there is no method 'nothing'"),
        (("--size", "100"), "choose a --size"),
        (("--batch", "9"), "fewer than --batch"),
        (("--style-encoder", str(world)), "card"),
    ):
        assert _bench(world, *more) == 2
        assert words in capsys.readouterr().err
    assert main.main(["bench"]) == 2
    assert "bench" in capsys.readouterr().err
