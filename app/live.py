"""The live preview: hands the document's newest state to the engine, and the engine's answers to the document."""

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.document import Document
from app.worker import Worker
from engine.errors import InputError
from engine.inference.state import Frame
from engine.weights.registry import find_weights, weights_root

COALESCE = 15
"""Milliseconds over which edits are gathered: no more often is the state worth a copy."""

IDLE = 150
"""Milliseconds without an edit after which a preview is replaced by the exact picture."""


class LivePreview(QObject):
    """Submits every edit while `live`, else only when asked.

    Edits are answered by quick previews; when no stroke is under way and nothing more comes, by the exact picture.
    `problem_changed` carries one sentence about what keeps the picture from being made, or nothing.
    """

    problem_changed = Signal(str)
    stale_changed = Signal(bool)

    def __init__(self, document: Document, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.live = True
        self._document = document
        self._worker = worker
        self._gather = QTimer(self, singleShot=True, interval=COALESCE)
        self._gather.timeout.connect(self._submit)
        self._idle = QTimer(self, singleShot=True, interval=IDLE)
        self._idle.timeout.connect(self.run_now)
        document.state_changed.connect(self._note_edit)
        document.history_changed.connect(self._settle_when_idle)
        worker.frame_ready.connect(self._take)
        worker.failed.connect(self._tell)

    def start(self) -> None:
        """Start the engine; the first picture follows when it stands."""
        self._worker.start()
        self.run_now()

    def stop(self) -> None:
        self._gather.stop()
        self._idle.stop()
        self._worker.stop()

    def run_now(self) -> None:
        """Ask for the exact picture of the present state, live or not."""
        self._hand_over(hold=False)

    def cancel(self) -> None:
        """Give up what the engine works on."""
        self._gather.stop()
        self._idle.stop()
        self._worker.cancel()

    def set_live(self, live: bool) -> None:
        self.live = live
        if live:
            self.run_now()

    @property
    def is_settled(self) -> bool:
        """Whether the exact picture of the present state is shown."""
        frame = self._document.frame
        return frame is not None and frame.exact and not self._document.is_stale

    def _note_edit(self) -> None:
        self._idle.stop()
        self.stale_changed.emit(True)
        if self.live and not self._gather.isActive():
            self._gather.start()

    def _submit(self) -> None:
        if self.live:
            self._hand_over(hold=True)

    def _settle_when_idle(self) -> None:
        """Ask for the exact picture in a while, where a preview of the present state is shown and no stroke goes on."""
        document = self._document
        if document.frame and not document.frame.exact and not document.is_stroking and not document.is_stale:
            self._idle.start()

    def _hand_over(self, hold: bool) -> None:
        state = self._document.state()
        if state is None:
            self._worker.cancel()
            self.stale_changed.emit(False)
        else:
            self._worker.submit(state, self._document.revision, hold)

    def _take(self, frame: Frame, revision: int) -> None:
        self._document.weights_hash = weights_hash(frame.state.domain, frame.state.model)
        self._document.set_frame(frame, revision)
        self.problem_changed.emit("")
        self.stale_changed.emit(self._document.is_stale)
        self._settle_when_idle()

    def _tell(self, sentence: str, revision: int) -> None:
        if revision == self._document.revision:
            self.problem_changed.emit(sentence)


def weights_hash(domain: str, model: str) -> str | None:
    """What tells the weights of a picture's recipe from others; None for a model that has none."""
    return _hash_below(weights_root(), domain, model)


@lru_cache
def _hash_below(root: Path, domain: str, model: str) -> str | None:
    """`root` is where all weights are looked for: another one may have others."""
    try:
        return find_weights(domain, model).card.weights_hash
    except InputError:
        return None
