"""A touchpad: two fingers move the picture, pinching them zooms; the wheel of a mouse zooms."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QInputDevice, QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtWidgets import QApplication

from app.window import Window

PLACE = QPointF(150, 120)


_KINDS = (QInputDevice.DeviceType.Mouse, QInputDevice.DeviceType.TouchPad)
_CAPABILITIES = QInputDevice.Capability.Position | QInputDevice.Capability.PixelScroll
_DEVICES = {  # events refer to them without keeping them
    kind: QPointingDevice("Pad", 7, kind, QPointingDevice.PointerType.Finger, _CAPABILITIES, 2, 1) for kind in _KINDS
}


def scroll(window: Window, kind: QInputDevice.DeviceType, pixels: QPoint) -> None:
    event = QWheelEvent(
        PLACE,
        QPointF(window.condition.mapToGlobal(PLACE)),
        pixels,
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.ScrollUpdate,
        False,
        Qt.MouseEventSource.MouseEventNotSynthesized,
        _DEVICES[kind],
    )
    QApplication.sendEvent(window.condition, event)


def test_two_fingers_move_the_picture(window: Window) -> None:
    view = window.view
    view.set_zoom(8.0)
    centre = QPointF(view.centre)
    scroll(window, QInputDevice.DeviceType.TouchPad, QPoint(16, -8))
    assert view.zoom == 8.0
    assert view.centre - centre == QPointF(-2, 1)


@pytest.mark.parametrize("kind", _KINDS)
def test_a_wheel_zooms_and_so_do_pads_that_tell_no_pixels(window: Window, kind: QInputDevice.DeviceType) -> None:
    window.view.set_zoom(2.0)
    scroll(window, kind, QPoint(0, 0))
    assert window.view.zoom > 2.0


def test_pinching_zooms_about_the_fingers(window: Window) -> None:
    canvas, view = window.condition, window.view
    view.set_zoom(4.0)
    before = canvas.to_picture(PLACE)
    pinch = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture,
        _DEVICES[QInputDevice.DeviceType.TouchPad],
        2,
        PLACE,
        PLACE,
        QPointF(canvas.mapToGlobal(PLACE)),
        0.25,
        QPointF(0, 0),
    )
    QApplication.sendEvent(canvas, pinch)
    assert view.zoom == pytest.approx(5.0)
    assert (canvas.to_picture(PLACE) - before).manhattanLength() <= 2 / view.zoom
