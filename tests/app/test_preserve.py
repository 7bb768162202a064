"""The toggle that keeps the photo outside of the edit: real keys and clicks, undo, projects, recipes."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from app.document import Document
from app.export.recipe import recipe_of
from app.project import open_project, read_project, save_project
from app.project_schema import ProjectFile
from app.window import Window
from engine.inference.state import Exemplar, Pixels
from tests.app.driving import stroke
from tests.app.factories import labels_like, make_document, photo_like

KEYS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def opened_with_itself() -> Document:
    """A photo opened where there was no exemplar, which makes it its own."""
    document = Document()
    photo, labels = photo_like(1), labels_like(1)
    document.set_photo_and_labels(photo, labels, exemplar=Exemplar(Pixels(photo), Pixels(labels)))
    return document


def test_the_key_keeps_the_photo_and_undo_gives_it_up(qtbot: QtBot, window: Window) -> None:
    document = window.document
    assert not document.preserves and document.state().content is None
    window.condition.setFocus()
    qtbot.keyClick(window.condition, Qt.Key.Key_L, KEYS)
    assert window.registry["preserve"].isChecked() and document.preserves
    document.active_class = 7
    stroke(window.condition, (10, 10), (20, 12))
    content = document.state().content
    assert np.array_equal(content.photo.array, document.photo)
    assert np.array_equal(content.labels.array, document.original_labels)
    assert (content.labels.array != document.labels).any()
    qtbot.waitUntil(lambda: window.settled() and document.frame.state == document.state(), timeout=5000)
    document.undo()
    qtbot.keyClick(window.condition, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not document.preserves and not window.registry["preserve"].isChecked()
    assert document.state().content is None


def test_the_button_above_the_result_does_the_same(qtbot: QtBot, window: Window) -> None:
    (button,) = [
        button
        for button in window.findChildren(QToolButton)
        if button.defaultAction() is window.registry["preserve"] and button.isVisible()
    ]
    for on in (True, False):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert window.document.preserves is on and button.isChecked() is on


def test_without_a_photo_there_is_nothing_to_preserve(window: Window) -> None:
    assert window.registry["preserve"].isEnabled()
    window.document.set_labels(np.zeros((30, 20), np.uint8))
    assert not window.registry["preserve"].isEnabled()
    assert "Open a photo" in window.registry["preserve"].toolTip()
    window.document.set_preserves(True)
    assert window.document.state().content is None


def test_a_photo_that_is_its_own_exemplar_is_preserved_from_the_start() -> None:
    document = opened_with_itself()
    assert document.preserves and document.state().content.photo == document.state().exemplars[0].photo
    assert len(document.undo_names) == 1
    document.undo()
    assert not document.preserves and document.photo is None


def test_a_photo_that_takes_the_look_of_another_is_made_anew() -> None:
    document = opened_with_itself()
    document.set_photo_and_labels(photo_like(2), labels_like(2))
    assert not document.preserves and document.state().content is None
    document.undo()
    assert document.preserves


def test_another_label_map_is_an_edit_of_the_photo() -> None:
    document = opened_with_itself()
    document.set_labels(labels_like(5))
    assert np.array_equal(document.state().content.labels.array, labels_like(1))
    document.set_labels(np.zeros((9, 9), np.uint8))
    assert document.state().content is None and np.array_equal(document.original_labels, document.labels)


def test_model_and_seed_leave_it_as_it_is() -> None:
    document = opened_with_itself()
    document.set_seed(9)
    document.set_model("step")
    assert document.preserves and (document.seed, document.model) == (9, "step")


def test_a_project_brings_it_back(tmp_path: Path) -> None:
    document = opened_with_itself()
    document.replace_class(int(document.labels[0, 0]), 1)
    path = tmp_path / "kept.warpaint"
    save_project(document, path)
    other = make_document()
    open_project(other, path)
    assert other.preserves and other.state() == document.state() and other.state().content is not None
    document.set_preserves(False)
    assert document.is_modified
    save_project(document, path)
    assert read_project(path).state.content is None


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_project_that_does_not_say_makes_all_anew(version: int) -> None:
    said = {"version": version, "app_version": "0", "domain": "fashion", "model": "rabit", "seed": 0, "labels": "a.png",
            "original_labels": "b.png", "exemplars": [], "active_exemplar": 0, "active_class": 0, "locked": [],
            "hidden": []}  # fmt: skip
    assert ProjectFile.model_validate(said).preserves is False


def test_the_recipe_tells_what_was_kept() -> None:
    document = opened_with_itself()
    content = document.state().content
    told = recipe_of(document.state())
    assert told["preserved"] == {"photo": content.photo.digest, "labels": content.labels.digest}
    document.set_preserves(False)
    assert "preserved" not in recipe_of(document.state())
