"""One engine for several threads: the live preview goes first, films and comparisons take what time it leaves."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

import numpy as np

from app.worker import Session, SessionFactory
from engine.inference.state import EditState, Exemplar, Frame

RETRY = 0.1
"""Seconds after which a film that waits for its turn asks whether it is still wanted."""


class SharedEngine:
    """Itself a session, whose calls go first. Films share it, which keeps weights and caches in memory once."""

    def __init__(self, make_session: SessionFactory) -> None:
        self._make_session = make_session
        self._session: Session | None = None
        self._session_beside: Session | None = None
        self._in_use = threading.Lock()
        self._changed = threading.Condition()
        self._going_first = 0

    def render(self, state: EditState, wanted: Callable[[], bool], hold: bool = False) -> Frame | None:
        """As the session's; a picture that is made aside is interrupted."""
        with self._first() as session:
            return session.render(state, wanted, hold)

    def style_places(self, domain: str, model: str, exemplars: Sequence[Exemplar]) -> np.ndarray:
        """As the session's."""
        with self._first() as session:
            return session.style_places(domain, model, exemplars)

    def render_aside(
        self, state: EditState, wanted: Callable[[], bool], progress: Callable[[int, int], None] | None = None
    ) -> Frame | None:
        """Render when nobody goes first, and from the beginning where somebody came between.

        None once `wanted` says no. `progress` as the session's. Raises what the session raises.
        """
        return self._render_when_free(state, wanted, self._any, progress)

    def render_beside(self, state: EditState, wanted: Callable[[], bool]) -> Frame | None:
        """As `render_aside`, in a session of its own: what the live preview has at hand for the next edit stays."""
        return self._render_when_free(state, wanted, self._beside)

    def _render_when_free(
        self,
        state: EditState,
        wanted: Callable[[], bool],
        turn: Callable[[], AbstractContextManager[Session]],
        progress: Callable[[int, int], None] | None = None,
    ) -> Frame | None:
        telling = {} if progress is None else {"progress": progress}
        while wanted():
            with self._changed:
                if not self._changed.wait_for(self._is_free, RETRY):
                    continue
            with turn() as session:
                frame = session.render(state, lambda: wanted() and self._is_free(), **telling)
            if frame is not None:
                return frame
        return None

    def _is_free(self) -> bool:
        return self._going_first == 0

    @contextmanager
    def _first(self) -> Iterator[Session]:
        with self._changed:
            self._going_first += 1
        try:
            with self._any() as session:
                yield session
        finally:
            with self._changed:
                self._going_first -= 1
                self._changed.notify_all()

    @contextmanager
    def _any(self) -> Iterator[Session]:
        with self._in_use:
            if self._session is None:
                self._session = self._make_session()
            yield self._session

    @contextmanager
    def _beside(self) -> Iterator[Session]:
        with self._in_use:
            if self._session_beside is None:
                self._session_beside = self._make_session()
            yield self._session_beside
