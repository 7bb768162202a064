"""`bench speed` from the command line."""

import json

import pytest
import torch

import main
from engine.commands.bench_speed import row_of
from engine.evaluation import speed_of_gpu, speed_of_renders
from engine.evaluation.speed import Line
from engine.inference.session import Session
from engine.weights.registry import weights_root

SHIPPED = pytest.mark.skipif(
    not (weights_root() / "fashion" / "rabit" / "card.json").exists(), reason="no weights are shipped yet"
)


def test_rows_stand_in_columns() -> None:
    rows = [
        row_of(Line("full render", "ms", 1234.5, 2000.0, 300.0, 400.0)),
        row_of(Line("a ratio", "times", 52.04, target=40.0, note="than dense")),
        row_of(Line("not run", "ms", None, note="too long")),
    ]
    figures = [" ".join(row.split()) for row in rows]
    assert figures[0] == "full render 1,234 ms 2,000 ms 300 ms ≤ 400 ms missed"
    assert figures[1] == "a ratio 52.0 × – – ≥ 40.0 × ok than dense"
    assert rows[0][:108].endswith("≤ 400 ms") and rows[1][:108].endswith("≥ 40.0 ×")
    assert rows[2].endswith("too long")


@pytest.mark.parametrize("wrong", [["--only", "nothing"], ["--rounds", "0"], ["--threads", "many"]])
def test_parts_and_counts_are_checked(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["bench", "speed", *wrong]) == 2
    assert wrong[0] in capsys.readouterr().err


@SHIPPED
def test_renders_are_measured(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(speed_of_renders, "SIZES", ((256, 384),))
    assert main.main(["bench", "speed", "--only", "renders", "--rounds", "1", "--threads", "1", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["machine"]["threads"] == 1 and report["machine"]["gflop_per_s"] > 0
    floors = {line["name"].split(",")[0]: line["floor"] for line in report["lines"]}
    assert floors["exemplar swap"] > floors["full render"] > floors["slider move"] > 0
    assert all(line["value"] > 0 for line in report["lines"])


@SHIPPED
@pytest.mark.slow
def test_the_editor_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["bench", "speed", "--only", "editor", "--rounds", "1"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert [row.split(",")[0].split("  ")[0] for row in rows[2:]] == [
        "first picture",
        "memory of the editor",
        *["brush event"] * 3,
    ]
    assert all("ok" in row or "missed" in row for row in rows[2:])


def test_without_a_gpu_its_lines_say_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert main.main(["bench", "speed", "--only", "gpu", "--rounds", "1", "--threads", "1"]) == 0
    rows = [" ".join(row.split()) for row in capsys.readouterr().out.splitlines()[2:]]
    assert "GPU: full render, 512×768 – – – ≤ 15.0 ms no CUDA device is here" in rows
    assert "GPU: full render, 1024×1536 – – – ≤ 50.0 ms no CUDA device is here" in rows
    assert sum("GPU: 30-pixel dab" in row and "≤ 8.0 ms" in row for row in rows) == 3


@SHIPPED
@pytest.mark.slow
def test_what_is_measured_on_a_gpu_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the processor in the GPU's place: the lines, not the figures."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", lambda: None)
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda: 2**20)
    monkeypatch.setattr(speed_of_gpu, "convolution_rate", lambda device: 1e6)
    monkeypatch.setattr(speed_of_gpu, "Session", lambda device, compile=False: Session("cpu"))
    monkeypatch.setattr(speed_of_gpu, "SIZES", ((128, 192),))
    monkeypatch.setattr(speed_of_gpu, "UNTIMED", 1)
    lines = {line.name: line for line in speed_of_gpu.measure(1.0, 1)}
    assert lines["GPU: 30-pixel dab, 128×192"].value > 0 and lines["GPU: 30-pixel dab, 128×192"].target == 8
    assert lines["GPU: pixels that differ, 128×192"].value == 0 and lines["GPU: pixels that differ, 128×192"].met
    assert lines["GPU: memory, 128×192"].value == 1
