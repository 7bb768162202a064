"""The `evaluate` command for the style encoder."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.commands.evaluate import add_arguments, run
from engine.commands.parser import Parser
from engine.domains import DOMAINS
from engine.errors import InputError
from engine.images import write_image
from engine.models.style_encoder import StyleEncoder, StyleEncoderConfig
from engine.weights.registry import find_weights, save_weights
from tests.engine.folders import TINY_DOMAIN, make_tiny_weights


@pytest.fixture(autouse=True)
def _weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "weights"
    make_tiny_weights(root)
    config = StyleEncoderConfig(dims=3, widths=(4, 4, 4, 4))
    torch.manual_seed(0)
    save_weights(
        root / "tiny" / "style-encoder",
        model="style-encoder",
        domain="tiny",
        config=asdict(config),
        state_dict=StyleEncoder(config).state_dict(),
        data="made up",
        steps=0,
        seed=0,
        metrics={"training loss": 1.0},
    )
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(root))
    monkeypatch.setitem(DOMAINS, TINY_DOMAIN.name, TINY_DOMAIN)


def _run(data: Path, out: Path, *more: str) -> int:
    parser = Parser()
    add_arguments(parser)
    places = ["--domain", "tiny", "--model", "style-encoder", "--data", str(data), "--out", str(out)]
    return run(parser.parse_args([*places, "--device", "cpu", *more]))


def _images(folder: Path, count: int) -> Path:
    random = np.random.default_rng(0)
    for number in range(count):
        write_image(folder / f"{number}.png", random.integers(0, 20 + 30 * number, (96, 64, 3)).astype(np.uint8))
    return folder


def test_figures_sheet_and_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, out = _images(tmp_path / "data", 7), tmp_path / "out"
    assert _run(data, out, "--record", "--json", str(tmp_path / "copy.json")) == 0
    report = json.loads((out / "evaluation.json").read_text())
    assert report["photos"] == 7 and report["chance_5"] == pytest.approx(5 / 6) and report["recall_10"] == 1
    assert json.loads((tmp_path / "copy.json").read_text()) == report
    assert "recall@5" in capsys.readouterr().out
    with Image.open(out / "sheet-retrieval.png") as sheet:
        assert sheet.height == 24 + 7 * 144
    metrics = find_weights("tiny", "style-encoder").card.metrics
    assert metrics["val recall_5"] == round(report["recall_5"], 3) and metrics["training loss"] == 1.0
    assert metrics["val photos"] == 7


def test_a_split_of_a_data_set_takes_photos_without_labels_too(tmp_path: Path) -> None:
    _images(tmp_path / "data" / "photos", 6)
    (tmp_path / "data" / "val.txt").write_text("0 2 3 5")
    assert _run(tmp_path / "data", tmp_path / "out", "--limit", "3") == 0
    assert json.loads((tmp_path / "out" / "evaluation.json").read_text())["photos"] == 3
    with pytest.raises(InputError, match=r"test\.txt"):
        _run(tmp_path / "data", tmp_path / "out", "--split", "test")


def test_two_photos_are_too_few_to_retrieve_from(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="at least 3 photos and there are 2"):
        _run(_images(tmp_path / "data", 2), tmp_path / "out")


def test_weights_of_another_model_are_refused(tmp_path: Path) -> None:
    root = tmp_path / "weights" / "tiny" / "style-encoder"
    save_weights(
        root,
        model="style-encoder",
        domain="tiny",
        config={"dims": 3, "widths": [4, 4, 4, 4]},
        state_dict={"nothing": torch.zeros(1)},
        data="made up",
        steps=0,
        seed=0,
        metrics={},
    )
    with pytest.raises(InputError, match="are not those of a style encoder"):
        _run(_images(tmp_path / "data", 3), tmp_path / "out")
