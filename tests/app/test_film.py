"""The film dock driven as a person drives it, with a fake engine."""

from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from app.dialogs.export_film import ExportFilmDialog
from app.docks.film import FilmDock
from app.docks.film.strip import KeyStrip
from app.document import Document
from app.project import open_project, save_project
from app.shared_engine import SharedEngine
from app.window import Window
from engine.errors import InputError
from engine.film import Film, KeyFrame
from engine.inference.state import EditState, Frame
from engine.style import Style
from tests.app.driving import LEFT, Engine, exemplar, frame_of, mouse, sample_document

Button, Key = Qt.MouseButton, Qt.Key


class Mixing(Engine):
    """Shows the mix as a shade of grey, darker where the first exemplar counts, and stops at a gate where told."""

    def __init__(self) -> None:
        super().__init__()
        self.most: int | None = None

    def render(self, state: EditState, wanted: Callable[[], bool], hold: bool = False) -> Frame | None:
        while self.most is not None and len(self.rendered) >= self.most:
            if not wanted():
                return None
        frame = super().render(state, wanted, hold)
        if frame is not None:
            frame.image[...] = round(shade(state))
        return frame


def shade(state: EditState) -> float:
    """The mean of the exemplars' greys by weight, which the fake engine paints."""
    greys = [e.photo.array.mean() for e in state.exemplars]
    return float(np.average(greys, weights=state.weights))


@pytest.fixture
def engine() -> Mixing:
    return Mixing()


@pytest.fixture
def document(qapp: QApplication) -> Document:
    document = Document()
    sample_document(document)
    return document


@pytest.fixture
def dock(qtbot: QtBot, document: Document, engine: Mixing) -> Iterator[FilmDock]:
    dock = FilmDock(document, SharedEngine(lambda: engine))
    dock.resize(1000, 220)
    dock.show()
    yield dock
    engine.most = None
    dock.stop()
    dock.hide()
    dock.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def click(qtbot: QtBot, button: object) -> None:
    qtbot.mouseClick(button, LEFT)


def add(qtbot: QtBot, dock: FilmDock, *weights: float) -> None:
    """Set a mix of the two exemplars and add it as a key frame."""
    dock._document.set_weights(weights)
    click(qtbot, dock.add)


@pytest.fixture
def film(qtbot: QtBot, dock: FilmDock) -> Film:
    """Three keys of one second each: dark, light, between."""
    for weights in ((1.0, 0.0), (0.0, 1.0), (1.0, 1.0)):
        add(qtbot, dock, *weights)
    dock.settings.seconds.setValue(1.0)
    return dock._document.film


def centre(strip: KeyStrip, index: int) -> QPointF:
    return QPointF(strip.card_rect(index).center())


def drag(strip: KeyStrip, index: int, to: QPointF) -> None:
    mouse(strip, QEvent.Type.MouseButtonPress, centre(strip, index), LEFT)
    mouse(strip, QEvent.Type.MouseMove, (centre(strip, index) + to) / 2, LEFT)
    mouse(strip, QEvent.Type.MouseMove, to, LEFT)
    mouse(strip, QEvent.Type.MouseButtonRelease, to, Button.NoButton)


def weights_of(film: Film) -> list[tuple[float, ...]]:
    return [key.weights for key in film.keys]


def test_the_present_mix_is_added_updated_and_removed(qtbot: QtBot, dock: FilmDock, document: Document) -> None:
    document.set_style(Style.of({5: (0.0, 1.0)}, (0.5,)))
    add(qtbot, dock, 1.0, 0.25)
    assert document.film.keys == (KeyFrame((1.0, 0.25), document.style),)
    add(qtbot, dock, 0.0, 1.0)
    assert dock.strip.current == 1
    document.set_weights((0.5, 0.5))
    click(qtbot, dock.update_)
    assert weights_of(document.film) == [(1.0, 0.25), (0.5, 0.5)]
    qtbot.mouseClick(dock.strip, LEFT, pos=centre(dock.strip, 0).toPoint())
    click(qtbot, dock.remove)
    assert weights_of(document.film) == [(0.5, 0.5)]


