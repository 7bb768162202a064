"""Photos to persons in a thread of its own, so that the window stays at hand; the newest photo wins."""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
from PySide6.QtCore import QObject, Signal, SignalInstance

from engine.analysis.fit import Box
from engine.domains import FASHION, Domain
from engine.errors import InputError
from engine.files import reason
from engine.images import resize_photo

if TYPE_CHECKING:
    from engine.analysis.analyse import Person

LONGEST_LOOK = 3072
"""Larger photos are reduced to this for the look at them: the smallest person that is told is still large enough."""

END_PATIENCE = 1.0
"""Seconds that closing waits for a look under way; one that takes longer ends with the program."""

log = logging.getLogger(__name__)


class PhotoAnalysis(Protocol):
    """What is needed of `engine.analysis.analyse.Analysis`."""

    def of(self, photo: np.ndarray, name: str = "") -> list["Person"]: ...


AnalysisFactory = Callable[[Domain], PhotoAnalysis]


def shipped_analysis(domain: Domain, device: str = "auto") -> PhotoAnalysis:
    """The analysis with the shipped weights; slow, since it brings torch. Raises InputError without weights."""
    from engine.analysis.analyse import Analysis
    from engine.devices import pick_device

    return Analysis(domain, pick_device(device))


class Analyser(QObject):
    """Finds the persons in photos. The thread and the network are made for the first photo, and then kept."""

    found = Signal(int, list)  # the ticket, and the persons
    failed = Signal(int, str)  # the ticket, and one sentence

    def __init__(self, make_analysis: AnalysisFactory, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._make_analysis = make_analysis
        self._analyses: dict[str, PhotoAnalysis] = {}
        self._changed = threading.Condition()
        self._waiting: tuple[int, np.ndarray, str, Domain] | None = None
        self._ticket = 0
        self._stopping = False
        self._thread: threading.Thread | None = None

    def ask(self, photo: np.ndarray, name: str, domain: Domain) -> int:
        """Look for persons in a photo uint8 (H, W, 3); what was asked before is forgotten. Returns the ticket.

        Boxes, crops and poses of what is found are in pixels of the photo; label maps are over all of it, and may
        have fewer pixels than a large one. Where the domain is conditioned on poses, labels are those of fashion.
        """
        with self._changed:
            self._ticket += 1
            self._waiting = self._ticket, photo, name, FASHION if domain.condition == "pose" else domain
            self._changed.notify()
            if self._thread is None:
                # Not a QThread: one that does not come back may be left behind, and ends with the program.
                self._thread = threading.Thread(target=self._work, name="analysis", daemon=True)
                self._thread.start()
            return self._ticket

    def forget(self) -> None:
        """Nothing is wanted any more: a look under way comes to its end unheard."""
        with self._changed:
            self._ticket += 1
            self._waiting = None

    def stop(self) -> None:
        """The editor closes."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(END_PATIENCE)

    def _work(self) -> None:
        while self._wait():
            self._answer()

    def _wait(self) -> bool:
        """Wait for a photo; False when there are to be no more."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting is not None or self._stopping)
            return not self._stopping

    def _answer(self) -> None:
        with self._changed:
            job, self._waiting = self._waiting, None
        if job is None:
            return
        ticket, photo, name, domain = job
        try:
            persons = self._look(photo, name, domain)
        except InputError as error:
            self._tell(self.failed, ticket, str(error))
        except Exception as error:  # the editor must outlive whatever the network does
            log.exception("The analysis failed")
            sentence = self.tr("The photo could not be analysed: {}.").format(reason(error).rstrip("."))
            self._tell(self.failed, ticket, sentence)
        else:
            self._tell(self.found, ticket, persons)

    def _look(self, photo: np.ndarray, name: str, domain: Domain) -> list["Person"]:
        if domain.name not in self._analyses:
            self._analyses[domain.name] = self._make_analysis(domain)
        scale = min(1.0, LONGEST_LOOK / max(photo.shape[:2]))
        if scale == 1:
            return self._analyses[domain.name].of(photo, name)
        height, width = photo.shape[:2]
        small = resize_photo(photo, (max(1, round(width * scale)), max(1, round(height * scale))))
        found = self._analyses[domain.name].of(small, name)
        return [_enlarged(person, width / small.shape[1], height / small.shape[0]) for person in found]

    def _tell(self, signal: SignalInstance, ticket: int, what: object) -> None:
        with self._changed:
            heard = ticket == self._ticket and not self._stopping
        if heard:
            with suppress(RuntimeError):  # the window may be gone by now
                signal.emit(ticket, what)


def _enlarged(person: "Person", across: float, down: float) -> "Person":
    """A person found in a reduced photo, in pixels of the photo but for its labels."""
    return replace(
        person,
        box=_enlarged_box(person.box, across, down),
        crop=_enlarged_box(person.crop, across, down),
        pose=person.pose * (across, down, 1),
    )


def _enlarged_box(box: Box, across: float, down: float) -> Box:
    return Box(round(box.left * across), round(box.top * down), round(box.width * across), round(box.height * down))
