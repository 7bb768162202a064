"""The canvas that is painted on: the label map over the photo."""

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QPointingDevice,
    QPolygonF,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from app.canvas.buffer import Box, Buffer, buffer_of
from app.canvas.canvas import Canvas, PointerEvent
from app.canvas.label_layer import LabelLayer
from app.canvas.pose_hint import pose_hint
from app.canvas.pose_layer import PoseLayer
from app.canvas.view import View
from app.document import Document
from app.tools import BrushTool, EraserTool, PickerTool, PoseTool, Tool, ToolSettings

SIZE_STEP = 1.15
DRAG_SLACK = 4
"""Widget pixels that the pointer may move before an Alt press means "resize" and not "pick"."""

SMALLEST_RING = 3.0
FAR_NUDGE = 10
"""Label pixels that an arrow key moves by with Shift."""

ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}


class ConditionCanvas(Canvas):
    """Shows the document's label map and hands the pointer to the tool in use.

    Alt picks a class with a click and sizes the brush with a drag; Ctrl and the wheel size it as well. A pen's other
    end erases. Poses are shown above the labels once `show_pose` has said whose.
    """

    menu_wanted = Signal(QPoint, QPointF)  # the place on the screen, and in the picture
    hinted = Signal(str)  # what the pointer can do here; nothing where that is plain

    def __init__(self, document: Document, settings: ToolSettings, view: View, parent: QWidget | None = None) -> None:
        super().__init__(view, parent)
        self.setAccessibleName(self.tr("Label map"))
        self.document = document
        self.settings = settings
        self.tool: Tool | None = None
        self.has_ring = True
        self.opacity = 0.7
        self._picker = PickerTool(document, settings)
        self._eraser = EraserTool(document, settings)
        self._put_aside: Tool | None = None  # the tool in use, while a pen's other end erases
        self._layer = LabelLayer()
        self._photo: Buffer | None = None
        self._pointer: QPointF | None = None
        self._sizing_from: tuple[QPointF, int] | None = None
        self._poses: PoseLayer | None = None
        self._hint = ""
        document.labels_changed.connect(self._recolor)
        document.palette_changed.connect(self._show_palette)
        document.reset.connect(self.reload)
        settings.changed.connect(self.update)
        self.reload()

    def show_pose(self, tool: PoseTool) -> None:
        """Show the poses that this tool edits."""
        self._poses = PoseLayer(tool)
        self.view.changed.connect(lambda: tool.look(self.view.zoom, Qt.KeyboardModifier.NoModifier))
        tool.posing.changed.connect(self.update)
        self.document.pose_changed.connect(self.update)

    # The picture.

    def picture_size(self) -> tuple[int, int]:
        height, width = self.document.labels.shape
        return width, height

    def reload(self) -> None:
        """Show another label map or photo."""
        photo = self.document.photo
        self._photo = None if photo is None else buffer_of(photo)
        self._layer.fit(self.document.labels)
        self._show_palette()

    def set_opacity(self, opacity: float) -> None:
        """How far the labels cover the photo, 0 to 1."""
        self.opacity = opacity
        self.update()

    def set_outline(self, outline: bool) -> None:
        """Show only the borders of the regions."""
        self._layer.outline = outline
        self._layer.color(self.document.labels)
        self.update()

    def _show_palette(self) -> None:
        self._layer.set_colors(self.document.domain.palette, self.document.hidden)
        self._layer.color(self.document.labels)
        self.update()

    def _recolor(self, box: Box) -> None:
        self.update_box(self._layer.color(self.document.labels, box))

    def paint_picture(self, painter: QPainter) -> None:
        width, height = self.picture_size()
        if self._photo is not None:
            painter.drawImage(QRectF(0, 0, width, height), self._photo.image)
        else:
            painter.fillRect(0, 0, width, height, QColor(112, 114, 120))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.view.zoom < 1)
        painter.setOpacity(self.opacity if self._photo is not None and not self._layer.outline else 1.0)
        painter.drawImage(0, 0, self._layer.buffer.image)
        painter.setOpacity(1)

    def paint_overlay(self, painter: QPainter) -> None:
        if self._poses is not None:
            self._poses.paint(painter, self.transform(), is_active=self.tool is self._poses.tool)
        if self.tool is not None and len(self.tool.outline) > 1:
            self._paint_outline(painter, self.tool)
        if self._pointer is not None and self.has_ring and not self._space:
            for color, width in ((QColor(0, 0, 0, 170), 2.6), (QColor(255, 255, 255), 1.2)):
                painter.setPen(QPen(color, width))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(self._ring_centre(), self._ring_radius(), self._ring_radius())

    def _paint_outline(self, painter: QPainter, tool: Tool) -> None:
        transform = self.transform()
        points = QPolygonF([transform.map(QPointF(x, y)) for x, y in tool.outline])
        for color, width, style in (
            (QColor(0, 0, 0, 170), 3.0, Qt.PenStyle.SolidLine),
            (QColor(255, 255, 255), 1.5, Qt.PenStyle.DashLine),
        ):
            painter.setPen(QPen(color, width, style))
            painter.setBrush(QColor(255, 255, 255, 36) if tool.closes else Qt.BrushStyle.NoBrush)
            if tool.closes:
                painter.drawPolygon(points)
            else:
                painter.drawPolyline(points)

    # The brush ring.

    def _ring_radius(self) -> float:
        return max(SMALLEST_RING, self.settings.brush_size * self.view.zoom / 2)

    def _ring_centre(self) -> QPointF:
        if self._sizing_from is not None:
            return self._sizing_from[0]
        assert self._pointer is not None
        return self._pointer

    def _move_ring(self, position: QPointF | None) -> None:
        reach = self._ring_radius() + 3
        for place in (self._pointer, position):
            if place is not None and self.has_ring:
                self.update(QRectF(place.x() - reach, place.y() - reach, 2 * reach, 2 * reach).toAlignedRect())
        self._pointer = position

    def grow_brush(self, steps: int) -> None:
        """Some steps larger or smaller, at least by one pixel."""
        size = self.settings.brush_size
        grown = round(size * SIZE_STEP**steps)
        self.settings.brush_size = grown if grown != size else size + (1 if steps > 0 else -1)

    # The tool.

    def set_tool(self, tool: Tool, has_ring: bool) -> None:
        """Use a tool; those with a size show the brush ring."""
        self.abort()
        self.tool, self._put_aside = tool, None
        self.has_ring = has_ring
        self.update_cursor()
        self.update()

    def abort(self) -> bool:
        """Give up what the tool has begun; whether there was anything."""
        was_busy = self.tool is not None and self.tool.is_busy
        if self.tool is not None:
            self.tool.abort()
        self._sizing_from = None
        self._left_down = False
        self.update()
        return was_busy

    def finish(self) -> None:
        """Close the polygon in progress."""
        if self.tool is not None:
            self.tool.finish()
            self.update()

    def tool_cursor(self) -> Qt.CursorShape:
        if self.has_ring:
            return Qt.CursorShape.BlankCursor
        return self.tool.cursor if self.tool is not None else Qt.CursorShape.CrossCursor

    def press(self, event: PointerEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and not self._has_handles:
            self._sizing_from = (event.position(), self.settings.brush_size)
        elif self.tool is not None:
            self._look(event)
            point = self.to_picture(event.position())
            self.tool.press(point.x(), point.y())

    def drag(self, event: PointerEvent) -> None:
        if self._sizing_from is not None:
            start, size = self._sizing_from
            across = event.position().x() - start.x()
            if abs(across) > DRAG_SLACK or self.settings.brush_size != size:
                self.settings.brush_size = size + 2 * across / self.view.zoom

    def release(self, event: PointerEvent) -> None:
        point = self.to_picture(event.position())
        if self._sizing_from is not None:
            (start, size), self._sizing_from = self._sizing_from, None
            if self.settings.brush_size == size and (event.position() - start).manhattanLength() <= DRAG_SLACK:
                self._picker.press(point.x(), point.y())
            self.update()
        elif self.tool is not None:
            self._look(event)
            self.tool.release(point.x(), point.y())
            if self.tool.closes or self._has_handles:
                self.update()

    def mouseMoveEvent(self, event: PointerEvent) -> None:
        self._move_ring(event.position())
        if self.tool is not None and self._pan_from is None and self._sizing_from is None:
            point = self.to_picture(event.position())
            self._look(event)
            self.tool.move(point.x(), point.y())
            if self.tool.outline:
                self.update()
            self._show_handles(point)
        super().mouseMoveEvent(event)

    def mousePressEvent(self, event: PointerEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.RightButton and self.tool is not None and self._has_handles:
            self._look(event)
            point = self.to_picture(event.position())
            if not self.tool.press_right(point.x(), point.y()):
                self.menu_wanted.emit(event.globalPosition().toPoint(), point)

    def tabletEvent(self, event: QTabletEvent) -> None:
        """A pen over a brush. To all other tools it is a mouse, which Qt makes of events that are ignored."""
        if event.type() == QEvent.Type.TabletPress:
            self._take_up(event.pointerType())
        event.setAccepted(isinstance(self.tool, BrushTool))
        if not event.isAccepted():
            return
        if event.type() == QEvent.Type.TabletPress:
            self.mousePressEvent(event)
        elif event.type() == QEvent.Type.TabletMove:
            self.mouseMoveEvent(event)
        else:
            self.mouseReleaseEvent(event)
            self._take_up(QPointingDevice.PointerType.Pen)

    def _take_up(self, end: QPointingDevice.PointerType) -> None:
        """Use the tool of this end of a pen."""
        self.tool, self._put_aside = self._put_aside or self.tool, None
        if end == QPointingDevice.PointerType.Eraser:
            self.tool, self._put_aside = self._eraser, self.tool

    def _look(self, event: PointerEvent) -> None:
        """Tell the tool what it goes by besides the place."""
        assert self.tool is not None
        pressure = event.pressure() if isinstance(event, QTabletEvent) else 1.0
        self.tool.look(self.view.zoom, event.modifiers(), pressure)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        left = event.button() == Qt.MouseButton.LeftButton
        if self.tool is not None and self.tool.outline and left:
            self.finish()
            return
        self.mousePressEvent(event)
        if self._has_handles and left and not self._space:
            self.finish()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        dx, dy = ARROWS.get(Qt.Key(event.key()), (0, 0))
        far = FAR_NUDGE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        if not (dx or dy) or self.tool is None or not self.tool.nudge(dx * far, dy * far):
            super().keyPressEvent(event)

    @property
    def _has_handles(self) -> bool:
        return self.tool is not None and self.tool.has_handles

    def _show_handles(self, point: QPointF) -> None:
        """Let cursor and hint say what is under the pointer."""
        if isinstance(self.tool, PoseTool):
            self.update_cursor()
            self._say(pose_hint(self.tool, point, self.tr))

    def _say(self, hint: str) -> None:
        if hint != self._hint:
            self._hint = hint
            self.hinted.emit(hint)

    def take_wheel(self, event: QWheelEvent, steps: int) -> bool:
        sizes = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier) and not self._has_handles
        if sizes and steps:
            self.grow_brush(1 if steps > 0 else -1)
        return sizes

    def leaveEvent(self, event: QEvent) -> None:
        self._move_ring(None)
        self._say("")
        super().leaveEvent(event)
