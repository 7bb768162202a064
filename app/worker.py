"""The engine in a thread of its own: the latest state wins, stale ones are dropped, errors become a sentence."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np
from PySide6.QtCore import QObject, QThread, Signal

from engine.errors import InputError
from engine.inference.state import EditState, Exemplar, Frame

PATIENCE = 0.2
"""Seconds after which a picture is finished although a newer state waits, so that a long stroke shows something."""

QUICK = 0.6
"""Seconds for which a preview is worked on although a newer state waits: one that is given up was worth nothing."""

END_PATIENCE = 5000
"""Milliseconds that closing waits for the engine."""

log = logging.getLogger(__name__)


class Session(Protocol):
    """What the worker needs of the engine."""

    def render(
        self, state: EditState, wanted: Callable[[], bool], hold: bool = False, **telling: Any
    ) -> Frame | None: ...

    def style_places(self, domain: str, model: str, exemplars: Sequence[Exemplar]) -> np.ndarray: ...


SessionFactory = Callable[[], Session]


@dataclass(frozen=True)
class MapRequest:
    """Where do these exemplars lie among the styles of the model?"""

    domain: str
    model: str
    exemplars: tuple[Exemplar, ...]


class Worker(QThread):
    """Renders the newest submitted state, and then finds the places of the newest style map; the caller never waits.

    The session is made in the thread, so that the window stands before the engine is loaded.
    """

    frame_ready = Signal(object, int)
    failed = Signal(str, int)
    map_ready = Signal(object, object)  # the MapRequest, float (exemplars, 2)
    map_failed = Signal(object, str)  # the MapRequest, one sentence
    busy_changed = Signal(bool)

    def __init__(self, make_session: SessionFactory, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._make_session = make_session
        self._session: Session | None = None
        self._changed = threading.Condition()
        self._waiting: tuple[EditState, int, bool] | None = None
        self._map_waiting: MapRequest | None = None
        self._cancelled = False
        self._stopping = False
        self._last_answer = 0.0
        self._put_up_until = 0.0

    def submit(self, state: EditState, revision: int, hold: bool = False) -> None:
        """Ask for the picture of `state`, with `hold` for a quick preview; whatever waited before is forgotten."""
        with self._changed:
            self._waiting = (state, revision, hold)
            self._cancelled = False
            self._changed.notify()

    def ask_map(self, request: MapRequest) -> None:
        """Ask for the places of exemplars; whatever was asked before is forgotten. Pictures go first."""
        with self._changed:
            self._map_waiting = request
            self._changed.notify()

    def cancel(self) -> None:
        """Give up the picture that is made and the one that waits."""
        with self._changed:
            self._waiting = None
            self._cancelled = True

    def stop(self) -> None:
        """End the thread; an engine that does not come back is cut off, for the window closes now."""
        with self._changed:
            self._stopping = True
            self._waiting = None
            self._changed.notify()
        if not self.wait(END_PATIENCE):
            self.terminate()
            self.wait(END_PATIENCE)

    def run(self) -> None:
        """The thread: wait for a state, render it, tell."""
        busy = False
        while (job := self._next_job()) is not None:
            if not busy:
                self._last_answer = time.monotonic()
                self.busy_changed.emit(True)
            job()
            busy = self._has_more()
            if not busy:
                self.busy_changed.emit(False)

    def _next_job(self) -> Callable[[], None] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._map_waiting or self._stopping)
            if self._stopping:
                return None
            if self._waiting is not None:
                job, self._waiting = self._waiting, None
                return partial(self._answer, *job)
            request, self._map_waiting = self._map_waiting, None
            assert request is not None
            return partial(self._locate, request)

    def _has_more(self) -> bool:
        with self._changed:
            return self._waiting is not None or self._map_waiting is not None

    def _wanted(self) -> bool:
        with self._changed:
            if self._stopping or self._cancelled:
                return False
            now = time.monotonic()
            return self._waiting is None or now < self._put_up_until or now - self._last_answer > PATIENCE

    def _answer(self, state: EditState, revision: int, hold: bool) -> None:
        self._put_up_until = time.monotonic() + QUICK if hold else 0.0
        try:
            frame = self._own_session().render(state, self._wanted, hold)
        except InputError as error:
            self.failed.emit(str(error), revision)
        except Exception as error:  # the thread must outlive whatever the engine does
            log.exception("The engine failed")
            self.failed.emit(self.tr("The picture could not be made: {}.").format(_sentence(error)), revision)
        else:
            if frame is not None and not self._cancelled:
                self._last_answer = time.monotonic()
                self.frame_ready.emit(frame, revision)

    def _locate(self, request: MapRequest) -> None:
        """Find the places, one exemplar at a time, so that a picture does not wait; the session keeps what is done."""
        places = []
        try:
            for exemplar in request.exemplars:
                if self._put_off(request):
                    return
                places.append(self._own_session().style_places(request.domain, request.model, (exemplar,)))
        except InputError as error:
            self.map_failed.emit(request, str(error))
        except Exception as error:  # as for pictures
            log.exception("The engine failed")
            self.map_failed.emit(request, self.tr("The style map could not be made: {}.").format(_sentence(error)))
        else:
            self.map_ready.emit(request, np.concatenate(places))

    def _put_off(self, request: MapRequest) -> bool:
        """Whether a picture or a newer map is to be made before; the request then waits, unless a newer one does."""
        with self._changed:
            if self._stopping or self._map_waiting is not None:
                return True
            if self._waiting is not None:
                self._map_waiting = request
            return self._waiting is not None

    def _own_session(self) -> Session:
        if self._session is None:
            self._session = self._make_session()
        return self._session


def _sentence(error: Exception) -> str:
    """The first line of an error, without its full stop."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
