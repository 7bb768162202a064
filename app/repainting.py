"""The present document in the other kind of domain: its label maps drawn from poses, or found in its photos."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.analysis_job import Analyser
from app.content import Board, Canvas, Method, PaletteState, Snapshot
from app.document import Document, segment_map
from app.fitting import Fitted, fit_photo, whole
from app.models import models_of
from brushes.pose.carry import carried
from engine.conditions.pose import KEYPOINTS
from engine.domains import DOMAINS, Domain
from engine.errors import InputError
from engine.inference.state import Exemplar, Keypoints, Pixels
from engine.weights.registry import default_model

Found = dict[Pixels | None, Fitted]
"""What is known of photos; None stands for the canvas, where that differs from its photo."""

MARGIN = 1.05
LONGEST_SIDE = 1024


def domain_of(condition: str) -> Domain | None:
    """The first domain of that condition that a model can paint; None where there is none."""
    return next((domain for domain in DOMAINS.values() if domain.condition == condition and models_of(domain)), None)


def new_from_pose(domain: Domain, pose: np.ndarray) -> Snapshot:
    """A document that begins with poses (persons, 18, 3), on a canvas of the domain's shape that holds them all.

    Poses that need more than the largest canvas are scaled down to it.
    """
    size, there = np.array(domain.size), pose[pose.any(-1)]
    growth = max(1.0, float((there[:, :2].max(0) * MARGIN / size).max())) if len(there) else 1.0
    largest = LONGEST_SIDE / size.max()
    if growth > largest:
        pose, growth = pose * (largest / growth, largest / growth, 1), largest
    width, height = (round(side * growth) for side in domain.size)
    keypoints = Keypoints(pose)
    labels = Pixels(segment_map(keypoints, (height, width)))
    method = Method(_model_of(domain, domain.default_model))
    return Snapshot(domain, Canvas(labels, labels, None, keypoints), Board(), method)


def empty_canvas(domain: Domain) -> Snapshot:
    """A document with nothing on it, of the domain's size."""
    if domain.condition == "pose":
        return new_from_pose(domain, np.zeros((0, KEYPOINTS, 3)))
    empty = Pixels(np.zeros(domain.size[::-1], np.uint8))
    return Snapshot(domain, Canvas(empty, empty), Board(), Method(_model_of(domain, domain.default_model)))


@dataclass
class _Job:
    """The change under way: where to, what it began with, photos to look at, and what was found in those before."""

    domain: Domain
    began: Snapshot
    photos: list[tuple[Pixels, str]]
    found: Found
    ticket: int = -1


