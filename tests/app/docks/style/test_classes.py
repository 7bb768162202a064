"""Classes that take their style from an exemplar of their own."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.window import Window
from brushes.patch import Patch
from engine.style import PLAIN, Style

Load = Callable[[int], Window]
TOP, HAIR = 5, 2


def test_a_row_for_each_class_that_is_painted(qtbot: QtBot, with_exemplars: Load) -> None:
    window = with_exemplars(2)
    classes = window.style_dock.classes
    assert [row.label_class.name for row in classes.rows.values()] == ["background", "top"]
    window.document.apply_patch(Patch((0, 0, 4, 4), np.ones((4, 4), bool)), HAIR)
    qtbot.waitUntil(lambda: list(classes.rows) == [0, HAIR, TOP], timeout=5000)
    window.document.undo()
    qtbot.waitUntil(lambda: list(classes.rows) == [0, TOP], timeout=5000)


def test_a_class_takes_its_style_from_an_exemplar_as_one_step(qtbot: QtBot, with_exemplars: Load) -> None:
    window = with_exemplars(3)
    document, row = window.document, window.style_dock.classes.rows[TOP]
    assert not row.reset.isVisible()
    qtbot.keyClick(row.source, Qt.Key.Key_Down)
    qtbot.keyClick(row.source, Qt.Key.Key_Down)
    assert document.style == Style.of({TOP: (0, 1, 0)})
    assert document.undo_names == ["Top from first", "Top from second"]
    qtbot.waitUntil(lambda: not document.is_stale, timeout=5000)
    assert [exemplar.name for exemplar in document.frame.state.exemplars] == ["first", "second"]
    qtbot.mouseClick(row.reset, Qt.MouseButton.LeftButton)
    assert document.style == PLAIN and row.source.currentText() == "Blend"
    document.undo()
    assert row.source.currentText() == "second" and row.reset.isVisible()
    document.undo()
    assert row.source.currentText() == "first"


def test_a_class_with_a_blend_of_its_own_says_so(qtbot: QtBot, with_exemplars: Load) -> None:
    window = with_exemplars(2)
    window.document.set_style(Style.of({HAIR: (1, 3)}))
    row = window.style_dock.classes.rows[HAIR]
    assert row.source.currentText() == "25% : 75%", "also where the class is not painted"
    qtbot.keyClick(row.source, Qt.Key.Key_Home)
    assert window.document.style == PLAIN
    assert HAIR not in window.style_dock.classes.rows


def test_rows_offer_the_exemplars_there_are(with_exemplars: Load) -> None:
    window = with_exemplars(2)
    classes = window.style_dock.classes
    window.document.set_style(Style.of({TOP: (0, 1)}))
    window.document.remove_exemplar(0)
    assert not classes.isVisible(), "one exemplar leaves no choice"
    window.document.undo()
    source = classes.rows[TOP].source
    assert [source.itemText(index) for index in range(source.count())] == ["Blend", "first", "second"]
    assert source.currentText() == "second"
