"""The editor driven as a person drives it: real mouse and key events in the whole window."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QListView, QMessageBox, QToolButton
from pytestqt.qtbot import QtBot
from superqt import QLabeledSlider

from app.autosave import recovery_folder
from app.canvas.result_canvas import ResultView
from app.dialogs.export import ExportDialog
from app.docks.palette import button_rect
from app.project import write_project
from app.window import Window
from engine.conditions.label_map import read_label_map
from engine.images import write_image
from tests.app.driving import Engine, at, mouse, move, press, release, stroke
from tests.app.factories import make_document, make_plain_frame

ALT = Qt.KeyboardModifier.AltModifier


def key(qtbot: QtBot, window: Window, name: Qt.Key, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    window.condition.setFocus()
    qtbot.keyClick(window.condition, name, keys)


def shown(qtbot: QtBot, window: Window) -> None:
    """Wait until the newest state is what the result canvas shows."""
    qtbot.waitUntil(
        lambda: window.settled() and window.document.frame_revision == window.document.revision, timeout=5000
    )


def test_a_stroke_changes_labels_and_is_one_step(qtbot: QtBot, window: Window) -> None:
    window.document.active_class = 7
    window.tool_settings.brush_size = 5
    stroke(window.condition, (10, 10), (20, 12), (30, 14))
    assert window.document.labels[12, 20] == 7
    assert window.document.undo_names == ["Brush"]
    shown(qtbot, window)
    assert np.array_equal(window.document.frame.state.labels.array, window.document.labels)
    key(qtbot, window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.document.labels[12, 20] == 0


def test_the_stroke_is_seen_on_the_canvas(window: Window) -> None:
    window.condition.set_opacity(1.0)
    window.document.active_class = 7
    stroke(window.condition, (10, 10), (20, 10))
    place = at(window.condition, 15.5, 10.5).toPoint()
    color = window.condition.grab().toImage().pixelColor(place)
    assert (color.red(), color.green(), color.blue()) == window.document.domain.classes[7].color


def test_escape_gives_up_a_stroke(qtbot: QtBot, window: Window) -> None:
    before = window.document.labels.copy()
    window.document.active_class = 7
    press(window.condition, 10, 10)
    move(window.condition, 30, 10)
    assert (window.document.labels != before).any()
    qtbot.keyClick(window.condition, Qt.Key.Key_Escape)
    move(window.condition, 30, 30)
    release(window.condition, 30, 30)
    assert np.array_equal(window.document.labels, before)
    assert not window.document.can_undo


@pytest.mark.parametrize("digit", [0, 1, 9])
def test_digits_choose_classes(qtbot: QtBot, window: Window, digit: int) -> None:
    window.document.active_class = 5
    key(qtbot, window, Qt.Key(Qt.Key.Key_0 + digit))
    assert window.document.active_class == digit


def test_keys_step_swap_lock_and_hide_classes(qtbot: QtBot, window: Window) -> None:
    window.document.active_class = 5
    key(qtbot, window, Qt.Key.Key_Equal)
    assert window.document.active_class == 6
    key(qtbot, window, Qt.Key.Key_Minus)
    assert window.document.active_class == 5
    key(qtbot, window, Qt.Key.Key_X)
    assert window.document.active_class == 0
    key(qtbot, window, Qt.Key.Key_X)
    assert window.document.active_class == 5
    key(qtbot, window, Qt.Key.Key_K)
    assert window.document.locked == {5}
    key(qtbot, window, Qt.Key.Key_V)
    assert window.document.hidden == {5}


def test_slash_searches_classes_and_letters_go_into_the_field(qtbot: QtBot, window: Window) -> None:
    window.activateWindow()
    key(qtbot, window, Qt.Key.Key_Slash)
    assert QApplication.focusWidget() is window.palette_dock.search
    qtbot.keyClicks(window.palette_dock.search, "bel")
    assert window.palette_dock.search.text() == "bel"
    qtbot.keyClick(window.palette_dock.search, Qt.Key.Key_Return)
    assert window.document.domain.classes[window.document.active_class].name == "belt"


def test_clicks_in_the_palette_choose_lock_and_hide(qtbot: QtBot, window: Window) -> None:
    palette = window.palette_dock.list
    row = palette.visualRect(palette.model().index(3, 0))
    for place in (row.topLeft() + QPoint(50, 8), button_rect(row, 0).center(), button_rect(row, 1).center()):
        qtbot.mouseClick(palette.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.document.active_class == 3
    assert (window.document.locked, window.document.hidden) == ({3}, {3})


def test_a_click_swaps_the_exemplar(qtbot: QtBot, window: Window) -> None:
    before = window.document.frame.image.copy()
    card = window.exemplar_dock.cards[1]
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert window.document.active_exemplar == 1
    assert [card.active for card in window.exemplar_dock.cards] == [False, True]
    shown(qtbot, window)
    assert not np.array_equal(window.document.frame.image, before)


def test_weights_move_with_their_sliders_as_one_step(qtbot: QtBot, window: Window) -> None:
    slider = window.exemplar_dock.cards[1].slider
    for value in (10, 30, 50):
        slider.setValue(value)
    assert window.document.weights == [1.0, 0.5]
    assert window.document.undo_names == ["Mix exemplars"]
    shown(qtbot, window)
    assert window.document.frame.state.weights == (1.0, 0.5)


def test_undo_all_and_redo_all_come_back_to_the_same_document_and_picture(qtbot: QtBot, window: Window) -> None:
    document = window.document
    start = document.state()
    document.active_class = 7
    stroke(window.condition, (10, 10), (20, 12))
    qtbot.mouseClick(window.exemplar_dock.cards[1], Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    window.registry["tool-fill"].trigger()
    document.active_class = 9
    stroke(window.condition, (5, 50))
    shown(qtbot, window)
    end, picture = document.state(), document.frame.image.copy()
    while document.can_undo:
        window.registry["undo"].trigger()
    assert document.state() == start
    while document.can_redo:
        window.registry["redo"].trigger()
    assert document.state() == end
    shown(qtbot, window)
    assert np.array_equal(document.frame.image, picture)


def test_a_click_in_the_history_goes_there(qtbot: QtBot, window: Window) -> None:
    for y in (10, 20, 30):
        window.document.active_class = y // 10
        stroke(window.condition, (10, y), (12, y))
    rows = window.history_dock.list
    for target in (1, 3, 0):
        place = rows.visualItemRect(rows.item(target)).center()
        qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert len(window.document.undo_names) == target


@pytest.mark.parametrize(
    ("action", "view"),
    [
        ("view-result", ResultView.RESULT),
        ("view-warp", ResultView.WARP),
        ("view-confidence", ResultView.CONFIDENCE),
        ("heat-over-warp", ResultView.WARP_CONFIDENCE),
        ("view-compare", ResultView.COMPARE),
    ],
)
def test_views_switch(window: Window, action: str, view: ResultView) -> None:
    window.registry["view-warp"].trigger()
    before = window.result.grab().toImage()
    window.registry[action].trigger()
    assert window.result.shown is view
    assert (window.result.grab().toImage() != before) == (view is not ResultView.WARP)


def test_the_divider_of_the_comparison_is_dragged(window: Window) -> None:
    window.registry["view-compare"].trigger()
    stroke(window.result, (20, 20), (30, 20))
    assert window.result.divider == pytest.approx(30 / 40)
    image = window.result.grab().toImage()
    assert image.pixelColor(at(window.result, 10, 50).toPoint()).red() == 128


def test_c_shows_the_photo_while_it_is_held(qtbot: QtBot, window: Window) -> None:
    after = window.result.grab().toImage()
    qtbot.keyPress(window.result, Qt.Key.Key_C)
    assert window.result.grab().toImage() != after
    qtbot.keyRelease(window.result, Qt.Key.Key_C)
    assert window.result.grab().toImage() == after


def test_alt_picks_with_a_click_and_sizes_with_a_drag(window: Window) -> None:
    window.document.active_class = 1
    press(window.condition, 20, 50, ALT)
    release(window.condition, 20, 50, ALT)
    assert window.document.active_class == 5
    window.tool_settings.brush_size = 10
    press(window.condition, 20, 50, ALT)
    move(window.condition, 23, 50, ALT)
    release(window.condition, 23, 50, ALT)
    assert window.tool_settings.brush_size == 16
    assert not window.document.can_undo


def test_brackets_size_the_brush(qtbot: QtBot, window: Window) -> None:
    window.tool_settings.brush_size = 1
    key(qtbot, window, Qt.Key.Key_BracketRight)
    assert window.tool_settings.brush_size == 2 == window.size_slider.value()
    key(qtbot, window, Qt.Key.Key_BracketLeft)
    assert window.tool_settings.brush_size == 1


@pytest.mark.parametrize("zoom", [0.1, 1.0, 8.0, 40.0])
def test_the_brush_ring_is_seen_at_every_zoom(window: Window, zoom: float) -> None:
    window.tool_settings.brush_size = 8
    window.view.set_zoom(zoom)
    QApplication.sendEvent(window.condition, QEvent(QEvent.Type.Leave))
    without = window.condition.grab().toImage()
    middle = QPointF(window.condition.rect().center())
    mouse(window.condition, QEvent.Type.MouseMove, middle, Qt.MouseButton.NoButton)
    assert window.condition.grab().toImage() != without


def test_space_pans_and_ctrl_0_fits(qtbot: QtBot, window: Window) -> None:
    window.view.set_zoom(20)
    centre = QPointF(window.view.centre)
    qtbot.keyPress(window.condition, Qt.Key.Key_Space)
    stroke(window.condition, (20, 20), (25, 20))
    qtbot.keyRelease(window.condition, Qt.Key.Key_Space)
    assert window.view.centre.x() < centre.x()
    assert not window.document.can_undo
    key(qtbot, window, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert window.view.fitted


def test_both_canvases_share_the_view(window: Window) -> None:
    before = at(window.result, 10, 10)
    window.view.zoom_at(window.condition.size(), at(window.condition, 5, 5), 2.0)
    assert at(window.result, 10, 10) != before
    assert window.condition.transform().m11() == window.result.transform().m11()


def test_the_cursor_is_linked_to_result_and_exemplar(window: Window) -> None:
    mouse(window.condition, QEvent.Type.MouseMove, at(window.condition, 12.5, 30.5), Qt.MouseButton.NoButton)
    assert window.result.marker is not None
    assert window.exemplar_dock.preview.marker == QPointF(12, 30)
    assert "top" in window.status.place.text()


def test_views_that_a_model_does_not_have_are_not_offered(qtbot: QtBot, window: Window) -> None:
    document, registry = window.document, window.registry
    registry["view-warp"].trigger()
    document.set_frame(make_plain_frame(document), document.revision)
    assert window.result.shown is ResultView.RESULT
    assert [registry[name].isEnabled() for name in ("view-warp", "view-confidence", "view-result")] == [False] * 2 + [
        True
    ]
    assert "without warping" in registry["view-warp"].toolTip()
    mouse(window.condition, QEvent.Type.MouseMove, at(window.condition, 12.5, 30.5), Qt.MouseButton.NoButton)
    assert window.exemplar_dock.preview.marker is None
    assert "confidence" not in window.status.place.text()
    dialog = ExportDialog(document, window)
    assert [key for key, (_, box, _) in dialog.boxes.items() if not box.isEnabled()] == ["pose", "warp", "confidence"]
    dialog.deleteLater()
    stroke(window.condition, (10, 10), (12, 10))
    shown(qtbot, window)
    assert registry["view-warp"].isEnabled()


def test_polygon_closes_with_enter(qtbot: QtBot, window: Window) -> None:
    key(qtbot, window, Qt.Key.Key_P)
    window.document.active_class = 8
    for corner in ((5, 5), (35, 5), (35, 25), (5, 25)):
        stroke(window.condition, corner)
    qtbot.keyClick(window.condition, Qt.Key.Key_Return)
    assert window.document.labels[15, 20] == 8
    assert window.document.undo_names == ["Polygon"]


def test_a_stale_picture_is_marked(qtbot: QtBot, window: Window, engine: Engine) -> None:
    engine.seconds = 0.5
    fresh = window.result.grab().toImage()
    stroke(window.condition, (10, 10), (20, 10))
    qtbot.waitUntil(lambda: window.result.shaded, timeout=2000)
    assert window.status.spinner.busy
    assert window.result.grab().toImage() != fresh
    shown(qtbot, window)
    assert not window.result.shaded


def test_an_engine_error_is_a_sentence_in_the_window(qtbot: QtBot, window: Window, engine: Engine) -> None:
    engine.error = RuntimeError("out of memory")
    stroke(window.condition, (10, 10), (20, 10))
    qtbot.waitUntil(lambda: "out of memory" in window.result.notice, timeout=2000)
    engine.error = None
    stroke(window.condition, (10, 15), (20, 15))
    shown(qtbot, window)
    assert window.result.notice == ""


def drop(widget: object, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(20, 20), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    widget.dropEvent(event)


def pair(folder: Path) -> Path:
    """A photo with its label map in a `labels` folder beside it."""
    (folder / "labels").mkdir()
    labels = np.zeros((30, 20), np.uint8)
    labels[10:] = 4
    write_image(folder / "anna.png", np.full((30, 20, 3), 90, np.uint8))
    write_image(folder / "labels" / "anna.png", labels)
    return folder / "anna.png"


def test_a_photo_dropped_on_the_exemplars_brings_its_label_map(window: Window, tmp_path: Path) -> None:
    drop(window.exemplar_dock, pair(tmp_path))
    assert [exemplar.name for exemplar in window.document.exemplars] == ["first", "second", "anna"]
    assert window.document.exemplars[2].labels.array[20, 5] == 4
    assert window.document.active_exemplar == 2


def test_label_maps_and_photos_dropped_on_the_canvas_are_told_apart(window: Window, tmp_path: Path) -> None:
    photo = pair(tmp_path)
    drop(window.condition, photo.parent / "labels" / "anna.png")
    assert window.document.labels.shape == (30, 20) and window.document.photo is None
    drop(window.condition, photo)
    assert window.document.photo[0, 0, 0] == 90


@pytest.mark.parametrize("name", ["broken.png", "broken.warpaint", "missing.png"])
def test_a_bad_file_is_one_sentence_and_nothing_is_lost(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    said: list[str] = []
    monkeypatch.setattr(QMessageBox, "warning", lambda parent, title, text: said.append(text))
    if "broken" in name:
        (tmp_path / name).write_bytes(b"no such thing")
    before = window.document.state()
    drop(window.condition, tmp_path / name)
    assert len(said) == 1 and name in said[0]
    assert window.document.state() == before


def test_save_and_open_again(qtbot: QtBot, window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "one.warpaint"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(path.with_suffix("")), ""))
    stroke(window.condition, (10, 10), (20, 10))
    state = window.document.state()
    assert window.isWindowModified()
    window.registry["save"].trigger()
    assert path.is_file() and not window.isWindowModified()
    stroke(window.condition, (10, 30), (20, 30))
    monkeypatch.setattr(QMessageBox, "question", lambda *args: QMessageBox.StandardButton.Discard)
    window.files.open(path)
    assert window.document.state() == state
    shown(qtbot, window)


def test_closing_asks_about_unsaved_changes(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(QMessageBox, "question", lambda *args: asked.append(1) or QMessageBox.StandardButton.Cancel)
    stroke(window.condition, (10, 10), (20, 10))
    assert not window.close()
    assert asked and window.isVisible()


def test_export_writes_what_was_chosen(window: Window, tmp_path: Path) -> None:
    dialog = ExportDialog(window.document, window)
    dialog.folder.setText(str(tmp_path))
    for _, box, _ in dialog.boxes.values():
        box.setChecked(True)
    paths = dialog.write()
    dialog.deleteLater()
    assert len(paths) == 6 and all(path.is_file() for path in paths)
    labels = read_label_map(tmp_path / "warpaint-labels.png", window.document.domain)
    assert np.array_equal(labels, window.document.labels)


def test_shortcuts_have_one_meaning_and_tooltips_name_them(window: Window) -> None:
    keys = [key.toString() for entry in window.registry for key in entry.action.shortcuts()]
    assert len(keys) == len(set(keys))
    assert window.registry["tool-brush"].toolTip().endswith("(B)")


def test_the_command_palette_runs_a_command(qtbot: QtBot, window: Window) -> None:
    window.registry["commands"].trigger()
    palette = QApplication.activePopupWidget()
    qtbot.keyClicks(palette.search, "vwwarp")
    assert "Warp" in palette.list.currentItem().text(0)
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert window.result.shown is ResultView.WARP


def test_the_tour_goes_from_card_to_card(qtbot: QtBot, window: Window) -> None:
    window.registry["tour"].trigger()
    tour = window.tour
    for _ in range(6):
        assert tour.isVisible()
        qtbot.keyClick(tour, Qt.Key.Key_Return)
    assert not tour.isVisible()


@pytest.mark.parametrize("theme", ["dark", "light", "system"])
def test_themes(window: Window, theme: str) -> None:
    window.registry[f"theme-{theme}"].trigger()
    window.grab()


def test_an_empty_document_shows_the_first_steps(qtbot: QtBot, qapp: QApplication, engine: Engine) -> None:
    window = Window(lambda: engine)
    window.show()
    assert window.first_steps.isVisible()
    qtbot.mouseClick(window.first_steps.begin, Qt.MouseButton.LeftButton)
    assert window.condition.isVisible()
    window.end()
    window.hide()
    window.deleteLater()


def test_what_a_killed_editor_left_is_offered(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    recovery_folder().mkdir(parents=True, exist_ok=True)
    rescued = make_document()
    write_project(recovery_folder() / "dead.warpaint", rescued.snapshot())
    monkeypatch.setattr(QMessageBox, "question", lambda *args: QMessageBox.StandardButton.Open)
    assert window.files.offer_recovery()
    assert window.document.state() == rescued.state()
    assert window.isWindowModified()


def test_an_export_asks_before_it_writes_over_a_file(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "warpaint-result.png").write_bytes(b"precious")
    monkeypatch.setattr(ExportDialog, "exec", lambda dialog: dialog.folder.setText(str(tmp_path)) or True)
    monkeypatch.setattr(QMessageBox, "question", lambda *args: QMessageBox.StandardButton.No)
    window.registry["export"].trigger()
    assert (tmp_path / "warpaint-result.png").read_bytes() == b"precious"


def test_the_first_key_is_a_shortcut_and_not_a_letter_in_a_field(qtbot: QtBot, window: Window) -> None:
    window.activateWindow()
    assert QApplication.focusWidget() is window.condition


def test_hidden_panels_come_back_at_the_next_start(window: Window) -> None:
    window.registry["hide-panels"].trigger()
    assert not any(dock.isVisible() for dock in window.docks)
    window.close()
    assert not window.registry["hide-panels"].isChecked()


def test_all_controls_have_names_for_screen_readers(window: Window) -> None:
    nameless = [
        widget
        for kind in (QToolButton, QLineEdit, QListView, QLabeledSlider)
        for widget in window.findChildren(kind)
        if widget.isVisible() and not widget.accessibleName()
    ]
    assert nameless == []
