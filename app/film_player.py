"""Plays a film: at its true speed where its pictures are ready, else as they come."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QImage

from app.film_pictures import FilmPictures
from engine.inference.state import EditState


class FilmPlayer(QObject):
    """A row of states, one of which is shown. `moved` says that another is, or that its picture came."""

    moved = Signal()
    playing_changed = Signal(bool)

    def __init__(self, pictures: FilmPictures, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pictures = pictures
        self._states: Sequence[EditState] = ()
        self._loops = False
        self._position = 0
        self._clock = QTimer(self, timerType=Qt.TimerType.PreciseTimer)
        self._clock.timeout.connect(self._step)
        pictures.came.connect(self.moved)
        pictures.failed.connect(self.pause)

    @property
    def count(self) -> int:
        return len(self._states)

    @property
    def position(self) -> int:
        """The number of the state that is shown, from 0."""
        return self._position

    @property
    def is_playing(self) -> bool:
        return self._clock.isActive()

    @property
    def ready(self) -> int:
        """How many of the pictures are made."""
        return sum(self._pictures.get(state) is not None for state in self._states)

    @property
    def image(self) -> QImage | None:
        """The picture at the position, where it is made."""
        return self._pictures.get(self._states[self._position]) if self._states else None

    def show_film(self, states: Sequence[EditState], interval: float, loops: bool) -> None:
        """Take another film, `interval` seconds from state to state; the position stays in its proportion."""
        if (states, loops, round(1000 * interval)) == (self._states, self._loops, self._clock.interval()):
            return
        part = self._position / max(1, len(self._states) - 1)
        self._states = states
        self._loops = loops
        self._position = round(part * max(0, len(states) - 1))
        self._clock.setInterval(round(1000 * interval))
        if len(states) < 2:
            self.pause()
        self.moved.emit()

    def to_come(self) -> list[EditState]:
        """All states in the order in which they will be shown."""
        return [*self._states[self._position :], *self._states[: self._position]]

    def play(self) -> None:
        """Go on, or from the beginning where the end is reached."""
        if self.count < 2 or self.is_playing:
            return
        if self._position == self.count - 1:
            self.seek(0)
        self._clock.start()
        self.playing_changed.emit(True)

    def pause(self) -> None:
        if self.is_playing:
            self._clock.stop()
            self.playing_changed.emit(False)

    def seek(self, position: int) -> None:
        if position != self._position and 0 <= position < self.count:
            self._position = position
            self.moved.emit()

    def _step(self) -> None:
        """One on, unless the next picture is still to come."""
        if self._position == self.count - 1 and not self._loops:
            self.pause()
            return
        following = (self._position + 1) % self.count
        if self._pictures.get(self._states[following]) is not None:
            self.seek(following)
