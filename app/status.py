"""The status bar: what happens, where the pointer is, how long the picture took and on what."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from app.document import Document
from app.theme import THEME

FRAME_TIME = 40
MESSAGE_TIME = 6000


class Spinner(QWidget):
    """Turns while the engine works."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._angle = 0
        self.busy = False
        self._timer = QTimer(self, interval=FRAME_TIME)
        self._timer.timeout.connect(self._turn)

    def sizeHint(self) -> QSize:
        return QSize(16, 16)

    def set_busy(self, busy: bool) -> None:
        self.busy = busy
        self._timer.start() if busy else self._timer.stop()
        self.setAccessibleName(self.tr("Engine at work") if busy else self.tr("Engine idle"))
        self.update()

    def _turn(self) -> None:
        self._angle = (self._angle - 30) % 360
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(0, 0, 12, 12)
        box.moveCenter(QRectF(self.rect()).center())
        if self.busy:
            painter.setPen(QPen(QColor(THEME.colors.accent), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawArc(box, self._angle * 16, 270 * 16)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(THEME.colors.disabled))
            painter.drawEllipse(box.center(), 3, 3)


class StatusBar(QStatusBar):
    """Message, pointer, zoom, time and device, spinner."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.setSizeGripEnabled(False)
        self.place = QLabel()
        self.zoom = QLabel()
        self.time = QLabel()
        self.spinner = Spinner()
        self.spinner.set_busy(False)
        for widget in (self.place, self.zoom, self.time, self.spinner):
            self.addPermanentWidget(widget)
        document.frame_changed.connect(self.show_time)
        document.reset.connect(self.show_time)
        self.show_time()

    def say(self, sentence: str) -> None:
        """A passing message."""
        self.showMessage(sentence, MESSAGE_TIME)

    def show_time(self) -> None:
        frame = self._document.frame
        if frame is None:
            self.time.setText(self.tr("no picture yet"))
            return
        kind = self.tr("exact") if frame.exact else self.tr("preview")
        self.time.setText(f"{frame.timings.get('total', 0):.0f} ms · {frame.device} · {kind}")
        stages = (f"{name}: {value:.0f} ms" for name, value in frame.timings.items())
        kept = self.tr("kept for the next picture: {} MB").format(f"{frame.kept:.0f}")
        size = [] if frame.painted_at is None else [self.tr("painted at {} × {} pixels").format(*frame.painted_at)]
        self.time.setToolTip("\n".join([*stages, kept, *size, *filter(None, [frame.notice])]))
        if frame.notice:
            self.say(frame.notice)

    def show_zoom(self, zoom: float) -> None:
        self.zoom.setText(f"{zoom:.0%}")

    def show_place(self, point: QPointF | None) -> None:
        """Coordinates and class under the pointer."""
        labels = self._document.labels
        x, y = (int(point.x()), int(point.y())) if point is not None else (-1, -1)
        if not (0 <= x < labels.shape[1] and 0 <= y < labels.shape[0]):
            self.place.setText("")
            return
        names = self._document.domain.classes
        class_id = int(labels[y, x])
        name = names[class_id].name if class_id < len(names) else str(class_id)
        trust = self._confidence(x, y)
        self.place.setText(f"{name} · {x}, {y}{trust}")

    def _confidence(self, x: int, y: int) -> str:
        frame = self._document.frame
        if frame is None or frame.confidence is None or frame.confidence.shape != self._document.labels.shape:
            return ""
        return self.tr(" · confidence {}").format(f"{frame.confidence[y, x]:.2f}")