class Repainter(QObject):
    """Turns the document into another domain in one step, once the analyser has found what is missing."""

    said = Signal(str)
    failed = Signal(str)

    def __init__(self, document: Document, analyser: Analyser, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._analyser = analyser
        self._job: _Job | None = None
        self._left: Snapshot | None = None  # the document as it was before it last followed a pose
        analyser.found.connect(self._take)
        analyser.failed.connect(self._give_up)

    def repaint(self, condition: str) -> None:
        """Begin; raises InputError where no model paints by that condition, or there is nothing to find poses in."""
        domain = domain_of(condition)
        if domain is None:
            raise InputError("No model that paints by pose is installed; fetch its weights first.")
        self._document.commit_stroke()
        began = self._document.snapshot()
        found = {} if domain.condition == "pose" else remembered(self._left, began)
        self._job = _Job(domain, began, self._needed(began, domain, found), found)
        self._next()

    def _needed(self, began: Snapshot, domain: Domain, found: Found) -> list[tuple[Pixels, str]]:
        """Photos in which poses or labels are to be found, with their names; those that are known go without."""
        by_pose, canvas = domain.condition == "pose", began.canvas
        photos: list[tuple[Pixels, str]] = []
        if None not in found and (not by_pose or not _has_persons(canvas.keypoints)):
            if canvas.photo is None:
                what = self.tr("pose") if by_pose else self.tr("label map")
                raise InputError(
                    self.tr("The canvas has no photo to find a {} in; open a photo or a {} first.").format(what, what)
                )
            photos.append((canvas.photo, self.tr("on the canvas")))
        for exemplar in began.board.exemplars:
            if exemplar.photo not in found and (not by_pose or not _has_persons(exemplar.keypoints)):
                photos.append((exemplar.photo, exemplar.name))
        return photos

    def _next(self) -> None:
        """Ask for the next photo, or finish."""
        job = self._job
        assert job is not None
        while job.photos and job.photos[0][0] in job.found:
            job.photos.pop(0)
        if not job.photos:
            self._finish(job)
            return
        photo, name = job.photos[0]
        self.said.emit(self.tr("Looking at the photo {}…").format(name))
        job.ticket = self._analyser.ask(photo.array, name, job.began.domain)

    def _take(self, ticket: int, persons: list) -> None:
        job = self._job
        if job is None or ticket != job.ticket:
            return
        photo, _ = job.photos.pop(0)
        size = photo.array.shape[1], photo.array.shape[0]
        job.found[photo] = fit_photo(
            photo.array, whole(size), [person.labels for person in persons], [person.pose for person in persons]
        )
        self._next()

    def _give_up(self, ticket: int, sentence: str) -> None:
        if self._job is not None and ticket == self._job.ticket:
            self._job = None
            self.failed.emit(sentence)

    def _finish(self, job: _Job) -> None:
        self._job = None
        present = self._document.snapshot()
        if (present.canvas, present.board, present.domain) != (job.began.canvas, job.began.board, job.began.domain):
            self.said.emit(self.tr("The picture was changed meanwhile; repaint it again"))
            return
        by_pose = job.domain.condition == "pose"
        name = "Repaint by pose" if by_pose else "Repaint by label map"
        after = repainted(job.began, job.domain, job.found, self._left)
        self._left = _with_poses_of(job.began, after) if by_pose else None
        self._document.become(name, after)
        self.said.emit(
            self.tr("The picture now follows the pose") if by_pose else self.tr("The picture now follows the label map")
        )


def remembered(left: Snapshot | None, began: Snapshot) -> Found:
    """What the document's label maps were before it followed a pose: of its exemplars, and of the canvas.

    The canvas is known again by its photo, or without one by its size and the exemplars.
    """
    if left is None or left.domain.condition == "pose":
        return {}
    known: Found = {e.photo: Fitted(e.photo.array, e.labels.array, e.keypoints) for e in left.board.exemplars}
    before, here = left.canvas, began.canvas
    shows = {exemplar.photo for exemplar in began.board.exemplars}
    same = before.photo is not None or shows <= known.keys()
    if same and before.photo == here.photo and before.labels.array.shape == here.labels.array.shape:
        known[None] = Fitted(before.labels.array, before.labels.array, before.keypoints)
    return known


def _with_poses_of(began: Snapshot, after: Snapshot) -> Snapshot:
    """The document as it began, with the poses that were found in it meanwhile."""
    pairs = zip(began.board.exemplars, after.board.exemplars, strict=True)
    exemplars = tuple(replace(exemplar, keypoints=posed.keypoints) for exemplar, posed in pairs)
    canvas = replace(began.canvas, keypoints=after.canvas.keypoints)
    return replace(began, canvas=canvas, board=replace(began.board, exemplars=exemplars))


def repainted(began: Snapshot, domain: Domain, found: Found, left: Snapshot | None = None) -> Snapshot:
    """The document in another domain; `found` says by photo what it lacks, `left` what the canvas was before.

    Class choices and film are left behind.
    """
    make = _posed if domain.condition == "pose" else _labelled
    exemplars = tuple(make(exemplar, found.get(exemplar.photo)) for exemplar in began.board.exemplars)
    here = began.canvas
    fitted = found.get(None) or (found.get(here.photo) if here.photo is not None else None)
    if domain.condition == "pose":
        keypoints = here.keypoints if _has_persons(here.keypoints) or fitted is None else fitted.keypoints
        labels = Pixels(segment_map(keypoints, here.labels.array.shape))
    else:
        assert fitted is not None
        keypoints = here.keypoints if _has_persons(here.keypoints) else fitted.keypoints
        labels = Pixels(_carried(fitted, keypoints))
    original = left.canvas.original if left is not None and None in found else labels
    return replace(
        began,
        domain=domain,
        canvas=replace(here, labels=labels, original=original, keypoints=keypoints),
        board=Board(exemplars, began.board.weights, began.board.active),
        method=replace(began.method, model=_model_of(domain, began.method.model)),
        palette=PaletteState(),
        result=None,
        weights_hash=None,
    )


def _posed(exemplar: Exemplar, found: Fitted | None) -> Exemplar:
    keypoints = exemplar.keypoints if found is None else found.keypoints
    labels = segment_map(keypoints, exemplar.photo.array.shape[:2])
    return replace(exemplar, keypoints=keypoints, labels=Pixels(labels))


def _labelled(exemplar: Exemplar, found: Fitted | None) -> Exemplar:
    assert found is not None
    return replace(exemplar, labels=Pixels(found.labels), keypoints=exemplar.keypoints or found.keypoints)


def _carried(found: Fitted, keypoints: Keypoints | None) -> np.ndarray:
    """The labels of the photo, carried to where the poses are now."""
    before, after = (_array(poses) for poses in (found.keypoints, keypoints))
    if before.shape != after.shape:
        return found.labels
    return carried(found.labels, before, after, background=0)


def _array(keypoints: Keypoints | None) -> np.ndarray:
    return np.zeros((0, 18, 3)) if keypoints is None else keypoints.array


def _has_persons(keypoints: Keypoints | None) -> bool:
    return keypoints is not None and bool(keypoints.array.any())


def _model_of(domain: Domain, wanted: str) -> str:
    """The model where it can paint the domain, or the domain's own."""
    names: Sequence[str] = models_of(domain)
    return wanted if wanted in names else default_model(domain)
