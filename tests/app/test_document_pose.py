"""The pose of a document: undo, drags, the domain that is conditioned on poses."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.content import Canvas, Snapshot
from app.document import Document
from app.project import open_project, save_project
from brushes.patch import Patch
from engine.conditions.body import body_segments
from engine.domains import FASHION_POSE
from engine.errors import InputError
from engine.inference.state import Keypoints, Pixels
from tests.app.factories import SHAPE, Calls, labels_like, make_document
from tests.app.posing import standing


def moved(keypoints: Keypoints, x: float) -> Keypoints:
    return Keypoints(keypoints.array + np.array([x, 0, 0]))


@pytest.fixture
def posed() -> Document:
    """A document in the domain that is conditioned on poses."""
    document = make_document()
    keypoints = standing(scale=0.4)
    labels = Pixels(body_segments(keypoints.array, SHAPE))
    snapshot = document.snapshot()
    canvas = Canvas(labels, labels, snapshot.canvas.photo, keypoints)
    document.load(replace(snapshot, domain=FASHION_POSE, canvas=canvas))
    return document


def test_a_pose_is_a_step_and_leaves_the_picture_as_it_is() -> None:
    document = make_document()
    state, changes = document.state(), Calls(document.pose_changed)
    document.set_pose("Add person", standing())
    assert document.keypoints == standing() and document.undo_names == ["Add person"]
    assert document.state() == state and document.state().keypoints is None
    document.undo()
    assert document.keypoints is None
    document.redo()
    assert document.keypoints == standing() and len(changes) == 3


def test_the_same_pose_is_no_step() -> None:
    document = make_document()
    document.set_pose("Add person", standing())
    document.set_pose("Move joint", standing(), document.labels.copy())
    assert document.undo_names == ["Add person"]


def test_drags_merge_to_one_step_with_the_pixels_that_went_along() -> None:
    document = make_document()
    before = document.labels.copy()
    document.set_pose("Add person", standing())
    for x in (1, 2, 3):
        document.set_pose("Move joint", moved(standing(), x), np.roll(before, x, axis=1), is_drag=True)
    document.end_drag()
    after = document.labels.copy()
    assert (after == np.roll(before, 3, axis=1)).all()
    assert document.undo_names == ["Add person", "Move joint"]
    document.undo()
    assert (document.labels == before).all() and document.keypoints == standing()
    document.redo()
    assert (document.labels == after).all() and document.keypoints == moved(standing(), 3)
    document.set_pose("Move joint", moved(standing(), 4), is_drag=True)
    assert document.undo_names == ["Add person", "Move joint", "Move joint"]


def test_a_drag_that_comes_back_holds_no_pixels() -> None:
    document = make_document()
    before = document.labels.copy()
    document.set_pose("Move joint", standing(), np.roll(before, 2, axis=0), is_drag=True)
    document.set_pose("Move joint", moved(standing(), 1), before, is_drag=True)
    assert document.history.nbytes < 2 * 18 * 3 * 8 + 300
    document.undo()
    assert (document.labels == before).all() and document.keypoints is None


def test_an_aborted_drag_leaves_no_trace() -> None:
    document = make_document()
    document.set_pose("Add person", standing())
    before, held = document.labels.copy(), document.history.nbytes
    document.end_drag()
    document.set_pose("Move joint", moved(standing(), 1), np.zeros_like(before), is_drag=True)
    document.abort_drag()
    assert document.keypoints == standing() and (document.labels == before).all()
    assert document.undo_names == ["Add person"] and not document.can_redo
    assert document.history.nbytes == held


def test_where_the_pose_is_painted_the_label_map_follows_it(posed: Document) -> None:
    before, revision = posed.state(), posed.revision
    target = moved(posed.keypoints, 2)
    posed.set_pose("Move person", target, np.zeros(SHAPE, np.uint8))
    assert (posed.labels == body_segments(target.array, SHAPE)).all() and posed.labels.any()
    assert posed.state().keypoints == target and posed.state() != before and posed.revision > revision
    posed.undo()
    assert posed.state() == before
    assert (posed.labels == body_segments(before.keypoints.array, SHAPE)).all()


def test_a_small_move_that_changes_no_segment_still_makes_a_new_picture(posed: Document) -> None:
    before = posed.state()
    posed.set_pose("Move person", moved(posed.keypoints, 1e-9))
    assert posed.state() != before


def test_where_the_pose_is_painted_no_brush_paints(posed: Document) -> None:
    posed.apply_patch(Patch((0, 0, 3, 3), np.ones((3, 3), bool)), 4)
    posed.replace_class(0, 3)
    assert not posed.can_undo
    with pytest.raises(ValueError, match="follows its pose"):
        posed.set_labels(np.zeros(SHAPE, np.uint8))


def test_a_label_map_of_another_size_drops_the_pose() -> None:
    document = make_document()
    document.set_pose("Add person", standing())
    document.set_labels(labels_like(3))
    assert document.keypoints == standing()
    document.set_labels(labels_like(3, (30, 30)))
    assert document.keypoints is None
    document.undo()
    assert document.keypoints == standing()


def test_a_project_keeps_the_poses_to_the_bit(tmp_path: Path) -> None:
    document, reopened = make_document(), Document()
    keypoints = standing(2).array * (1 / 3)
    keypoints[0, 4] = 0
    keypoints[1, 5, 2] = 0
    keypoints[1, 6, :2] = (-13.7, 1e5)
    document.set_pose("Add person", Keypoints(keypoints))
    document.add_exemplar(replace(document.exemplars[0], keypoints=standing()))
    save_project(document, tmp_path / "a.warpaint")
    open_project(reopened, tmp_path / "a.warpaint")
    assert reopened.keypoints == Keypoints(keypoints)
    assert [exemplar.keypoints for exemplar in reopened.exemplars] == [None, None, standing()]
    assert reopened.snapshot() == document.snapshot()


def test_a_project_tells_no_poses_from_nobody(tmp_path: Path) -> None:
    for name, keypoints in (("none", None), ("nobody", Keypoints(np.zeros((0, 18, 3))))):
        document, reopened = make_document(), Document()
        document.set_pose("Clear", keypoints)
        save_project(document, tmp_path / f"{name}.warpaint")
        open_project(reopened, tmp_path / f"{name}.warpaint")
        assert reopened.keypoints == keypoints


def test_a_crowd_is_not_written_into_a_project(tmp_path: Path) -> None:
    document = make_document()
    document.set_pose("Open pose", standing(65))
    with pytest.raises(InputError, match="64 persons at most"):
        save_project(document, tmp_path / "a.warpaint")


def test_another_snapshot_brings_its_pose_along() -> None:
    document = make_document()
    snapshot: Snapshot = document.snapshot()
    changes = Calls(document.pose_changed)
    document.load(replace(snapshot, canvas=replace(snapshot.canvas, keypoints=standing())))
    assert document.keypoints == standing() and len(changes) == 1 and not document.can_undo


def test_becoming_another_document_is_one_step_of_bounded_size(posed: Document) -> None:
    document = make_document()
    document.active_class = 18
    before, revision, resets = document.snapshot(), document.revision, Calls(document.reset)
    document.become("Repaint by pose", posed.snapshot())
    assert (document.domain, document.active_class) == (FASHION_POSE, posed.active_class)
    assert document.state() == posed.state() and document.revision > revision and len(resets) == 1
    assert 0 < document.history.nbytes < 10 * before.canvas.labels.array.nbytes + 10_000
    document.undo()
    assert document.snapshot() == before and document.undo_names == []
    document.redo()
    assert document.state() == posed.state()
