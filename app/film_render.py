"""Pictures of a film, made one by one in a thread of their own."""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.aside import AsideJob
from app.content import Snapshot
from app.shared_engine import SharedEngine
from engine.errors import InputError
from engine.files import reason
from engine.film import Film, KeyFrame
from engine.inference.state import EditState

log = logging.getLogger(__name__)


class GivenUp(Exception):
    """The film is wanted no more."""


def key_of(snapshot: Snapshot) -> KeyFrame | None:
    """The present mix as a key frame; None without an exemplar."""
    board = snapshot.board
    if not board.exemplars:
        return None
    return KeyFrame(board.weights if any(board.weights) else board.used(board.active).weights, board.style)


def state_at(snapshot: Snapshot, key: KeyFrame) -> EditState:
    """What the engine needs for the document's picture with the mix of `key`; the key has a weight an exemplar."""
    state = replace(snapshot, board=snapshot.board.mixed(key.weights, key.style)).state
    assert state is not None
    return state


def states_of(snapshot: Snapshot, film: Film, rate: float) -> list[EditState]:
    """The states of the film's frames at `rate` a second."""
    return [state_at(snapshot, film.at(time)) for time in film.times(rate)]


class FilmJob(AsideJob):
    """Renders states and hands their pictures, RGB uint8 (H, W, 3), to `consume`, which runs in the thread.

    `picture_ready` carries state and picture. `ended` carries nothing after success, one sentence after a failure,
    and is not sent where the job was given up.
    """

    picture_ready = Signal(object, object)
    ended = Signal(str)

    def __init__(
        self,
        engine: SharedEngine,
        states: Iterable[EditState],
        consume: Callable[[Iterator[np.ndarray]], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._states = states
        self._consume = consume

    def run(self) -> None:
        """The thread."""
        sentence = ""
        try:
            self._consume(self._pictures())
        except GivenUp:
            return
        except InputError as error:
            sentence = str(error)
        except Exception as error:  # the editor must outlive whatever the engine does
            log.exception("The film failed")
            sentence = self.tr("The film could not be made: {}.").format(reason(error).rstrip("."))
        self.ended.emit(sentence)

    def _pictures(self) -> Iterator[np.ndarray]:
        for state in self._states:
            frame = self._engine.render_aside(state, self._wanted)
            if frame is None or not self._wanted():
                raise GivenUp
            self.picture_ready.emit(state, frame.image)
            yield frame.image
