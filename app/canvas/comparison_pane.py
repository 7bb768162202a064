"""Two pictures of one document beside each other, or one below the other where it is narrow."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QSplitter, QVBoxLayout, QWidget

from app.canvas.header import Header
from app.canvas.result_canvas import ResultCanvas
from app.canvas.view import View
from app.comparison import Comparison
from app.document import Document
from app.model_box import ModelChoice
from engine.inference.state import Frame
from engine.models.names import title_of


class Pair(QSplitter):
    """Side by side where both have room for that, else one below the other."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal, childrenCollapsible=False, handleWidth=5)

    def minimumSizeHint(self) -> QSize:
        """As narrow as one of them."""
        hints = self._hints()
        upright = self.orientation() == Qt.Orientation.Vertical
        heights = [hint.height() for hint in hints]
        height = sum(heights) + self.handleWidth() * (len(hints) - 1) if upright else max(heights)
        return QSize(max(hint.width() for hint in hints), height)

    def arrange(self) -> None:
        """Lay them out as the width allows."""
        hints = self._hints()
        needed = sum(hint.width() for hint in hints) + self.handleWidth() * (len(hints) - 1)
        wanted = Qt.Orientation.Horizontal if needed <= self.width() else Qt.Orientation.Vertical
        if len(hints) > 1 and wanted != self.orientation():
            self.setOrientation(wanted)
            self.balance()

    def balance(self) -> None:
        """Give both the same room, as far as they can be so small."""
        self.setSizes([1000] * self.count())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()

    def _hints(self) -> list[QSize]:
        parts = [self.widget(index) for index in range(self.count())]
        return [part.minimumSizeHint() for part in parts if not part.isHidden()]


class SecondCanvas(ResultCanvas):
    """A result canvas that counts for the shared view only while it is shown."""

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.view.set_canvas_size(self, self.size())

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.view.forget_canvas(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self.isVisible():
            super().resizeEvent(event)


class ComparisonPane(QWidget):
    """The second picture with the choice of its model; labels both pictures while it is shown."""

    def __init__(self, document: Document, comparison: Comparison, first: ResultCanvas, view: View) -> None:
        super().__init__()
        self.comparison = comparison
        self.box = ModelChoice(self.tr("The model that makes the second picture"))
        self.box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.box.setMinimumWidth(80)
        self.box.setMaximumWidth(260)
        self.canvas = SecondCanvas(view)
        self.canvas.setAccessibleName(self.tr("Result of the compared model"))
        self.header = Header("")
        self.header.row.addWidget(self.box, 100)
        self.header.row.addStretch(1)
        self._document, self._first = document, first
        self._style_tip = self.tr("Axes and a drawn style belong to one model; this picture is made without them")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.canvas, 1)
        self.hide()
        self.box.chosen.connect(comparison.choose)
        comparison.model_changed.connect(self._show_model)
        comparison.frame_changed.connect(self._show_frame)
        comparison.stale_changed.connect(self.canvas.set_stale)
        comparison.busy_changed.connect(self.canvas.set_busy)
        document.exemplars_changed.connect(self._show_frame)
        document.frame_changed.connect(self._show_captions)
        document.mix_changed.connect(self._show_captions)
        first.divider_moved.connect(lambda part: _set_divider(self.canvas, part))
        self.canvas.divider_moved.connect(lambda part: _set_divider(first, part))

    def set_actions(self, *actions: QAction) -> None:
        """Give the header its buttons."""
        for action in actions:
            self.header.add_button(action)

    def _show_model(self) -> None:
        comparison = self.comparison
        if self.isHidden() == comparison.is_on:
            self._appear(comparison.is_on)
        if comparison.is_on:
            self.box.show_models(self._document.domain, comparison.models, comparison.model)
            self._show_captions()

    def _appear(self, shown: bool) -> None:
        self.setVisible(shown)
        if not shown:
            self._first.set_caption("")

    def _show_frame(self) -> None:
        self.canvas.set_frame(self.comparison.frame)
        notice = "" if self._document.exemplars else self.tr("Add an exemplar to see the picture")
        self.canvas.set_notice(self.comparison.problem or notice)
        self._show_captions()

    def _show_captions(self) -> None:
        comparison = self.comparison
        if comparison.is_on:
            self._first.set_caption(_caption(self._document.model, self._document.frame))
            remark = self.tr("without style edits") if comparison.leaves_out_style else ""
            self.canvas.set_caption(_caption(comparison.model, comparison.frame), remark)
            self.canvas.setToolTip(self._style_tip if remark else "")


def _set_divider(canvas: ResultCanvas, part: float) -> None:
    if canvas.divider != part:
        canvas.set_divider(part)


def _caption(model: str, frame: Frame | None) -> str:
    """The title of the model that the picture is of, or will be, and the time that it took."""
    if frame is None:
        return title_of(model)
    return f"{title_of(frame.state.model)} · {frame.timings.get('total', 0):.0f} ms"
