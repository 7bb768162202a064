"""The picture at its full size: painted aside of the live preview, in tiles, to be looked at and exported."""

import logging
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QToolButton, QWidget

from app.aside import AsideJob
from app.document import Document
from app.live import weights_hash
from app.naming import named, spoken
from app.shared_engine import SharedEngine
from app.theme import THEME, icon
from engine.errors import InputError
from engine.files import reason
from engine.inference.state import EditState, Frame

BAR_WIDTH = 150

log = logging.getLogger(__name__)


class FullSizeJob(AsideJob):
    """Renders one state. `ended` carries the frame, or None and one sentence; nothing is sent once it is given up."""

    progressed = Signal(int, int)  # tiles done, of so many
    ended = Signal(object, str)

    def __init__(self, engine: SharedEngine, state: EditState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._state = state

    def run(self) -> None:
        """The thread."""
        frame, sentence = None, ""
        try:
            frame = self._engine.render_aside(self._state, self._wanted, self.progressed.emit)
        except InputError as error:
            sentence = str(error)
        except Exception as error:  # the editor must outlive whatever the engine does
            log.exception("The picture at full size failed")
            sentence = self.tr("The picture could not be made: {}.").format(reason(error).rstrip("."))
        if self._wanted():
            self.ended.emit(frame, sentence)


class FullSize(QObject):
    """Makes the document's picture at full size when asked; an edit gives it up."""

    running_changed = Signal(bool)
    progressed = Signal(int, int)
    said = Signal(str)

    def __init__(self, document: Document, engine: SharedEngine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._engine = engine
        self._job: FullSizeJob | None = None
        self._ending: list[FullSizeJob] = []
        self._revision = -1
        self._then: Callable[[], object] | None = None
        document.state_changed.connect(self._note_edit)
        document.reset.connect(self.cancel)

    @property
    def is_running(self) -> bool:
        return self._job is not None

    @property
    def is_of_use(self) -> bool:
        """Whether the canvas is larger than what the live preview paints."""
        height, width = self._document.labels.shape
        own_width, own_height = self._document.domain.size
        return width * height > own_width * own_height

    @property
    def is_shown(self) -> bool:
        """Whether the document's picture is one at full size."""
        frame = self._document.frame
        return frame is not None and frame.state.full_size and not self._document.is_stale

    def start(self, then: Callable[[], object] | None = None) -> None:
        """Make the picture of the present state, and call `then` when it is shown; one that is under way goes on."""
        state = self._document.state()
        if not self.is_of_use:
            return
        self._then = then
        if self.is_running:
            return
        if state is None:
            self.said.emit(self.tr("Add an exemplar first"))
            return
        self._revision = self._document.revision
        self._job = FullSizeJob(self._engine, replace(state, full_size=True), self)
        self._job.progressed.connect(self._progress)
        self._job.ended.connect(self._take)
        self._job.start()
        self.running_changed.emit(True)

    def cancel(self) -> None:
        """Give up what is under way."""
        if self._job is not None:
            self._job.give_up()
            self._let_go()

    def stop(self) -> None:
        """End the threads; the window closes."""
        self.cancel()
        for job in self._ending:
            job.stop()

    def _note_edit(self) -> None:
        if self.is_running and self._document.revision != self._revision:
            self.cancel()
            self.said.emit(self.tr("The picture was edited, so the one at full size was given up"))

    def _progress(self, done: int, count: int) -> None:
        if self.sender() is self._job:
            self.progressed.emit(done, count)

    def _take(self, frame: Frame | None, sentence: str) -> None:
        if self.sender() is not self._job:
            return
        self._let_go()
        if frame is None:
            self.said.emit(sentence)
            return
        self._document.weights_hash = weights_hash(frame.state.domain, frame.state.model)
        self._document.set_frame(frame, self._revision)
        width, height = frame.painted_at or self._document.labels.shape[::-1]
        self.said.emit(frame.notice or self.tr("Painted at {} × {} pixels").format(width, height))
        if self._then is not None:
            self._then()

    def _let_go(self) -> None:
        """The job ends by itself; it is kept until its thread has."""
        job, self._job = self._job, None
        assert job is not None
        self._ending = [*(old for old in self._ending if old.isRunning()), job]
        self.running_changed.emit(False)


class FullSizeBar(QWidget):
    """How far the picture at full size is, and a button to give it up; hidden otherwise."""

    def __init__(self, full_size: FullSize, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = spoken(QProgressBar(), self.tr("Full size"))
        self.bar.setFixedWidth(BAR_WIDTH)
        self.button = named(QToolButton(), "flat")
        self.button.setToolTip(self.tr("Give up the picture at full size"))
        self.button.setAccessibleName(self.button.toolTip())
        self.button.clicked.connect(full_size.cancel)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.setSizeConstraint(QHBoxLayout.SizeConstraint.SetFixedSize)
        layout.addWidget(self.bar)
        layout.addWidget(self.button)
        full_size.running_changed.connect(self._show_running)
        full_size.progressed.connect(self._show_progress)
        THEME.changed.connect(self._fetch_icon)
        self._fetch_icon()
        self.hide()

    def _show_running(self, running: bool) -> None:
        self.bar.setRange(0, 0)
        self.bar.setFormat(self.tr("Full size"))
        self.setVisible(running)

    def _show_progress(self, done: int, count: int) -> None:
        self.bar.setRange(0, count)
        self.bar.setValue(done)
        self.bar.setFormat(self.tr("Full size %p %"))

    def _fetch_icon(self) -> None:
        self.button.setIcon(icon("close"))
