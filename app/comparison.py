"""Another model's picture of the same document, made once the document's own has settled."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, Signal

from app import settings
from app.document import Document
from app.live import LivePreview
from app.models import models_of
from app.shared_engine import SharedEngine
from app.worker import Worker
from engine.inference.state import EditState, Exemplar, Frame
from engine.style import Style


class Beside:
    """A session that renders when nobody else does."""

    def __init__(self, engine: SharedEngine) -> None:
        self._engine = engine

    def render(self, state: EditState, wanted: Callable[[], bool], hold: bool = False) -> Frame | None:
        """The exact picture, whatever `hold` says."""
        return self._engine.render_beside(state, wanted)

    def style_places(self, domain: str, model: str, exemplars: Sequence[Exemplar]) -> np.ndarray:
        """As the shared session's."""
        return self._engine.style_places(domain, model, exemplars)


class Comparison(QObject):
    """While it is on, keeps a second picture of the document, by another model than the document's.

    `frame` is the newest one; `problem` is one sentence about what keeps it from being made, or nothing.
    """

    model_changed = Signal()  # whether it is on, the model, or those that there are
    frame_changed = Signal()  # the picture, or what keeps it from being made
    stale_changed = Signal(bool)
    busy_changed = Signal(bool)

    def __init__(
        self, document: Document, engine: SharedEngine, live: LivePreview, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.is_on = False
        self.model = ""
        self.models: tuple[str, ...] = ()  # which the document's can be compared with
        self.frame: Frame | None = None
        self.problem = ""
        self._document = document
        self._live = live
        self._main_model = document.model
        self._fresh_revision = -1
        self._told_stale = False
        self._list_models()
        self._worker = Worker(lambda: Beside(engine), self)
        self._worker.frame_ready.connect(self._take)
        self._worker.failed.connect(self._tell)
        self._worker.busy_changed.connect(self.busy_changed)
        document.state_changed.connect(self._note_edit)
        document.frame_changed.connect(self._ask_when_settled)
        document.model_changed.connect(self._follow_document)
        document.reset.connect(self._follow_document)
        live.problem_changed.connect(lambda sentence: self._ask() if sentence else None)

    # What it tells.

    @property
    def is_stale(self) -> bool:
        """Whether the second picture shows something other than the present state."""
        return self._fresh_revision != self._document.revision

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is to come: it is off, or the newest picture or problem is there."""
        return not self.is_on or self._document.state() is None or bool(self.problem) or not self.is_stale

    @property
    def leaves_out_style(self) -> bool:
        """Whether the document's style has axes or a drawn style, which no other model understands."""
        style = self._document.style
        return bool(style.axes) or style.sample is not None

    @property
    def may_have_warp(self) -> bool:
        """Whether it is on, and its model's picture has a warp, or is still to come."""
        frame = self.frame
        return self.is_on and (frame is None or frame.state.model != self.model or frame.warp is not None)

    def state(self) -> EditState | None:
        """The document's state, as the other model can be asked for it; None without an exemplar."""
        state = self._document.state()
        if state is None:
            return None
        return replace(state, model=self.model, style=Style.of(state.style.weights_of_class))

    # What it is told.

    def switch(self, on: bool) -> None:
        """Begin with the model that was compared last, or end. Without another model, it stays off."""
        self._list_models()
        self.is_on = on and bool(self.models)
        if self.is_on:
            self._settle_on(settings.compared_model())
            if not self._worker.isRunning():
                self._worker.start()
        else:
            self.frame = None
        self._renew()

    def choose(self, model: str) -> None:
        """Compare with another model from now on."""
        if model != self.model:
            self.model = model
            settings.set_compared_model(model)
            self._renew()

    def swap(self) -> None:
        """Let the compared model make the document's picture, and the document's be compared."""
        if self.is_on:
            self._document.set_model(self.model)

    def stop(self) -> None:
        """End the thread; the window closes."""
        self._worker.stop()

    def _follow_document(self) -> None:
        """The document has another model, or is another document: what it was made by is then compared, if need be."""
        before, self._main_model = self._main_model, self._document.model
        self._list_models()
        if self._document.frame is None:  # another document
            self.frame = None
            self.frame_changed.emit()
        if self.is_on and not self.models:
            self.switch(False)
        elif self.is_on and self.model not in self.models:
            self._settle_on(before)
            self._renew()
        else:
            self.model_changed.emit()

    def _list_models(self) -> None:
        document = self._document
        self.models = tuple(name for name in models_of(document.domain) if name != document.model)

    def _settle_on(self, wanted: str) -> None:
        self.model = wanted if wanted in self.models else self.models[0]

    def _renew(self) -> None:
        """Another question is asked: what was known of the last one counts no more."""
        self.problem = ""
        self._fresh_revision = -1
        self._worker.cancel()
        self.model_changed.emit()
        self.frame_changed.emit()
        self._tell_stale()
        self._ask_when_settled()

    def _note_edit(self) -> None:
        if self.is_on:
            self._worker.cancel()
            self._set_problem("")
            self._tell_stale()

    def _ask_when_settled(self) -> None:
        if self._live.is_settled:
            self._ask()

    def _ask(self) -> None:
        if not self.is_on or not self.is_stale:
            return
        state = self.state()
        if state is None:
            return
        if self.frame is not None and self.frame.state == state:
            self._fresh_revision = self._document.revision
            self._tell_stale()
        else:
            self._worker.submit(state, self._document.revision)

    def _take(self, frame: Frame, revision: int) -> None:
        if self.is_on and frame.state.model == self.model:
            self.frame, self.problem = frame, ""
            self._fresh_revision = revision
            self.frame_changed.emit()
            self._tell_stale()

    def _tell(self, sentence: str, revision: int) -> None:
        if self.is_on and revision == self._document.revision:
            self._set_problem(sentence)

    def _set_problem(self, sentence: str) -> None:
        if sentence != self.problem:
            self.problem = sentence
            self.frame_changed.emit()

    def _tell_stale(self) -> None:
        """Only what is new: strokes bring many edits."""
        stale = self.is_on and self.is_stale and bool(self._document.exemplars)
        if stale != self._told_stale:
            self._told_stale = stale
            self.stale_changed.emit(stale)
