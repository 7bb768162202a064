"""Threads that render aside of the live preview, and can be given up."""

import threading

from PySide6.QtCore import QObject, QThread

END_PATIENCE = 5000
"""Milliseconds that a job which was given up may take to end."""


class AsideJob(QThread):
    """A thread whose `run` looks now and then whether it is still `_wanted`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._given_up = threading.Event()

    def give_up(self) -> None:
        """End soon; what is rendered now is dropped. Does not wait."""
        self._given_up.set()

    def stop(self) -> None:
        """Give up, and wait for the thread to end."""
        self.give_up()
        if not self.wait(END_PATIENCE):
            self.terminate()
            self.wait(END_PATIENCE)

    def _wanted(self) -> bool:
        return not self._given_up.is_set()
