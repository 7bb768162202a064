"""Kinds of image in the menus: new canvases, and classes and models that follow the document."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.files import Button
from app.window import Window
from engine.domains import ADE20K, FASHION
from engine.weights.registry import save_weights
from tests.app.driving import Engine
from tests.engine.factories import make_weights

FOUNTAIN = ADE20K.class_named("fountain").id


@pytest.fixture
def scenes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights of ours, and imported ones of scenes."""
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path / "weights"))
    make_weights(tmp_path / "weights")
    save_weights(
        tmp_path / "weights" / "ade20k" / "mine",
        model="mine",
        domain="ade20k",
        config={"published": "cocosnet", "options": {}},
        state_dict={"nothing": torch.zeros(1)},
        data="made up",
        steps=0,
        seed=0,
        metrics={},
    )


@pytest.fixture
def window(scenes: None, qtbot: QtBot, qapp: QApplication, engine: Engine) -> Iterator[Window]:
    window = Window(lambda: engine)
    window.show()
    yield window
    window.end()
    window.hide()
    window.deleteLater()


def begin(window: Window, domain: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The menu's entry, without the question whether to save what was there."""
    monkeypatch.setattr("app.files.QMessageBox.question", lambda *arguments: Button.Discard)
    window.registry[f"new-{domain}"].trigger()


def test_only_what_can_be_painted_is_offered(window: Window) -> None:
    menus = [entry.action.objectName() for entry in window.registry if entry.menu == window.tr("&File")]
    assert [name for name in menus if name.startswith("new-")] == ["new-from-pose", "new-fashion", "new-ade20k"]


def test_a_new_canvas_has_the_domains_classes_and_model(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(window, "ade20k", monkeypatch)
    document = window.document
    assert document.domain is ADE20K and document.model == "mine"
    assert document.labels.shape == (256, 256) and not document.labels.any()
    assert window.centre.currentIndex() == 0  # the canvas, and no first steps
    assert window.model_box.currentData() == "mine"
    assert window.palette_dock.list.model().rowCount() == 151


def test_a_class_of_many_is_searched_and_painted(window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(window, "ade20k", monkeypatch)
    search, canvas = window.palette_dock.search, window.condition
    qtbot.keyClicks(search, "fount")
    qtbot.keyClick(search, Qt.Key.Key_Return)
    assert window.document.active_class == FOUNTAIN
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.rect().center())
    assert (window.document.labels == FOUNTAIN).any()


def test_actions_of_classes_follow_the_document(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    sky, fountain = window.registry["class-3"], window.registry[f"class-{FOUNTAIN}"]
    assert sky.text() == f"Paint {FASHION.classes[3].name}" and not fountain.isEnabled()
    begin(window, "ade20k", monkeypatch)
    assert sky.text() == "Paint sky" and "Paint sky" in sky.toolTip()
    assert fountain.text() == "Paint fountain" and fountain.isEnabled()
    fountain.trigger()
    assert window.document.active_class == FOUNTAIN
    assert not window.registry["repaint-pose"].isVisible()
    begin(window, "fashion", monkeypatch)
    assert sky.text() == f"Paint {FASHION.classes[3].name}" and not fountain.isEnabled()
