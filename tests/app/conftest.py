"""Tests of the window run without a display, and write nothing into the user's home."""

import os
from collections.abc import Iterator
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.setdefault("QT_API", "pyside6")

import pytest
from PySide6.QtCore import QEvent, QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.start import make_application
from app.window import Window
from tests.app.driving import Engine, sample_document


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, recovery files and home in a folder of this test."""
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        folder = tmp_path / name.lower()
        folder.mkdir()
        monkeypatch.setenv(name, str(folder))
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, str(tmp_path / "settings"))


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    return make_application()


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, engine: Engine) -> Iterator[Window]:
    """The whole editor with a painted document, two exemplars and a fake engine."""
    window = Window(lambda: engine)
    window.resize(1280, 720)
    window.show()
    sample_document(window.document)
    qtbot.waitUntil(window.settled, timeout=5000)
    yield window
    window.end()
    window.hide()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
