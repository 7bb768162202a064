"""The blend by slider, pad and typed numbers."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.blending import mixed_place
from app.window import Window
from tests.app.driving import drag, drag_slider

Load = Callable[[int], Window]


def test_what_blends_fits_the_number_of_exemplars(with_exemplars: Load) -> None:
    window = with_exemplars(2)
    mix = window.style_dock.mix
    pages = (mix.hint, mix.between, mix.pad, mix.map)
    assert [page.isVisible() for page in pages] == [False, True, False, False]
    window.document.remove_exemplar(1)
    assert [page.isVisible() for page in pages] == [True, False, False, False]
    with_exemplars(3)
    assert [page.isVisible() for page in pages] == [False, False, True, False]


def test_the_slider_blends_two_as_one_step(qtbot: QtBot, with_exemplars: Load) -> None:
    window = with_exemplars(2)
    document, between = window.document, window.style_dock.mix.between
    rendered = document.frame.state
    drag_slider(between.slider, 0.2, 0.4, 0.6)
    assert document.weights == pytest.approx([0.4, 0.6], abs=0.05)
    assert document.undo_names == ["Mix exemplars"]
    qtbot.waitUntil(lambda: not document.is_stale, timeout=5000)
    assert document.frame.state != rendered and document.frame.state.weights == tuple(document.weights)
    drag_slider(between.slider, 1.0)
    assert document.weights == [0.0, 1.0]
    document.undo()
    document.undo()
    assert (document.weights, between.slider.value()) == ([1.0, 0.0], 0)
    document.redo()
    assert between.slider.value() == round(100 * document.weights[1])


def test_arrow_keys_move_the_slider(qtbot: QtBot, with_exemplars: Load) -> None:
    window = with_exemplars(2)
    slider = window.style_dock.mix.between.slider
    for _ in range(3):
        qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert window.document.weights == pytest.approx([0.97, 0.03])
    qtbot.keyClick(slider, Qt.Key.Key_End)
    assert window.document.weights == [0, 1]


def test_a_number_typed_on_a_card_moves_slider_and_pad(qtbot: QtBot, with_exemplars: Load) -> None:
    window = with_exemplars(2)
    next(dock for dock in window.docks if dock.objectName() == "exemplars").raise_()
    field = window.exemplar_dock.cards[1].slider.findChild(QLineEdit)
    field.selectAll()
    qtbot.keyClicks(field, "50")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert window.document.weights == [1.0, 0.5]
    assert [card.share.text() for card in window.exemplar_dock.cards] == ["67% of the blend", "33% of the blend"]
    assert window.style_dock.mix.between.slider.value() == 33


@pytest.mark.parametrize("count", [3, 5])
def test_the_ring_is_dragged_over_the_pad_as_one_step(with_exemplars: Load, count: int) -> None:
    window = with_exemplars(count)
    document, pad = window.document, window.style_dock.mix.pad
    corners = pad.to_widget(pad.places)
    middle = QPointF(*pad.to_widget(np.zeros(2)))
    drag(pad, QPointF(*corners[0]), middle)
    assert document.weights == pytest.approx([1 / count] * count, abs=0.02)
    assert document.undo_names == ["Mix exemplars"]
    drag(pad, middle, QPointF(*corners[2]))
    assert document.weights == [float(index == 2) for index in range(count)]
    document.undo()
    document.undo()
    assert document.weights == [float(index == 0) for index in range(count)]
    assert pad.point == pytest.approx(pad.places[0])


def test_a_click_on_a_corner_takes_that_exemplar_alone(with_exemplars: Load) -> None:
    window = with_exemplars(4)
    pad = window.style_dock.mix.pad
    drag(pad, QPointF(*pad.to_widget(pad.places)[3]) + QPointF(8, 8))
    assert window.document.weights == [0, 0, 0, 1]


def test_the_ring_stays_on_the_pad(with_exemplars: Load) -> None:
    window = with_exemplars(3)
    pad = window.style_dock.mix.pad
    drag(pad, QPointF(pad.rect().center()), QPointF(5000, 5000))
    assert window.document.weights == pytest.approx([0, 1, 0], abs=0.01)
    assert pad.point == pytest.approx(pad.places[1], abs=0.02)


def test_the_ring_follows_weights_set_elsewhere(with_exemplars: Load) -> None:
    window = with_exemplars(3)
    pad = window.style_dock.mix.pad
    window.document.set_weights([2.0, 1.0, 1.0])
    assert pad.point == pytest.approx(mixed_place(np.array([2.0, 1, 1]), pad.places))
    assert pad.accessibleDescription() == "first 50%, second 25%, number 3 25%"


def test_arrow_keys_move_the_ring_until_they_are_let_go(qtbot: QtBot, with_exemplars: Load) -> None:
    window = with_exemplars(3)
    document, pad = window.document, window.style_dock.mix.pad
    for _ in range(3):
        qtbot.keyPress(pad, Qt.Key.Key_Down)
    qtbot.keyRelease(pad, Qt.Key.Key_Down)
    assert document.weights[0] < 0.95 and document.weights[1] == pytest.approx(document.weights[2])
    qtbot.keyPress(pad, Qt.Key.Key_Down)
    assert document.undo_names == ["Mix exemplars"] * 2
