"""Sliders along the axes that a style space names."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from app.window import Window
from engine.style import PLAIN, Style
from tests.app.docks.style.conftest import PLAIN_MODEL
from tests.app.driving import drag_slider


def test_axes_bear_the_words_of_the_card(styled: Window) -> None:
    rows = styled.style_dock.axes.rows
    assert [row.name.text() for row in rows] == ["warmth", "contrast"]
    assert "cool" in rows[0].slider.toolTip() and rows[1].slider.accessibleName() == "contrast"


def test_a_drag_is_one_step_and_refreshes_the_picture(qtbot: QtBot, styled: Window) -> None:
    document, (_, contrast) = styled.document, styled.style_dock.axes.rows
    drag_slider(contrast.slider, 0.6, 0.8, 1.0)
    assert document.style == Style.of(axes=(0, 3))
    assert document.undo_names == ["contrast"]
    qtbot.waitUntil(lambda: not document.is_stale, timeout=5000)
    assert document.frame.state.style == document.style
    document.undo()
    assert (document.style, contrast.slider.value()) == (PLAIN, 0)
    document.redo()
    assert contrast.slider.value() == 30


def test_a_number_can_be_typed_and_a_double_click_resets(qtbot: QtBot, styled: Window) -> None:
    document, (warmth, contrast) = styled.document, styled.style_dock.axes.rows
    for row, text in ((warmth, "-1.5"), (contrast, "0.7")):
        field = row.number.findChild(QLineEdit)
        field.selectAll()
        qtbot.keyClicks(field, text)
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert document.style.axes == pytest.approx((-1.5, 0.7))
    qtbot.mouseDClick(warmth.name, Qt.MouseButton.LeftButton)
    assert document.style.axes == pytest.approx((0, 0.7))
    assert (warmth.slider.value(), contrast.slider.value()) == (0, 7)
    assert document.undo_names == ["warmth", "contrast", "warmth"]


def test_arrow_keys_move_an_axis(qtbot: QtBot, styled: Window) -> None:
    qtbot.keyClick(styled.style_dock.axes.rows[0].slider, Qt.Key.Key_Right)
    assert styled.document.style.axes == pytest.approx((0.1,))


def test_the_wheel_scrolls_the_dock_and_changes_nothing(styled: Window) -> None:
    slider = styled.style_dock.axes.rows[0].slider
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(slider, event)
    assert styled.document.style == PLAIN


def test_without_a_style_space_there_are_no_axes(styled: Window) -> None:
    assert styled.style_dock.axes.isVisible()
    styled.document.set_model(PLAIN_MODEL)
    assert not styled.style_dock.axes.isVisible()
    styled.document.undo()
    assert styled.style_dock.axes.isVisible()
