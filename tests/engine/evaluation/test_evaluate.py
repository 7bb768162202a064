"""The evaluation as a whole, with a fake engine."""

import json
from pathlib import Path

import numpy as np
import pytest

from engine.domains import FASHION
from engine.evaluation.evaluate import evaluate, table
from engine.evaluation.protocols import Case
from engine.evaluation.reliability import Reliability, Tenth
from engine.images import read_photo
from engine.inference.state import EditState, Exemplar, Frame, Pixels
from tests.engine.factories import fake_render, make_data_set


def render(case: Case) -> Frame:
    exemplar = Exemplar(Pixels(case.exemplar), Pixels(case.exemplar_labels))
    return fake_render(EditState("fashion", "fake", Pixels(case.labels), (exemplar,), (1.0,)))


def test_the_report(tmp_path: Path) -> None:
    data, out = make_data_set(tmp_path / "data"), tmp_path / "out"
    report = evaluate(render, data, "val", limit=2, domain=FASHION, model="fake", out=out)
    assert report["photos"] == 2
    for protocol in ("warp", "mirror"):
        figures = report["protocols"][protocol]
        assert figures["model"]["psnr"] > 25 > figures["copied"]["psnr"]
        assert figures["model"]["ssim"] > figures["copied"]["ssim"]
        assert figures["model"]["swd"] > 0
    assert report["protocols"]["swap"]["model"]["color"] < 2 < report["protocols"]["swap"]["copied"]["color"]
    assert json.loads((out / "evaluation.json").read_text()) == report
    assert read_photo(out / "sheet-warp.png").shape[:2] == (24 + 2 * 96, 6 * 64)
    assert read_photo(out / "reliability.png").ndim == 3
    assert "exemplar copied unchanged" in table(report)


def test_reliability_is_the_error_by_tenth() -> None:
    reliability = Reliability()
    confidence = np.array([[0.05, 0.05], [0.95, 1.0]], np.float32)
    warp = np.array([[[10] * 3, [20] * 3], [[1] * 3, [3] * 3]], np.uint8)
    reliability.add(confidence, warp, np.zeros_like(warp))
    curve = reliability.curve()
    assert curve[0] == Tenth(low=0.0, high=0.1, share=0.5, error=15.0)
    assert curve[9] == Tenth(low=0.9, high=1.0, share=0.5, error=2.0)
    assert curve[5].error is None
    assert sum(tenth.share for tenth in curve) == pytest.approx(1)