def test_a_key_goes_behind_the_chosen_one(qtbot: QtBot, dock: FilmDock, film: Film) -> None:
    dock.strip.setFocus()
    qtbot.keyClick(dock.strip, Key.Key_Left)
    qtbot.keyClick(dock.strip, Key.Key_Left)
    add(qtbot, dock, 1.0, 3.0)
    assert weights_of(dock._document.film) == [(1.0, 0.0), (1.0, 3.0), (0.0, 1.0), (1.0, 1.0)]


def test_a_key_without_any_weight_is_the_active_exemplar(qtbot: QtBot, dock: FilmDock, document: Document) -> None:
    document.use_exemplar(1)
    add(qtbot, dock, 0.0, 0.0)
    assert weights_of(document.film) == [(0.0, 1.0)]


def test_keys_are_dragged_into_another_order(dock: FilmDock, film: Film) -> None:
    dark, light, between = film.keys
    drag(dock.strip, 0, centre(dock.strip, 1) + QPointF(dock.strip.card_rect(0).width() * 0.4, 0))
    assert dock._document.film.keys == (light, dark, between)
    assert dock.strip.current == 1
    drag(dock.strip, 2, QPointF(2, 20))
    assert dock._document.film.keys == (between, light, dark)


def test_a_drag_back_to_the_same_place_changes_nothing(dock: FilmDock, film: Film) -> None:
    steps = dock._document.undo_names
    drag(dock.strip, 1, centre(dock.strip, 1) + QPointF(15, 0))
    assert dock._document.undo_names == steps


