"""What the two canvases have in common: zoom, pan, hover, drops, and painting under a shared view."""

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QInputDevice,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTabletEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from app.canvas.buffer import Box
from app.canvas.view import View
from app.drops import DropTarget
from app.theme import THEME

WHEEL_STEP = 1.0015

PointerEvent = QMouseEvent | QTabletEvent


class Canvas(DropTarget):
    """A picture under a shared view.

    Subclasses draw it in `paint_picture`, in picture coordinates, and take the left button in `press`, `drag`,
    `release`, in widget coordinates.
    """

    hovered = Signal(object)

    def __init__(self, view: View, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = view
        self.marker: QPointF | None = None
        self._pan_from: QPointF | None = None
        self._space = False
        self._left_down = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(160, 160)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        view.changed.connect(self.update)
        THEME.changed.connect(self.update)

    # What a subclass provides.

    def picture_size(self) -> tuple[int, int]:
        """Width and height of the picture."""
        raise NotImplementedError

    def paint_picture(self, painter: QPainter) -> None:
        """Draw the picture; the painter is in picture coordinates."""
        raise NotImplementedError

    def paint_overlay(self, painter: QPainter) -> None:
        """Draw what lies above the picture; the painter is in widget coordinates."""

    def press(self, event: PointerEvent) -> None: ...

    def drag(self, event: PointerEvent) -> None: ...

    def release(self, event: PointerEvent) -> None: ...

    # Coordinates.

    def transform(self) -> QTransform:
        return self.view.transform(self.size())

    def to_picture(self, position: QPointF) -> QPointF:
        """Widget to picture coordinates."""
        return self.transform().inverted()[0].map(position)

    def update_box(self, box: Box) -> None:
        """Repaint the widget over a box of picture pixels."""
        x0, y0, x1, y1 = box
        rect = self.transform().mapRect(QRectF(x0, y0, x1 - x0, y1 - y0))
        self.update(rect.toAlignedRect().adjusted(-2, -2, 2, 2))

    # Space pans while it is held; the window tells, because any widget may have the keys.

    def hold_space(self, down: bool) -> None:
        self._space = down
        self.update_cursor()

    def update_cursor(self) -> None:
        if self._pan_from is not None:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._space:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.setCursor(self.tool_cursor())

    def tool_cursor(self) -> Qt.CursorShape:
        return Qt.CursorShape.ArrowCursor

    # The linked cursor.

    def set_marker(self, point: QPointF | None) -> None:
        """Show a cross at a point of the picture, or none."""
        for spot in (self.marker, point):
            if spot is not None:
                centre = self.transform().map(spot).toPoint()
                self.update(centre.x() - 12, centre.y() - 12, 25, 25)
        self.marker = point

    # Events.

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(THEME.colors.canvas))
        painter.setTransform(self.transform())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.view.zoom < 6)
        self.paint_picture(painter)
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint_overlay(painter)
        self._paint_marker(painter)

    def _paint_marker(self, painter: QPainter) -> None:
        if self.marker is not None:
            paint_cross(painter, self.transform().map(self.marker))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.view.set_canvas_size(self, event.size())

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta().y() or event.angleDelta().x()
        if not self.take_wheel(event, steps):
            fingers, moved = event.device().type() == QInputDevice.DeviceType.TouchPad, event.pixelDelta()
            if fingers and not moved.isNull():
                self.view.pan(QPointF(moved))
            else:
                self.view.zoom_at(self.size(), event.position(), WHEEL_STEP**steps)
        event.accept()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.view.zoom_at(self.size(), event.position(), 1 + event.value())
            return True
        return super().event(event)

    def take_wheel(self, event: QWheelEvent, steps: int) -> bool:
        """Whether the wheel means something else than zoom here."""
        return False

    def mousePressEvent(self, event: PointerEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        left = event.button() == Qt.MouseButton.LeftButton
        if event.button() == Qt.MouseButton.MiddleButton or (left and self._space):
            self._pan_from = event.position()
            self.update_cursor()
        elif left:
            self._left_down = True
            self.press(event)

    def mouseMoveEvent(self, event: PointerEvent) -> None:
        if self._pan_from is not None:
            self.view.pan(event.position() - self._pan_from)
            self._pan_from = event.position()
        elif self._left_down:
            self.drag(event)
        self._hover(event.position())

    def mouseReleaseEvent(self, event: PointerEvent) -> None:
        if self._pan_from is not None:
            self._pan_from = None
            self.update_cursor()
        elif self._left_down and event.button() == Qt.MouseButton.LeftButton:
            self._left_down = False
            self.release(event)

    def _hover(self, position: QPointF) -> None:
        point = self.to_picture(position)
        width, height = self.picture_size()
        inside = 0 <= point.x() < width and 0 <= point.y() < height
        self.hovered.emit(point if inside else None)

    def enterEvent(self, event: QEnterEvent) -> None:
        # Keys that are held (Space, C) reach the canvas under the pointer, but never out of a text field.
        focus = QApplication.focusWidget()
        if focus is None or not focus.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled):
            self.setFocus(Qt.FocusReason.MouseFocusReason)

    def leaveEvent(self, event: QEvent) -> None:
        self.hovered.emit(None)
        self.update()


def paint_cross(painter: QPainter, centre: QPointF) -> None:
    """A cross that shows on any picture: white on black."""
    for color, width in ((QColor(0, 0, 0, 190), 3.5), (QColor(255, 255, 255), 1.5)):
        painter.setPen(QPen(color, width))
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            painter.drawLine(
                QPointF(centre.x() + 3 * dx, centre.y() + 3 * dy), QPointF(centre.x() + 9 * dx, centre.y() + 9 * dy)
            )
