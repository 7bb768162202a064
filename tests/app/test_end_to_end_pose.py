"""The whole editor on the shipped sample that is painted by pose: drag, undo, save, reopen; photos by their poses."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.project import open_project
from app.resources import SAMPLES
from app.start import make_window
from app.window import Window
from brushes.pose.skeleton import LEFT_WRIST
from engine.conditions.body import body_segments
from engine.weights.registry import weights_root
from tests.app.driving import stroke
from tests.app.test_pose_slot import drop

pytestmark = pytest.mark.skipif(
    not (weights_root() / "fashion-pose" / "rabit" / "card.json").exists(),
    reason="no weights that paint by pose are shipped yet",
)
needs_analyst = pytest.mark.skipif(
    not (weights_root() / "fashion" / "analyst" / "card.json").exists(), reason="no analyst is shipped yet"
)
PATIENCE = 60_000
SAMPLE = SAMPLES / "raised-arm.warpaint"


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> Iterator[Window]:
    """The editor as `main.py` starts it, with the picture of the sample settled."""
    window = make_window("cpu")
    window.resize(1280, 800)
    window.show()
    open_project(window.document, SAMPLE)
    _settle(qtbot, window)
    yield window
    window.end()
    window.hide()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _settle(qtbot: QtBot, window: Window) -> None:
    document = window.document
    qtbot.waitUntil(
        lambda: window.settled() and document.frame is not None and not document.is_stale and document.frame.exact,
        timeout=PATIENCE,
    )


def _picture(window: Window) -> np.ndarray:
    return window.document.frame.image.copy()


def _drag_wrist(window: Window, dx: float, dy: float) -> None:
    x, y, _ = window.document.keypoints.array[0, LEFT_WRIST]
    stroke(window.condition, *((x + dx * part, y + dy * part) for part in (0, 0.3, 0.7, 1)))


def test_a_dragged_wrist_undone_saved_and_reopened(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    document = window.document
    assert document.is_posed and window.registry["tool-pose"].isChecked()
    first, wrist = _picture(window), document.keypoints.array[0, LEFT_WRIST].copy()
    _drag_wrist(window, 30, -60)
    _settle(qtbot, window)
    dragged, pose = _picture(window), document.keypoints
    assert np.allclose(pose.array[0, LEFT_WRIST, :2], wrist[:2] + (30, -60), atol=1)
    changed = np.abs(dragged.astype(int) - first).max(2) > 30
    rows, columns = changed.nonzero()
    assert changed.mean() > 0.005 and np.median(np.hypot(columns - wrist[0], rows - wrist[1])) < 90
    assert document.undo_names == ["Move joint"]
    window.registry["undo"].trigger()
    _settle(qtbot, window)
    assert (_picture(window) == first).all() and not document.is_modified
    window.registry["redo"].trigger()
    document.path = tmp_path / "kept.warpaint"
    qtbot.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert not document.is_modified
    open_project(document, SAMPLE)
    assert document.keypoints != pose
    open_project(document, tmp_path / "kept.warpaint")
    assert document.keypoints == pose and document.is_posed
    _settle(qtbot, window)
    assert (_picture(window) == dragged).all()


@needs_analyst
def test_a_photo_is_kept_but_about_the_limb_that_moved(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    document = window.document
    for _ in range(len(document.exemplars)):
        document.remove_exemplar(0)
    photo = tmp_path / "dress.webp"
    photo.write_bytes((SAMPLES / "exemplars" / "floral-dress.webp").read_bytes())
    drop(window.condition, photo)
    dialog = window.files.fit_dialog
    qtbot.waitUntil(lambda: not dialog.is_busy, timeout=PATIENCE)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    _settle(qtbot, window)
    assert document.preserves and (_picture(window) == document.photo).all()
    _drag_wrist(window, 100, -150)
    _settle(qtbot, window)
    changed = (_picture(window) != document.photo).any(2)
    assert 0.01 < changed.mean() < 0.25 and not changed[:, : changed.shape[1] // 3].any()


@needs_analyst
def test_a_photo_on_the_pose_panel_gives_its_pose_and_the_picture_follows(
    qtbot: QtBot, window: Window, tmp_path: Path
) -> None:
    document = window.document
    first, before = _picture(window), document.keypoints
    drop(window.pose_dock, SAMPLES / "exemplars" / "tweed-blazer.webp")
    dialog = window.files.fit_dialog
    qtbot.waitUntil(lambda: not dialog.is_busy, timeout=PATIENCE)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert document.undo_names == ["Take pose from photo"] and document.keypoints != before
    assert (document.labels == body_segments(document.keypoints.array, document.labels.shape)).all()
    _settle(qtbot, window)
    assert (np.abs(_picture(window).astype(int) - first).max(2) > 30).mean() > 0.02
    document.undo()
    _settle(qtbot, window)
    assert (_picture(window) == first).all()
