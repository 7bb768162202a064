"""The editor as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QInputDialog
from pytestqt.qtbot import QtBot

import app.start
from app.display import problem_with_display
from app.project import save_project
from app.window import Window
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


def test_the_engine_computes_with_the_threads_of_the_settings(
    qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int | None] = []
    monkeypatch.setattr("engine.inference.session.Session", lambda device, threads, compile: made.append(threads))
    makers: list[Callable[[], object]] = []
    monkeypatch.setattr(app.start, "Window", lambda make_session, analysis: makers.append(make_session))
    app.start.make_window("cpu")
    app.start.make_window("cpu", threads=2)
    for answer in (1, 0):
        window = Window(Engine)
        qtbot.addWidget(window)

        def say(answer: int = answer) -> None:
            question = QApplication.activeModalWidget()
            assert isinstance(question, QInputDialog)
            question.setIntValue(answer)
            question.accept()

        QTimer.singleShot(0, say)
        window.registry["threads"].trigger()
        window.end()
        for make_session in makers:
            make_session()
    assert made == [1, 2, None, 2]
