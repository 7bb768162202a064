"""The photo of the fit dialog, with found labels over it and a crop that is dragged."""

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from app.canvas.buffer import image_of
from app.canvas.label_layer import LabelLayer
from app.theme import THEME
from engine.analysis.fit import FILL, Box
from engine.images import resize_photo

LONGEST_SHOWN = 1400
"""The photo is drawn from a picture no larger than this."""

SMALLEST_CROP = 32
"""Width of the smallest crop, in pixels of the photo."""

_MARGIN = 18
_GRIP = 5.0
_REACH = 13.0
_CLICK = 3.0
_STEP = 0.01
_ZOOM_STEP = 1.0006


class FitView(QWidget):
    """Shows a photo, labels, persons' boxes and the crop; drags, corners, wheel and keys change the crop.

    Everything is in pixels of the photo. The crop keeps its shape, and its middle stays in the photo.
    """

    crop_changed = Signal()
    person_clicked = Signal(int)

    def __init__(self, photo: np.ndarray, shape: tuple[int, int], parent: QWidget | None = None) -> None:
        """photo: RGB uint8 (H, W, 3); shape: width and height that a crop is like."""
        super().__init__(parent)
        self.setAccessibleName(self.tr("Crop of the photo"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(320, 320)
        self._size = QSize(photo.shape[1], photo.shape[0])
        self._ratio = shape[1] / shape[0]
        self._image = image_of(_shown(photo))
        self._layer = LabelLayer()
        self._has_labels = False
        self._opacity = 0.0
        self._crop: QRectF | None = None
        self._boxes: list[Box] = []
        self._chosen = -1
        self._transform = QTransform()
        self._anchor: QPointF | None = None  # the corner that stays, while another one is dragged
        self._grabbed: QPointF | None = None  # the point under the pointer, relative to the crop, while that is moved
        self._pressed_at = QPointF()
        self.is_fixed = True

    def sizeHint(self) -> QSize:
        return QSize(700, 640)

    # What is shown

    def show_labels(self, labels: np.ndarray | None, palette: np.ndarray) -> None:
        """Lay a label map over the photo, uint8 (h, w) of any resolution, or none; class 0 is clear."""
        self._has_labels = labels is not None
        if labels is not None:
            self._layer.set_colors(palette, {0})
            self._layer.fit(labels)
            self._layer.color(labels)
        self.update()

    def set_opacity(self, opacity: float) -> None:
        """How far the labels cover the photo, 0 to 1."""
        self._opacity = opacity
        self.update()

    def show_persons(self, boxes: Sequence[Box], chosen: int) -> None:
        """Frame the persons where there are several; -1 chooses none."""
        self._boxes = list(boxes) if len(boxes) > 1 else []
        self._chosen = chosen
        self.update()

    @property
    def crop(self) -> Box | None:
        """The crop in whole pixels."""
        if self._crop is None:
            return None
        left, top = round(self._crop.left()), round(self._crop.top())
        return Box(left, top, max(1, round(self._crop.width())), max(1, round(self._crop.height())))

    def set_crop(self, crop: Box, *, is_fixed: bool = False) -> None:
        """Show this crop; a fixed one cannot be changed by hand."""
        self.is_fixed = is_fixed
        self._crop = QRectF(crop.left, crop.top, crop.width, crop.height)
        self._settle()

    # Coordinates

    def shown_rect(self) -> QRectF:
        """The photo and the crop: what must be seen."""
        photo = QRectF(QPointF(0, 0), self._size)
        return photo if self._crop is None else photo.united(self._crop)

    def transform(self) -> QTransform:
        """From the photo to the widget. It stays while the pointer drags."""
        return self._transform

    def _settle(self) -> None:
        shown = self.shown_rect()
        room = QRectF(self.rect()).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        scale = max(1e-6, min(room.width() / shown.width(), room.height() / shown.height()))
        self._transform = QTransform()
        self._transform.translate(room.center().x(), room.center().y())
        self._transform.scale(scale, scale)
        self._transform.translate(-shown.center().x(), -shown.center().y())
        self.update()

    def _to_photo(self, place: QPointF) -> QPointF:
        return self._transform.inverted()[0].map(place)

    # Changing the crop

    def move_crop(self, across: float, down: float) -> None:
        """Move it, in pixels of the photo."""
        assert self._crop is not None
        self._put(self._crop.translated(across, down))

    def scale_crop(self, factor: float) -> None:
        """Enlarge or shrink it about its middle."""
        assert self._crop is not None
        middle, width = self._crop.center(), self._bounded(self._crop.width() * factor)
        crop = QRectF(0, 0, width, width * self._ratio)
        crop.moveCenter(middle)
        self._put(crop)

    def _resize_to(self, point: QPointF) -> None:
        """Put the dragged corner near `point`, as the shape allows."""
        assert self._anchor is not None
        across, down = point.x() - self._anchor.x(), point.y() - self._anchor.y()
        width = self._bounded(max(abs(across), abs(down) / self._ratio))
        height = width * self._ratio
        left = self._anchor.x() - (width if across < 0 else 0)
        top = self._anchor.y() - (height if down < 0 else 0)
        self._put(QRectF(left, top, width, height))

    def _bounded(self, width: float) -> float:
        around = max(self._size.width(), self._size.height() / self._ratio)
        return min(max(width, min(SMALLEST_CROP, around)), 1.5 * around)

    def _put(self, crop: QRectF) -> None:
        middle = crop.center()
        middle.setX(min(max(middle.x(), 0.0), float(self._size.width())))
        middle.setY(min(max(middle.y(), 0.0), float(self._size.height())))
        crop.moveCenter(middle)
        self._crop = crop
        self.update()
        self.crop_changed.emit()

    # Events

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._settle()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._pressed_at = event.position()
        if self._crop is None or self.is_fixed:
            return
        self._anchor = self._opposite(event.position())
        point = self._to_photo(event.position())
        if self._anchor is None and self._crop.contains(point):
            self._grabbed = point - self._crop.topLeft()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = self._to_photo(event.position())
        if self._anchor is not None:
            self._resize_to(point)
        elif self._grabbed is not None and self._crop is not None:
            to = point - self._grabbed - self._crop.topLeft()
            self.move_crop(to.x(), to.y())
        self._show_cursor(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._anchor = self._grabbed = None
        self._settle()
        if math.dist(event.position().toTuple(), self._pressed_at.toTuple()) <= _CLICK:
            self._click(self._to_photo(event.position()))

    def _click(self, point: QPointF) -> None:
        """Choose the person under the pointer; of several, the smallest."""
        inside = [
            number
            for number, box in enumerate(self._boxes)
            if box.left <= point.x() < box.right and box.top <= point.y() < box.bottom
        ]
        if inside:
            self.person_clicked.emit(min(inside, key=lambda n: self._boxes[n].width * self._boxes[n].height))

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._crop is not None and not self.is_fixed:
            self.scale_crop(_ZOOM_STEP ** -event.angleDelta().y())
            self._settle()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move, plus and minus size; Shift takes ten times the step."""
        sides = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
        sizes = {Qt.Key.Key_Plus: 1, Qt.Key.Key_Equal: 1, Qt.Key.Key_Minus: -1}
        key = Qt.Key(event.key())
        if self._crop is None or self.is_fixed or key not in {*sides, *sizes}:
            super().keyPressEvent(event)
            return
        step = _STEP * (10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        if key in sides:
            across, down = sides[key]
            self.move_crop(across * step * self._crop.width(), down * step * self._crop.width())
        else:
            self.scale_crop((1 + step) ** sizes[key])
        self._settle()

    def _corners(self) -> list[QPointF]:
        assert self._crop is not None
        return [self._crop.topLeft(), self._crop.topRight(), self._crop.bottomRight(), self._crop.bottomLeft()]

    def _opposite(self, place: QPointF) -> QPointF | None:
        """The corner across from the one at a place of the widget, if there is one."""
        corners = self._corners()
        far = [math.dist(self._transform.map(corner).toTuple(), place.toTuple()) for corner in corners]
        nearest = far.index(min(far))
        return corners[(nearest + 2) % 4] if far[nearest] <= _REACH else None

    def _show_cursor(self, place: QPointF) -> None:
        cursor = Qt.CursorShape.ArrowCursor
        if self._crop is not None and not self.is_fixed and self._anchor is None:
            if (opposite := self._opposite(place)) is not None:
                falls = (opposite - self._crop.center()).x() * (opposite - self._crop.center()).y() > 0
                cursor = Qt.CursorShape.SizeFDiagCursor if falls else Qt.CursorShape.SizeBDiagCursor
            elif self._crop.contains(self._to_photo(place)):
                cursor = Qt.CursorShape.SizeAllCursor
            self.setCursor(cursor)
        elif self._anchor is None:
            self.setCursor(cursor)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(THEME.colors.canvas))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        photo = self._transform.mapRect(QRectF(QPointF(0, 0), self._size))
        crop = None if self._crop is None else self._transform.mapRect(self._crop)
        if crop is not None:
            self._paint_padding(painter, crop)
        painter.drawImage(photo, self._image)
        if self._has_labels:
            painter.setOpacity(self._opacity)
            painter.drawImage(photo, self._layer.buffer.image)
            painter.setOpacity(1)
        self._paint_persons(painter)
        if crop is not None:
            self._paint_crop(painter, photo, crop)

    @staticmethod
    def _paint_padding(painter: QPainter, crop: QRectF) -> None:
        """Where the crop reaches beyond the photo: the grey that is taken, hatched."""
        painter.fillRect(crop, QColor(FILL, FILL, FILL))
        painter.fillRect(crop, QBrush(QColor(0, 0, 0, 60), Qt.BrushStyle.BDiagPattern))

    def _paint_crop(self, painter: QPainter, photo: QRectF, crop: QRectF) -> None:
        outside = QPainterPath()
        outside.addRect(photo)
        inside = QPainterPath()
        inside.addRect(crop)
        painter.fillPath(outside.subtracted(inside), QColor(0, 0, 0, 140))
        line = QColor(THEME.colors.accent) if self.hasFocus() else QColor(255, 255, 255)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, width in ((QColor(0, 0, 0, 170), 3.5), (line, 1.8)):
            painter.setPen(QPen(color, width))
            painter.drawRect(crop)
        if self.is_fixed:
            return
        painter.setPen(QPen(QColor(0, 0, 0, 170), 1))
        painter.setBrush(line)
        for corner in (crop.topLeft(), crop.topRight(), crop.bottomRight(), crop.bottomLeft()):
            painter.drawRect(QRectF(corner.x() - _GRIP, corner.y() - _GRIP, 2 * _GRIP, 2 * _GRIP))

    def _paint_persons(self, painter: QPainter) -> None:
        painter.setFont(QFont(self.font().family(), 9, QFont.Weight.DemiBold))
        for number, box in enumerate(self._boxes):
            chosen = number == self._chosen
            color = QColor(THEME.colors.accent) if chosen else QColor(255, 255, 255, 220)
            rect = self._transform.mapRect(QRectF(box.left, box.top, box.width, box.height))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(color, 1.2, Qt.PenStyle.DashLine))
            painter.drawRect(rect)
            badge = QRectF(rect.left() + 3, rect.top() + 3, 20, 20)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color if chosen else QColor(0, 0, 0, 190))
            painter.drawEllipse(badge)
            painter.setPen(QColor(255, 255, 255))
            painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, str(number + 1))


def _shown(photo: np.ndarray) -> np.ndarray:
    """The photo, reduced for the screen; of a very large one only some pixels are looked at."""
    height, width = photo.shape[:2]
    scale = LONGEST_SHOWN / max(height, width)
    if scale >= 1:
        return photo
    stride = max(1, int(0.5 / scale))
    small = photo[::stride, ::stride]
    return resize_photo(small, (max(1, round(width * scale)), max(1, round(height * scale))))
