"""`evaluate --model analyst`."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

import pytest
import torch

from engine.analysis.analyst import Analyst, AnalystConfig
from engine.commands.evaluate import add_arguments, run
from engine.domains import DOMAINS
from engine.weights.registry import find_weights, save_weights
from tests.engine.folders import TINY_DOMAIN
from tests.engine.posed_people import make_posed_people


def test_figures_sheet_and_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(DOMAINS, TINY_DOMAIN.name, TINY_DOMAIN)
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path / "weights"))
    torch.manual_seed(0)
    network = Analyst(AnalystConfig(classes=6, channels=(4, 4, 4, 4, 4), blocks=(1, 1, 1, 1), wide=4))
    save_weights(
        tmp_path / "weights" / "tiny" / "analyst",
        model="analyst", domain="tiny", config=asdict(network.config), state_dict=network.state_dict(),
        data="made up", steps=0, seed=0, metrics={},
    )  # fmt: skip
    data, out = make_posed_people(tmp_path / "data"), tmp_path / "out"
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    places = ["--domain", "tiny", "--model", "analyst", "--data", str(data), "--out", str(out)]
    assert run(parser.parse_args([*places, "--limit", "4", "--record", "--device", "cpu"])) == 0
    assert "mean IoU" in capsys.readouterr().out
    report = json.loads((out / "evaluation.json").read_text())
    assert (report["photos"], report["labelled"], report["pck"]) == (4, 3, 0)
    assert (out / "sheet-analysis.png").exists()
    metrics = find_weights("tiny", "analyst").card.metrics
    assert metrics["val mean IoU"] == round(report["mean_iou"], 3) and metrics["val photos"] == 4
    assert metrics["val PCK neck"] == 0
