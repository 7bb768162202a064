"""The editor as a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

import app.start
from app.display import problem_with_display
from app.project import save_project
from engine.errors import InputError
from tests.app.driving import Engine
from tests.app.factories import make_document

ROOT = Path(__file__).resolve().parents[2]


def test_without_a_display_it_says_so_and_ends_with_2() -> None:
    script = "import sys; from app.start import run_editor; sys.exit(run_editor(None, device='cpu'))"
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "render" in done.stderr and "QT_QPA_PLATFORM=offscreen" in done.stderr


def test_a_display_that_does_not_answer_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":4711")
    assert "no display" in problem_with_display()


def test_the_window_needs_no_torch() -> None:
    script = "import sys, app.start; assert 'torch' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT).returncode == 0


def test_a_screenshot_of_a_project(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.start, "make_window", lambda device: app.start.Window(Engine))
    save_project(make_document(), tmp_path / "p.warpaint")
    assert app.start.take_screenshot(tmp_path / "w.png", tmp_path / "p.warpaint", device="cpu") == 0
    assert QImage(str(tmp_path / "w.png")).width() > 800


def test_a_screenshot_of_a_broken_project_is_an_input_error(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.start, "make_window", lambda device: app.start.Window(Engine))
    (tmp_path / "p.warpaint").write_bytes(b"no zip")
    with pytest.raises(InputError, match="p.warpaint"):
        app.start.take_screenshot(tmp_path / "w.png", tmp_path / "p.warpaint", device="cpu")
