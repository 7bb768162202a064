"""A fake engine, a small document, and real mouse events."""

import time
from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QSlider, QStyle, QStyleOptionSlider, QWidget

from app.canvas.canvas import Canvas
from app.document import Document
from engine.inference.state import EditState, Exemplar, Frame, Pixels

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


class Engine:
    """Answers with the exemplar's mean colour; sleeps as long as it is told; fails with `error` where one is set."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.error: Exception | None = None
        self.rendered: list[EditState] = []

    def render(self, state: EditState, wanted: Callable[[], bool], hold: bool = False) -> Frame | None:
        time.sleep(self.seconds)
        if self.error is not None:
            raise self.error
        if not wanted():
            return None
        self.rendered.append(state)
        return frame_of(state)

    def style_places(self, domain: str, model: str, exemplars: Sequence[Exemplar]) -> np.ndarray:
        """From left to right by lightness, and slightly down."""
        if self.error is not None:
            raise self.error
        lightness = np.array([exemplar.photo.array.mean() / 64 - 2 for exemplar in exemplars], np.float32)
        return np.stack([lightness, lightness**2 / 4], axis=1)


def frame_of(state: EditState) -> Frame:
    """A picture that any two different states differ in."""
    height, width = state.labels.array.shape
    source = int(np.argmax(state.weights))
    image = np.empty((height, width, 3), np.uint8)
    image[...] = state.exemplars[source].photo.array.mean(axis=(0, 1))
    image[..., 0] = state.labels.array
    y, x = np.mgrid[:height, :width].astype(np.float32)
    confidence = (x / width).astype(np.float32)
    sources = np.full((height, width), source, np.uint8)
    return Frame(state, image, image // 2, confidence, np.stack([x, y], axis=2), sources, {"total": 1.0}, "fake")


def exemplar(value: int, name: str, size: tuple[int, int] = (40, 60)) -> Exemplar:
    width, height = size
    return Exemplar(Pixels(np.full((height, width, 3), value)), Pixels(np.ones((height, width))), name)


def sample_document(document: Document, size: tuple[int, int] = (40, 60)) -> None:
    """A photo with classes 0 and 5, and two exemplars, the first one in use; nothing to undo."""
    width, height = size
    labels = np.zeros((height, width), np.uint8)
    labels[height // 2 :] = 5
    document.set_photo_and_labels(np.full((height, width, 3), 128, np.uint8), labels)
    document.add_exemplar(exemplar(60, "first"))
    document.add_exemplar(exemplar(180, "second"))
    document.load(document.snapshot())


def mouse(
    widget: QWidget,
    kind: QEvent.Type,
    place: QPointF,
    buttons: Qt.MouseButton,
    keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    """Send one mouse event; qtbot's moves carry no buttons."""
    button = NONE if kind == QEvent.Type.MouseMove else LEFT
    event = QMouseEvent(kind, place, QPointF(widget.mapToGlobal(place.toPoint())), button, buttons, keys)
    QApplication.sendEvent(widget, event)


def at(canvas: Canvas, x: float, y: float) -> QPointF:
    """The widget place of a picture point."""
    return canvas.transform().map(QPointF(x, y))


def press(canvas: Canvas, x: float, y: float, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    mouse(canvas, QEvent.Type.MouseButtonPress, at(canvas, x, y), LEFT, keys)


def move(canvas: Canvas, x: float, y: float, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    mouse(canvas, QEvent.Type.MouseMove, at(canvas, x, y), LEFT, keys)


def release(canvas: Canvas, x: float, y: float, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    mouse(canvas, QEvent.Type.MouseButtonRelease, at(canvas, x, y), NONE, keys)


def stroke(canvas: Canvas, *points: tuple[float, float]) -> None:
    """Press at the first point, drag over the others, release at the last."""
    press(canvas, *points[0])
    for point in points[1:]:
        move(canvas, *point)
    release(canvas, *points[-1])


def drag(widget: QWidget, *places: QPointF) -> None:
    """Press at the first place, in pixels of the widget, drag over the others, release at the last."""
    mouse(widget, QEvent.Type.MouseButtonPress, places[0], LEFT)
    for place in places[1:]:
        mouse(widget, QEvent.Type.MouseMove, place, LEFT)
    mouse(widget, QEvent.Type.MouseButtonRelease, places[-1], NONE)


def drag_slider(slider: QSlider, *parts: float) -> None:
    """Drag the handle over these parts of the way, 0 to 1."""
    option = QStyleOptionSlider()
    slider.initStyleOption(option)
    style = slider.style()
    handle = style.subControlRect(QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, slider)
    centre = QPointF(handle.center())
    way = slider.width() - handle.width()
    ends = [QPointF(handle.width() / 2 + part * way, centre.y()) for part in parts]
    drag(slider, centre, *ends)
