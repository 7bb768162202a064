"""The answer of the engine: result, warp, confidence, comparison."""

from enum import Enum

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QLinearGradient, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from app.canvas.buffer import Buffer, argb, buffer_of
from app.canvas.canvas import Canvas
from app.canvas.heat import heat_colors, heat_lut
from app.canvas.view import View
from app.theme import THEME
from engine.inference.state import Frame

STALE_DELAY = 120
"""Milliseconds before a stale picture is shaded: an answer that comes sooner must not make it flicker."""

GRIP = 9
LEGEND_HEIGHT = 24


class ResultView(Enum):
    """What the result canvas shows."""

    RESULT = "result"
    WARP = "warp"
    CONFIDENCE = "confidence"
    WARP_CONFIDENCE = "warp-confidence"
    COMPARE = "compare"


class ResultCanvas(Canvas):
    """Shows a frame in one of its views; a comparison has a divider to drag."""

    divider_moved = Signal(float)

    def __init__(self, view: View, parent: QWidget | None = None) -> None:
        super().__init__(view, parent)
        self.setAccessibleName(self.tr("Result"))
        self.shown = ResultView.RESULT
        self.divider = 0.5
        self.heat_opacity = 0.65
        self.notice = ""
        self.caption = ""
        self.remark = ""
        self._frame: Frame | None = None
        self._saved: np.ndarray | None = None
        self._size = (1, 1)
        self._base = Buffer(1, 1)
        self._heat: Buffer | None = None
        self._photo: Buffer | None = None
        self._before = False
        self._on_divider = False
        self._stale = False
        self._busy = False
        self._shade = QTimer(self, singleShot=True, interval=STALE_DELAY)
        self._shade.timeout.connect(self.update)

    def set_picture_size(self, width: int, height: int) -> None:
        self._size = (width, height)
        self.update()

    def picture_size(self) -> tuple[int, int]:
        return self._size

    def set_photo(self, photo: np.ndarray | None) -> None:
        """The picture to compare with, RGB uint8 (H, W, 3)."""
        self._photo = None if photo is None else buffer_of(photo)
        self.update()

    def set_frame(self, frame: Frame | None, saved: np.ndarray | None = None) -> None:
        """Show the engine's answer; before there is one, the picture saved with the project, RGB (H, W, 3)."""
        self._frame = frame
        self._saved = saved
        self._fill()

    def show_view(self, shown: ResultView) -> None:
        self.shown = shown
        self._fill()

    def set_heat_opacity(self, opacity: float) -> None:
        self.heat_opacity = opacity
        self.update()

    def set_stale(self, stale: bool) -> None:
        """Shade the picture when it does not answer the newest edit; shortly waited for, lest it flickers."""
        if stale and not self._stale:
            self._shade.start()
        elif not stale:
            self._shade.stop()
        self._stale = stale
        self.update()

    def set_busy(self, busy: bool) -> None:
        """Whether a newer picture is being made."""
        self._busy = busy
        self.update()

    @property
    def shaded(self) -> bool:
        return self._stale and not self._shade.isActive()

    def set_notice(self, text: str) -> None:
        """A sentence in the canvas, for an error or for what is missing; empty takes it away."""
        self.notice = text
        self.update()

    def set_caption(self, caption: str, remark: str = "") -> None:
        """What the picture is, and what is to be known about it, as small labels in its corner; empty for none."""
        self.caption, self.remark = caption, remark
        self.update()

    def hold_before(self, down: bool) -> None:
        """Show the photo instead while a key is held."""
        self._before = down
        self.update()

    def _fill(self) -> None:
        rgb, self._heat = self._picture(), None
        if rgb is not None:
            if self._base.shape != rgb.shape[:2]:
                self._base = Buffer(rgb.shape[1], rgb.shape[0])
            self._base.pixels[...] = argb(rgb)
        confidence = None if self._frame is None else self._frame.confidence
        if confidence is not None and self.shown in (ResultView.CONFIDENCE, ResultView.WARP_CONFIDENCE):
            self._heat = _heat_buffer(confidence)
        self.update()

    def _picture(self) -> np.ndarray | None:
        """What the view shows, RGB (H, W, 3); None where there is nothing yet, or the model has no such view."""
        if self._frame is None:
            return self._saved if self.shown in (ResultView.RESULT, ResultView.COMPARE) else None
        if self.shown not in (ResultView.RESULT, ResultView.COMPARE) and self._frame.warp is None:
            return None
        warped = self.shown in (ResultView.WARP, ResultView.WARP_CONFIDENCE)
        return self._frame.warp if warped else self._frame.image

    # Painting.

    def paint_picture(self, painter: QPainter) -> None:
        target = QRectF(0, 0, *self._size)
        if self._before and self._photo is not None:
            painter.drawImage(target, self._photo.image)
            return
        if self._picture() is None:
            painter.fillRect(target, QColor(128, 128, 128, 40))
            return
        painter.drawImage(target, self._base.image)
        if self._heat is not None:
            painter.setOpacity(self.heat_opacity)
            painter.drawImage(target, self._heat.image)
            painter.setOpacity(1)
        if self.shown is ResultView.COMPARE and self._photo is not None:
            painter.save()
            painter.setClipRect(QRectF(0, 0, self._size[0] * self.divider, self._size[1]))
            painter.drawImage(target, self._photo.image)
            painter.restore()
        if self.shaded:
            painter.fillRect(target, _shade_color())

    def paint_overlay(self, painter: QPainter) -> None:
        frame = self.transform().mapRect(QRectF(0, 0, *self._size))
        if self._before and self._photo is not None:
            _pill(painter, frame.topLeft() + QPointF(8, 8), self.tr("Before"), self.font())
            return
        if self.shown is ResultView.COMPARE and self._photo is not None and self._picture() is not None:
            self._paint_divider(painter, frame)
        if self.shaded and self._picture() is not None:
            text = self.tr("Updating…") if self._busy else self.tr("Not up to date")
            _pill(painter, frame.topLeft() + QPointF(8, 8), text, self.font())
        if self._heat is not None:
            self._paint_legend(painter, frame)
        self._paint_captions(painter, frame)
        if self.notice or self._picture() is None:
            self._paint_notice(painter)

    def _paint_legend(self, painter: QPainter, frame: QRectF) -> None:
        """What the colours of confidence mean."""
        box = QRectF(0, 0, 190, LEGEND_HEIGHT)
        left = max(8, min(max(frame.left(), 0) + 8, self.width() - box.width() - 8))
        box.moveBottomLeft(QPointF(left, min(frame.bottom(), self.height()) - 8))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(20, 21, 24, 200))
        painter.drawRoundedRect(box, 12, 12)
        painter.setPen(QColor(240, 240, 244))
        text = box.adjusted(12, 0, -12, 0)
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.tr("doubt"))
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self.tr("trust"))
        ramp = QLinearGradient(box.left() + 56, 0, box.right() - 50, 0)
        for step, color in enumerate(heat_colors()[::51]):
            ramp.setColorAt(step / 5, QColor(*color.tolist()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ramp)
        painter.drawRoundedRect(QRectF(box.left() + 56, box.center().y() - 4, box.width() - 106, 8), 4, 4)

    def _paint_captions(self, painter: QPainter, frame: QRectF) -> None:
        """From the lower left corner upwards, over the legend where there is one."""
        corner = QPointF(max(frame.left(), 0) + 8, min(frame.bottom(), self.height()) - 8)
        corner.setY(corner.y() - (LEGEND_HEIGHT + 6 if self._heat is not None else 0))
        metrics = QFontMetricsF(self.font())
        for text in filter(None, (self.caption, self.remark)):
            corner.setY(corner.y() - metrics.height() - 6)
            room = self.width() - corner.x() - 24
            _pill(painter, corner, metrics.elidedText(text, Qt.TextElideMode.ElideRight, room), self.font())
            corner.setY(corner.y() - 6)

    def _paint_divider(self, painter: QPainter, frame: QRectF) -> None:
        x = self._divider_x()
        top, bottom = max(frame.top(), 0), min(frame.bottom(), self.height())
        for color, width in ((QColor(0, 0, 0, 120), 4.0), (QColor(255, 255, 255), 1.6)):
            painter.setPen(QPen(color, width))
            painter.drawLine(QPointF(x, top), QPointF(x, bottom))
        centre = QPointF(x, (top + bottom) / 2)
        painter.setPen(QPen(QColor(0, 0, 0, 90), 1))
        painter.setBrush(QColor(255, 255, 255))
        painter.drawEllipse(centre, 12, 12)
        painter.setPen(QPen(QColor(60, 60, 70), 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        for side in (-1, 1):
            tip = centre + QPointF(7 * side, 0)
            painter.drawLine(tip, centre + QPointF(3.5 * side, -3.5))
            painter.drawLine(tip, centre + QPointF(3.5 * side, 3.5))
        _pill(painter, frame.topLeft() + QPointF(8, 8), self.tr("Photo"), self.font())
        _pill(painter, frame.topRight() + QPointF(-8, 8), self.tr("Result"), self.font(), right=True)

    def _paint_notice(self, painter: QPainter) -> None:
        text = self.notice or self._missing()
        painter.setPen(QColor(THEME.colors.text if self.notice else THEME.colors.muted))
        box = QRectF(self.rect()).adjusted(28, 28, -28, -28)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        if self.notice:
            inner = painter.boundingRect(box, flags, text)
            painter.save()
            painter.setPen(QPen(QColor(THEME.colors.border), 1))
            painter.setBrush(QColor(THEME.colors.raised))
            painter.drawRoundedRect(inner.adjusted(-14, -10, 14, 10), 8, 8)
            painter.restore()
        painter.drawText(box, flags, text)

    def _missing(self) -> str:
        """Why there is no picture in this view."""
        if self._frame is None:
            return self.tr("The picture appears here")
        return self.tr("This model makes its picture without warping the exemplar")

    # The divider.

    def _divider_x(self) -> float:
        return self.transform().map(QPointF(self._size[0] * self.divider, 0)).x()

    def tool_cursor(self) -> Qt.CursorShape:
        return Qt.CursorShape.SplitHCursor if self._on_divider else Qt.CursorShape.ArrowCursor

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        near = abs(event.position().x() - self._divider_x()) < GRIP
        if not self._left_down:
            self._on_divider = self.shown is ResultView.COMPARE and near
            self.update_cursor()
        super().mouseMoveEvent(event)

    def press(self, event: QMouseEvent) -> None:
        self.drag(event)

    def drag(self, event: QMouseEvent) -> None:
        if self.shown is ResultView.COMPARE:
            self.set_divider(self.to_picture(event.position()).x() / self._size[0])

    def set_divider(self, part: float) -> None:
        """Where the comparison divides, 0 at the left edge to 1 at the right."""
        self.divider = min(max(part, 0.0), 1.0)
        self.divider_moved.emit(self.divider)
        self.update()


def _heat_buffer(confidence: np.ndarray) -> Buffer:
    buffer = Buffer(confidence.shape[1], confidence.shape[0])
    steps = np.clip(confidence * 255, 0, 255).astype(np.uint8)
    np.take(heat_lut(), steps, out=buffer.pixels, mode="clip")
    return buffer


def _shade_color() -> QColor:
    color = QColor(THEME.colors.canvas)
    color.setAlpha(105)
    return color


def _pill(painter: QPainter, corner: QPointF, text: str, font: QFont, right: bool = False) -> None:
    """A small label on the picture."""
    width, height = QFontMetricsF(font).horizontalAdvance(text) + 16, QFontMetricsF(font).height() + 6
    box = QRectF(corner.x() - (width if right else 0), corner.y(), width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(20, 21, 24, 200))
    painter.drawRoundedRect(box, height / 2, height / 2)
    painter.setPen(QColor(240, 240, 244))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
