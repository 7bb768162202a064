"""A pen: pressure, its other end, and tools that take it for a mouse."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QInputDevice, QPointingDevice, QTabletEvent
from PySide6.QtWidgets import QApplication

from app import settings
from app.canvas.canvas import Canvas
from app.document import Document
from app.window import Window

PRESS, MOVE, RELEASE = QEvent.Type.TabletPress, QEvent.Type.TabletMove, QEvent.Type.TabletRelease
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
END = QPointingDevice.PointerType
_DEVICES = {
    end: QPointingDevice(
        "Pen",
        number,
        QInputDevice.DeviceType.Stylus,
        end,
        QInputDevice.Capability.Position | QInputDevice.Capability.Pressure,
        1,
        2,
    )
    for number, end in enumerate((END.Pen, END.Eraser))
}


def pen(canvas: Canvas, kind: QEvent.Type, x: float, y: float, pressure: float, end: END = END.Pen) -> bool:
    """One event of a pen over picture coordinates; whether it was taken."""
    place = canvas.transform().map(QPointF(x, y))
    button = NONE if kind == MOVE else LEFT
    held = NONE if kind == RELEASE else LEFT
    event = QTabletEvent(
        kind,
        _DEVICES[end],
        place,
        QPointF(canvas.mapToGlobal(place)),
        pressure,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        Qt.KeyboardModifier.NoModifier,
        button,
        held,
    )
    event.ignore()  # as it comes from the system: what is not accepted is told again, as a mouse's
    QApplication.sendEvent(canvas, event)
    return event.isAccepted()


def drawn(canvas: Canvas, *spots: tuple[float, float, float], end: END = END.Pen) -> None:
    """A stroke through (x, y, pressure); pens are let go of with no pressure."""
    pen(canvas, PRESS, *spots[0], end)
    for spot in spots[1:]:
        pen(canvas, MOVE, *spot, end)
    pen(canvas, RELEASE, *spots[-1][:2], 0.0, end)


@pytest.fixture
def document(window: Window) -> Document:
    window.document.set_labels(np.zeros((60, 100), np.uint8))
    window.document.active_class = 6
    window.tool_settings.brush_size = 20
    window.registry["tool-brush"].trigger()
    window.view.fit()
    return window.document


def widths(document: Document) -> np.ndarray:
    return (document.labels == 6).sum(axis=0)


def test_a_pen_that_is_pressed_less_paints_narrower(window: Window, document: Document) -> None:
    drawn(window.condition, (20, 30, 1.0), (40, 30, 1.0), (60, 30, 0.3), (90, 30, 0.3))
    painted = widths(document)
    assert abs(painted[30] - 20) <= 1 and abs(painted[75] - 6) <= 1
    assert painted[40] > painted[50] > painted[60]
    assert document.undo_names[-1] == "Brush"
    document.undo()
    assert not widths(document).any()


def test_pressure_can_be_left_out_and_that_is_remembered(window: Window, document: Document) -> None:
    action = window.registry["pen-pressure"]
    assert action.isChecked()
    action.trigger()
    assert settings.number("pressure_sizes", 1) == 0
    drawn(window.condition, (20, 30, 0.3), (80, 30, 0.3))
    assert abs(widths(document)[50] - 20) <= 1
    action.trigger()
    assert settings.number("pressure_sizes", 0) == 1


def test_the_other_end_erases_and_the_tool_stays(window: Window, document: Document) -> None:
    document.set_labels(np.full((60, 100), 6, np.uint8))
    drawn(window.condition, (20, 30, 1.0), (80, 30, 1.0), end=END.Eraser)
    assert (document.labels[30, 20:80] == 0).all()
    assert document.undo_names[-1] == "Eraser"
    assert window.registry["tool-brush"].isChecked()
    drawn(window.condition, (20, 30, 1.0), (80, 30, 1.0))
    assert (document.labels[30, 20:80] == 6).all()


def test_a_polygon_that_was_begun_outlasts_the_other_end(window: Window, document: Document) -> None:
    window.registry["tool-polygon"].trigger()
    polygon = window.condition.tool
    assert polygon is not None
    polygon.press(10, 10)
    polygon.press(50, 10)
    drawn(window.condition, (20, 30, 1.0), (80, 30, 1.0), end=END.Eraser)
    assert window.condition.tool is polygon and len(polygon.outline) >= 2


def test_a_pen_whose_other_end_was_lost_paints_again(window: Window, document: Document) -> None:
    pen(window.condition, PRESS, 20, 50, 1.0, END.Eraser)
    window.condition.abort()
    drawn(window.condition, (20, 30, 1.0), (80, 30, 1.0))
    assert abs(widths(document)[50] - 20) <= 1


def test_a_tool_that_is_chosen_while_the_other_end_erases_stays_chosen(window: Window, document: Document) -> None:
    pen(window.condition, PRESS, 20, 30, 1.0, END.Eraser)
    window.registry["tool-smart-edge"].trigger()
    chosen = window.condition.tool
    pen(window.condition, RELEASE, 20, 30, 0.0, END.Eraser)
    assert window.condition.tool is chosen


def test_other_tools_leave_the_pen_to_be_a_mouse(window: Window, document: Document) -> None:
    window.registry["tool-fill"].trigger()
    assert not pen(window.condition, PRESS, 20, 30, 1.0)
    assert not widths(document).any()
    window.registry["tool-brush"].trigger()
    assert pen(window.condition, PRESS, 20, 30, 1.0)
    assert pen(window.condition, RELEASE, 20, 30, 0.0)
