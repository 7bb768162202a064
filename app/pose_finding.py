"""Finds the poses in the photo under the label map, while the window goes on."""

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.analysis_job import Analyser
from app.posing import Posing
from engine.inference.state import Keypoints


class PoseFinder(QObject):
    """Asks the analyser for the persons in the document's photo, and takes their poses in one step."""

    said = Signal(str)
    failed = Signal(str)

    def __init__(self, posing: Posing, analyser: Analyser, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._posing = posing
        self._analyser = analyser
        self._ticket: int | None = None
        self._photo: np.ndarray | None = None
        analyser.found.connect(self._take)
        analyser.failed.connect(self._tell)

    def find(self) -> None:
        """Begin to look; `said` tells how it goes."""
        document = self._posing.document
        if document.photo is not None:
            self._photo = document.photo
            self._ticket = self._analyser.ask(document.photo, "", document.domain)
            self.said.emit(self.tr("Looking for persons in the photo…"))

    def _take(self, ticket: int, persons: list) -> None:
        document = self._posing.document
        if ticket != self._ticket or document.photo is not self._photo:
            return
        document.commit_stroke()
        document.set_pose("Find pose", Keypoints(np.stack([person.pose for person in persons])))
        self._posing.select((), 0)
        self.said.emit(
            self.tr("Found one person") if len(persons) == 1 else self.tr("Found {} persons").format(len(persons))
        )

    def _tell(self, ticket: int, sentence: str) -> None:
        if ticket == self._ticket:
            self.failed.emit(sentence)
