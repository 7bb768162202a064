import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.document import Document
from app.tools import TOOLS, BrushTool, SmartEdgeTool, ToolSettings
from app.window import Window
from tests.app.driving import move, press, release, stroke

BORDER = 60


@pytest.fixture
def document(window: Window) -> Document:
    """A photo of 120 x 90, brown and from column 60 on blue, with an empty label map."""
    photo = np.full((90, 120, 3), (150, 100, 60), np.uint8)
    photo[:, BORDER:] = 60, 90, 170
    window.document.set_photo_and_labels(photo, np.zeros((90, 120), np.uint8))
    window.document.active_class = 8
    window.tool_settings.brush_size = 30
    window.view.fit()
    return window.document


def painted(document: Document) -> np.ndarray:
    return document.labels == 8


def test_a_stroke_along_an_edge_of_the_photo_stops_there(qtbot: QtBot, window: Window, document: Document) -> None:
    qtbot.keyClick(window.condition, Qt.Key.Key_W)
    assert window.registry["tool-smart-edge"].isChecked()
    stroke(window.condition, (52, 20), (51, 40), (53, 70))
    columns = painted(document)[25:65]
    assert columns[:, 45 : BORDER - 1].all()
    assert not columns[:, BORDER + 1 :].any()
    assert document.undo_names[-1] == "Smart edge"
    document.undo()
    assert not painted(document).any()


def test_esc_takes_the_stroke_back(qtbot: QtBot, window: Window, document: Document) -> None:
    qtbot.keyClick(window.condition, Qt.Key.Key_W)
    press(window.condition, 50, 20)
    move(window.condition, 50, 60)
    assert painted(document).any()
    qtbot.keyClick(window.condition, Qt.Key.Key_Escape)
    release(window.condition, 50, 60)
    assert not painted(document).any()


def test_what_was_painted_during_a_stroke_stays(window: Window, document: Document) -> None:
    window.registry["tool-smart-edge"].trigger()
    press(window.condition, 52, 20)
    before = painted(document)
    for y in range(24, 70, 4):
        move(window.condition, 52 + y % 5, y)
        assert painted(document)[before].all()
        before = painted(document)
    release(window.condition, 52, 70)


def test_without_a_photo_it_paints_as_the_brush_does(document: Document) -> None:
    results = []
    for kind in (SmartEdgeTool, BrushTool):
        document.set_labels(np.zeros((50, 60), np.uint8))
        assert document.photo is None
        tool = kind(document, ToolSettings(18))
        tool.press(20, 20)
        tool.release(40, 30)
        results.append(document.labels.copy())
    assert results[0].any() and (results[0] == results[1]).all()


def test_names_of_tools_make_names_of_actions() -> None:
    assert [kind.key() for kind in TOOLS if kind in (BrushTool, SmartEdgeTool)] == ["brush", "smart-edge"]
    assert not any(" " in kind.key() for kind in TOOLS)