def test_keys_move_and_go_by_the_keyboard(qtbot: QtBot, dock: FilmDock, film: Film) -> None:
    dock.strip.setFocus()
    qtbot.keyClick(dock.strip, Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert weights_of(dock._document.film) == [(1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
    qtbot.keyClick(dock.strip, Key.Key_Delete)
    assert weights_of(dock._document.film) == [(1.0, 0.0), (0.0, 1.0)]


def test_a_double_click_brings_the_mix_of_a_key_back(qtbot: QtBot, dock: FilmDock, film: Film) -> None:
    qtbot.mouseDClick(dock.strip, LEFT, pos=centre(dock.strip, 1).toPoint())
    assert dock._document.weights == [0.0, 1.0]


def test_everything_can_be_undone_and_redone(qtbot: QtBot, dock: FilmDock, film: Film) -> None:
    document = dock._document
    dock.settings.seconds.setValue(3.0)
    dock.settings.seconds.editingFinished.emit()
    qtbot.mouseClick(dock.settings.loop, LEFT)
    dock.settings.easing.setFocus()
    qtbot.keyClick(dock.settings.easing, Key.Key_Up)
    dock.settings.easing.activated.emit(dock.settings.easing.currentIndex())
    drag(dock.strip, 0, QPointF(dock.strip.width() - 1, 20))
    changed = document.film
    assert (changed.seconds, changed.loops, changed.easing) == (3.0, True, "linear")
    assert changed.keys == (*film.keys[1:], film.keys[0])
    while document.can_undo:
        document.undo()
    assert document.film == Film()
    assert dock.strip.count == 0
    while document.can_redo:
        document.redo()
    assert document.film == changed
    assert dock.strip.count == 3
    assert dock.settings.loop.isChecked()


def test_the_film_is_saved_with_the_project(dock: FilmDock, film: Film, tmp_path: Path, qtbot: QtBot) -> None:
    document = dock._document
    save_project(document, tmp_path / "a.warpaint")
    document.set_film(Film())
    assert dock.strip.count == 0
    open_project(document, tmp_path / "a.warpaint")
    assert document.film == film
    assert dock.strip.count == 3
    qtbot.waitUntil(lambda: all(dock.strip._images))


def test_the_strip_shows_each_key_as_it_will_be(qtbot: QtBot, dock: FilmDock, film: Film, engine: Mixing) -> None:
    qtbot.waitUntil(lambda: all(dock.strip._images))
    greys = [image.pixelColor(5, 5).red() for image in dock.strip._images]
    assert greys == [60, 180, 120]
    assert len(engine.rendered) == 3, "nothing but the keys is made while nobody plays"
    dock._document.replace_class(5, 7)
    qtbot.waitUntil(lambda: len(engine.rendered) == 6)


def test_a_new_key_takes_the_picture_that_is_shown(qtbot: QtBot, dock: FilmDock, document: Document) -> None:
    frame = frame_of(document.state())
    document.set_frame(frame, document.revision)
    click(qtbot, dock.add)
    assert dock.strip._images[0].pixelColor(5, 5).green() == frame.image[5, 5, 1]


def test_the_film_plays_as_its_pictures_come_and_stops_at_its_end(
    qtbot: QtBot, dock: FilmDock, film: Film, engine: Mixing
) -> None:
    dock.settings.seconds.setValue(0.5)
    qtbot.waitUntil(lambda: dock.player.count == 13 and all(dock.strip._images))
    engine.most = 6
    click(qtbot, dock.screen_.play)
    qtbot.waitUntil(lambda: dock.player.position == 4)
    qtbot.wait(250)
    assert dock.player.position == 4, "three are made, and half way the mix is that of the last key"
    assert dock.player.is_playing
    engine.most = None
    qtbot.waitUntil(lambda: not dock.player.is_playing, timeout=5000)
    assert dock.player.position == 12
    assert dock.screen_.scrubber.value() == 12
    assert dock.player.image.pixelColor(5, 5).red() == 120
    assert dock.player.ready == 13


def test_a_loop_goes_on(qtbot: QtBot, dock: FilmDock, film: Film) -> None:
    dock.settings.seconds.setValue(0.1)
    qtbot.mouseClick(dock.settings.loop, LEFT)
    qtbot.waitUntil(lambda: dock.player.count == 3)
    seen = []
    dock.player.moved.connect(lambda: seen.append(dock.player.position))
    click(qtbot, dock.screen_.play)
    qtbot.waitUntil(lambda: 2 in seen and 0 in seen[seen.index(2) :], timeout=5000)
    click(qtbot, dock.screen_.play)
    assert not dock.player.is_playing


def test_scrubbing_shows_the_place_first(qtbot: QtBot, dock: FilmDock, film: Film, engine: Mixing) -> None:
    qtbot.waitUntil(lambda: dock.player.count == 25 and all(dock.strip._images))
    dock.screen_.scrubber.setValue(18)
    qtbot.waitUntil(lambda: dock.player.image is not None)
    assert shade(engine.rendered[3]) == pytest.approx(150, abs=1)
    assert dock.screen_.time.text() == "1.5 / 2.0 s"


def test_the_engine_rests_while_the_dock_is_hidden(qtbot: QtBot, dock: FilmDock, engine: Mixing) -> None:
    dock.hide()
    add(qtbot, dock, 1.0, 1.0)
    qtbot.wait(400)
    assert engine.rendered == []
    dock.show()
    qtbot.waitUntil(lambda: len(engine.rendered) == 1)


def test_a_failing_engine_is_told(qtbot: QtBot, dock: FilmDock, engine: Mixing) -> None:
    engine.error = InputError("No weights are installed.")
    add(qtbot, dock, 1.0, 1.0)
    qtbot.waitUntil(lambda: dock.note.text() == "No weights are installed.")
    engine.error = None
    add(qtbot, dock, 1.0, 2.0)
    qtbot.waitUntil(lambda: all(dock.strip._images))
    assert dock.note.text() == ""


def test_removing_exemplars_leaves_a_film_that_can_be_shown(qtbot: QtBot, dock: FilmDock, film: Film) -> None:
    dock._document.add_exemplar(exemplar(100, "third"))
    dock._document.remove_exemplar(0)
    assert weights_of(dock._document.film) == [(1.0, 1.0), (1.0, 0.0), (1.0, 0.0)]
    qtbot.waitUntil(lambda: all(dock.strip._images))
    for _ in range(2):
        dock._document.remove_exemplar(0)
    assert dock.strip.count == 0
    assert not dock.add.isEnabled()


# Export


@pytest.fixture
def dialog(qtbot: QtBot, dock: FilmDock, film: Film, tmp_path: Path) -> ExportFilmDialog:
    """Ready to write a second of film into a folder of its own."""
    click(qtbot, dock.remove)
    (tmp_path / "films").mkdir()
    click(qtbot, dock.export)
    dialog = dock.findChild(ExportFilmDialog)
    dialog.rate.setCurrentIndex(0)
    dialog.path.setText(str(tmp_path / "films" / "walk.mp4"))
    return dialog


def files(tmp_path: Path) -> list[str]:
    return sorted(str(path.relative_to(tmp_path)) for path in (tmp_path / "films").rglob("*"))


def greys_of_mp4(path: Path) -> list[int]:
    with av.open(str(path)) as container:
        assert container.streams.video[0].average_rate == 12
        return [int(frame.to_ndarray(format="rgb24").mean()) for frame in container.decode(video=0)]


def greys_of_gif(path: Path) -> list[int]:
    with Image.open(path) as image:
        greys = []
        for number in range(image.n_frames):
            image.seek(number)
            greys.append(int(np.array(image.convert("RGB")).mean()))
        return greys


def greys_of_series(path: Path) -> list[int]:
    return [int(np.array(Image.open(file)).mean()) for file in sorted(path.iterdir())]


@pytest.mark.parametrize(
    ("format_", "name", "greys_of"),
    [(0, "walk.mp4", greys_of_mp4), (1, "walk.gif", greys_of_gif), (2, "walk", greys_of_series)],
)
def test_a_film_is_exported(
    qtbot: QtBot,
    dock: FilmDock,
    dialog: ExportFilmDialog,
    tmp_path: Path,
    format_: int,
    name: str,
    greys_of: Callable[[Path], list[int]],
) -> None:
    dialog.format.setCurrentIndex(format_)
    assert dialog.note.text() == "40 × 60 pixels, 13 pictures, 1.1 seconds"
    with qtbot.waitSignal(dock.said, timeout=5000) as said:
        click(qtbot, dialog.start)
    assert said.args == [f"Exported {name}"]
    greys = greys_of(tmp_path / "films" / name)
    assert len(greys) == 13
    assert greys == sorted(greys)
    assert greys[0] == pytest.approx(60, abs=2)
    assert greys[-1] == pytest.approx(180, abs=2)


@pytest.mark.parametrize("format_", [0, 1, 2])
def test_a_cancelled_export_leaves_no_file(
    qtbot: QtBot, dialog: ExportFilmDialog, engine: Mixing, tmp_path: Path, format_: int
) -> None:
    engine.rendered.clear()
    engine.most = 5
    dialog.format.setCurrentIndex(format_)
    click(qtbot, dialog.start)
    qtbot.waitUntil(lambda: dialog.progress.value() >= 4)
    assert dialog.note.text().endswith(" of 13")
    assert not dialog.start.isEnabled()
    click(qtbot, dialog.cancel)
    qtbot.waitUntil(dialog.start.isEnabled)
    assert files(tmp_path) == []
    assert "cancelled" in dialog.note.text()
    qtbot.keyClick(dialog, Key.Key_Escape)
    assert not dialog.isVisible()


def test_the_window_works_while_a_film_is_exported(
    qtbot: QtBot, dock: FilmDock, dialog: ExportFilmDialog, engine: Mixing
) -> None:
    engine.rendered.clear()
    engine.most = 3
    click(qtbot, dialog.start)
    qtbot.waitUntil(lambda: dialog.progress.value() == 3)
    dock._document.replace_class(5, 7)
    engine.most = None
    with qtbot.waitSignal(dialog.exported, timeout=5000):
        pass
    assert {state.labels.array[-1, 0] for state in engine.rendered[:13]} == {5}, "the film is of when it was asked for"


def test_a_failed_export_is_told_and_can_be_tried_again(
    qtbot: QtBot, dialog: ExportFilmDialog, engine: Mixing, tmp_path: Path
) -> None:
    engine.error = RuntimeError("out of memory")
    click(qtbot, dialog.start)
    qtbot.waitUntil(lambda: dialog.note.text() == "The film could not be made: out of memory.")
    assert files(tmp_path) == []
    engine.error = None
    with qtbot.waitSignal(dialog.exported, timeout=5000):
        click(qtbot, dialog.start)
    assert files(tmp_path) == ["films/walk.mp4"]


def test_an_older_file_is_asked_about(
    qtbot: QtBot, dialog: ExportFilmDialog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = tmp_path / "films" / "walk.mp4"
    older.write_bytes(b"older")
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.No)
    click(qtbot, dialog.start)
    assert dialog.start.isEnabled()
    assert older.read_bytes() == b"older"
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    with qtbot.waitSignal(dialog.exported, timeout=5000):
        click(qtbot, dialog.start)
    assert len(greys_of_mp4(older)) == 13


def test_names_get_the_suffix_of_the_format(dialog: ExportFilmDialog) -> None:
    dialog.path.setText("/films/my.walk")
    assert dialog.target() == Path("/films/my.walk.mp4")
    dialog.format.setCurrentIndex(1)
    assert dialog.target() == Path("/films/my.walk.gif")
    dialog.format.setCurrentIndex(2)
    assert dialog.target() == Path("/films/my.walk")
    dialog.path.setText("")
    assert dialog.target() == Path("film")


def test_closing_the_editor_ends_an_export(
    qtbot: QtBot, dock: FilmDock, dialog: ExportFilmDialog, engine: Mixing, tmp_path: Path
) -> None:
    engine.rendered.clear()
    engine.most = 2
    click(qtbot, dialog.start)
    qtbot.waitUntil(lambda: dialog.progress.value() == 2)
    dock.stop()
    assert files(tmp_path) == []


# In the window


def test_the_film_panel_is_hidden_until_it_is_asked_for(qtbot: QtBot, window: Window) -> None:
    assert not window.film_dock.isVisible()
    window.registry["dock-film"].trigger()
    qtbot.waitUntil(window.film_dock.isVisible)
    for weights in ((1.0, 0.0), (0.0, 1.0)):
        add(qtbot, window.film_dock, *weights)
    qtbot.waitUntil(lambda: all(window.film_dock.strip._images))
    window.registry["undo"].trigger()
    assert window.film_dock.strip.count == 1
    window.registry["hide-panels"].trigger()
    assert not window.film_dock.isVisible()
    window.registry["hide-panels"].trigger()
    assert window.film_dock.isVisible()
    window.registry["dock-film"].trigger()
    window.registry["hide-panels"].trigger()
    window.registry["hide-panels"].trigger()
    assert not window.film_dock.isVisible(), "what was closed before stays closed"
    assert window.palette_dock.isVisible()


def test_the_menu_exports_the_film_or_says_what_it_needs(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    window.registry["export-film"].trigger()
    assert "two key frames" in window.status.currentMessage()
    window.document.set_film(Film((KeyFrame((1.0, 0.0)), KeyFrame((0.0, 1.0)))))
    window.registry["export-film"].trigger()
    dialog = window.film_dock.findChild(ExportFilmDialog)
    dialog.path.setText(str(tmp_path / "walk.gif"))
    dialog.format.setCurrentIndex(1)
    with qtbot.waitSignal(dialog.exported, timeout=10000):
        click(qtbot, dialog.start)
    assert window.status.currentMessage() == "Exported walk.gif"
    assert greys_of_gif(tmp_path / "walk.gif")[-1] == pytest.approx(180, abs=2)


def test_painting_goes_on_while_the_film_plays(qtbot: QtBot, window: Window) -> None:
    window.registry["dock-film"].trigger()
    window.document.set_film(Film((KeyFrame((1.0, 0.0)), KeyFrame((0.0, 1.0))), loops=True))
    qtbot.waitUntil(lambda: window.film_dock.player.count == 48)
    click(qtbot, window.film_dock.screen_.play)
    qtbot.waitUntil(lambda: window.film_dock.player.ready > 2)
    window.document.replace_class(5, 7)
    qtbot.waitUntil(window.settled, timeout=5000)
    assert np.array_equal(window.document.frame.state.labels.array, window.document.labels)
    assert window.film_dock.player.is_playing
