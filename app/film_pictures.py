"""Small pictures of a film, made in the background and kept for a while."""

import threading
from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage

from app.canvas.buffer import image_of
from app.film_render import FilmJob
from app.shared_engine import SharedEngine
from engine.inference.state import EditState

LONGEST_SIDE = 320
"""Pixels that a kept picture is reduced to."""

KEPT = 400
"""Pictures; about 80 MB."""


class FilmPictures(QObject):
    """Pictures by state. `came` says that there is one more, `failed` in one sentence why no more come."""

    came = Signal()
    failed = Signal(str)

    def __init__(self, engine: SharedEngine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._kept: OrderedDict[EditState, QImage] = OrderedDict()
        self._access = threading.Lock()
        self._wanted: deque[EditState] = deque()
        self._job: FilmJob | None = None

    def get(self, state: EditState) -> QImage | None:
        """The picture of `state`, where it has been made."""
        image = self._kept.get(state)
        if image is not None:
            self._kept.move_to_end(state)
        return image

    def put(self, state: EditState, picture: np.ndarray) -> None:
        """Keep a picture, RGB uint8 (H, W, 3)."""
        image = image_of(picture)
        if max(image.width(), image.height()) > LONGEST_SIDE:
            keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            image = image.scaled(LONGEST_SIDE, LONGEST_SIDE, keep, smooth)
        self._kept[state] = image
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        self.came.emit()

    def want(self, states: Sequence[EditState]) -> None:
        """Make these, the first one first, and nothing that was wanted before."""
        missing = [state for state in dict.fromkeys(states) if self.get(state) is None]
        with self._access:
            self._wanted = deque(missing)
            if self._job is None and missing:
                self._job = FilmJob(self._engine, self._next_states(), _drain, self)
                self._job.picture_ready.connect(self.put)
                self._job.ended.connect(self._tell)
                self._job.finished.connect(self._job.deleteLater)
                self._job.start()

    def stop(self) -> None:
        """Give up all, and wait for the engine."""
        self.want(())
        for job in self.findChildren(FilmJob):
            job.stop()

    def _next_states(self) -> Iterator[EditState]:
        """What is wanted, asked for by the job in its thread; the job is over when there is nothing."""
        while True:
            with self._access:
                if not self._wanted:
                    self._job = None
                    return
                state = self._wanted.popleft()
            yield state

    def _tell(self, sentence: str) -> None:
        if sentence:
            with self._access:
                self._wanted.clear()
                self._job = None
            self.failed.emit(sentence)


def _drain(pictures: Iterator[np.ndarray]) -> None:
    """Have all of them made; each is told of by itself."""
    for _ in pictures:
        pass
