"""The film dock: key frames of the mix, the film between them as a preview, and its way to a file."""

from dataclasses import replace

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QImage, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.export_film import ExportFilmDialog
from app.docks.film.screen import Screen
from app.docks.film.settings import FilmSettings
from app.docks.film.strip import KeyStrip
from app.document import Document
from app.film_pictures import FilmPictures
from app.film_player import FilmPlayer
from app.film_render import key_of, state_at
from app.naming import named, spoken
from app.shared_engine import SharedEngine
from app.theme import THEME, icon
from engine.film import MAX_KEYS, Film, KeyFrame
from engine.inference.state import EditState

PREVIEW_RATE = 12
PREVIEW_FRAMES = 120
REST = 250
"""Milliseconds after an edit before pictures are asked for."""


class FilmDock(QWidget):
    """Shows the document's film. It asks for pictures only while it is seen."""

    said = Signal(str)

    def __init__(self, document: Document, engine: SharedEngine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._engine = engine
        self.pictures = FilmPictures(engine, self)
        self.player = FilmPlayer(self.pictures, self)
        self.screen_ = Screen(self.player)
        self.strip = KeyStrip(self.tr("Set up a mix of exemplars and add it as the first key frame."))
        self.settings = FilmSettings()
        self.note = named(QLabel(), "hint")
        self.note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.current = -1
        self._problem = ""
        self._is_watched = False
        self._key_states: dict[KeyFrame, EditState] = {}
        self._last_seen: dict[KeyFrame, QImage] = {}
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._make_buttons()
        self._lay_out()
        self._connect()
        self.refresh()

    # Building

    def _make_buttons(self) -> None:
        tr = self.tr
        self.add = named(QPushButton(tr("Add key")), "secondary")
        self.add.clicked.connect(self.add_key)
        self.update_ = self._tool(tr("Give the chosen key frame the present mix"), self.update_key)
        self.take = self._tool(tr("Set the mix of the chosen key frame (double click)"), self.take_key)
        self.remove = self._tool(tr("Remove the chosen key frame (Delete)"), self.remove_key)
        self.export = named(QPushButton(tr("Export film…")), "secondary")
        self.export.clicked.connect(self.export_film)

    def _tool(self, tip: str, run: object) -> QToolButton:
        button = spoken(QToolButton(autoRaise=True), tip)
        button.setToolTip(tip)
        button.setIconSize(QSize(18, 18))
        button.clicked.connect(run)
        return button

    def _lay_out(self) -> None:
        area = named(QScrollArea(widgetResizable=True), "cards")
        area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(named(self.strip, "cardList"))
        row = QHBoxLayout()
        row.setSpacing(6)
        for widget in (self.add, self.update_, self.take, self.remove):
            row.addWidget(widget)
        row.addWidget(self.settings)
        row.addWidget(self.note, 1)
        row.addWidget(self.export)
        right = QVBoxLayout()
        right.setSpacing(6)
        right.addWidget(area, 1)
        right.addLayout(row)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 0, 6, 6)
        layout.setSpacing(10)
        layout.addWidget(self.screen_)
        layout.addLayout(right, 1)

    def _connect(self) -> None:
        document = self._document
        for signal in (document.film_changed, document.exemplars_changed, document.reset):
            signal.connect(self.refresh)
        document.state_changed.connect(self._note_edit)
        document.reset.connect(self._last_seen.clear)
        self._rest.timeout.connect(self._ask)
        self.strip.chosen.connect(self.choose)
        self.strip.opened.connect(self.take_key)
        self.strip.removed.connect(self.remove_key)
        self.strip.moved.connect(self.move_key)
        self.settings.seconds_asked.connect(self.set_seconds)
        self.settings.seconds_ended.connect(document.end_drag)
        self.settings.easing_asked.connect(self.set_easing)
        self.settings.loop_asked.connect(self.set_loops)
        self.pictures.came.connect(self._show)
        self.pictures.failed.connect(self._tell)
        self.player.playing_changed.connect(self._watch)
        self.screen_.scrubber.valueChanged.connect(self._watch)
        THEME.changed.connect(self._fetch_icons)
        self._fetch_icons()

    def _fetch_icons(self) -> None:
        icons = {
            self.add: "plus",
            self.update_: "replace",
            self.take: "picker",
            self.remove: "trash",
            self.export: "export",
        }
        for button, name in icons.items():
            button.setIcon(icon(name))
        self.strip.update()

    # Showing

    def refresh(self) -> None:
        """Show the document's film, with the pictures that are there; those that are not are asked for after a rest."""
        self.current = min(self.current, len(self._film.keys) - 1)
        self.settings.show_film(self._film)
        self._note_edit()
        self._show()

    def _note_edit(self) -> None:
        """Other pictures are wanted once the hands rest; those between the keys only where the film plays."""
        self._problem = ""
        self._is_watched = self.player.is_playing
        if self.isVisible():
            self._rest.start()

    @property
    def _film(self) -> Film:
        return self._document.film

    def _ask(self) -> None:
        """Find the states of film and keys, and let the engine make what is missing."""
        film, snapshot = self._film, self._document.snapshot()
        per_step = self._frames_per_step()
        times = film.times(per_step / film.seconds)
        states = [state_at(snapshot, film.at(time)) for time in times]
        self._key_states = {key: state_at(snapshot, key.normalised) for key in film.keys}
        self.screen_.set_seconds(film.length)
        self.player.show_film(states, film.seconds / per_step, film.loops)
        watched = self.player.to_come() if self._is_watched else []
        self.pictures.want([*self._key_states.values(), *watched])
        self._show()

    def _frames_per_step(self) -> int:
        """Frames of the preview from key to key: each key is one of them."""
        film = self._film
        rate = min(PREVIEW_RATE, PREVIEW_FRAMES / max(film.length, film.seconds))
        return max(1, round(film.seconds * rate))

    def _watch(self) -> None:
        """From now on the frames between the keys are wanted, too."""
        self._is_watched = True
        self._rest.start()

    def _show(self) -> None:
        film, can_add = self._film, bool(self._document.exemplars)
        for key, state in self._key_states.items():
            if (image := self.pictures.get(state)) is not None:
                self._last_seen[key] = image
        height, width = self._document.labels.shape
        images = [self._last_seen.get(key) for key in film.keys]
        captions = [f"{index * film.seconds:.1f} s" for index in range(len(film.keys))]
        self.strip.show_keys(images, captions, self.current, width / height, film.loops)
        self.add.setEnabled(can_add and len(film.keys) < MAX_KEYS)
        for button in (self.update_, self.take, self.remove):
            button.setEnabled(self.current >= 0)
        self.export.setEnabled(film.segments > 0)
        self.note.setText(self._problem or self._readiness())
        self.note.setToolTip(self._problem)  # a narrow window cuts it off

    def _readiness(self) -> str:
        if not self._is_watched or (ready := self.player.ready) == self.player.count:
            return ""
        return self.tr("{} of {} pictures ready").format(ready, self.player.count)

    def _tell(self, sentence: str) -> None:
        self._problem = sentence
        self._show()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._rest.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._rest.stop()
        self.player.pause()
        self.pictures.want(())

    def stop(self) -> None:
        """Give up all that is under way, since the editor closes."""
        self._rest.stop()
        self.player.pause()
        self.pictures.stop()
        for dialog in self.findChildren(ExportFilmDialog):
            dialog.stop()

    # Editing

    def choose(self, index: int) -> None:
        """Select a key frame and show its place in the film."""
        self.current = index
        self.player.pause()
        if self._rest.isActive():
            self._ask()
        self.player.seek(index * self._frames_per_step())
        self._show()

    def add_key(self) -> None:
        """Put the present mix behind the chosen key frame, or at the end."""
        index = self.current + 1 if self.current >= 0 else len(self._film.keys)
        if (key := self._present_key()) is not None:
            self.current = index
            self._document.set_film(self._film.with_key(index, key), self.tr("Add key frame"))

    def update_key(self) -> None:
        """Give the chosen key frame the present mix."""
        if self.current >= 0 and (key := self._present_key()) is not None:
            self._document.set_film(self._film.updated(self.current, key), self.tr("Update key frame"))

    def take_key(self) -> None:
        """Give the document the mix of the chosen key frame."""
        if self.current >= 0:
            key = self._film.keys[self.current]
            self._document.set_mix(key.weights, key.style)

    def remove_key(self) -> None:
        if self.current >= 0:
            self._document.set_film(self._film.without_key(self.current), self.tr("Remove key frame"))

    def move_key(self, index: int, to: int) -> None:
        self.current = to
        self._document.set_film(self._film.moved(index, to), self.tr("Move key frame"))

    def _present_key(self) -> KeyFrame | None:
        """The present mix; its picture is kept, where it is there already."""
        document, snapshot = self._document, self._document.snapshot()
        key = key_of(snapshot)
        if key is not None and document.frame is not None and not document.is_stale:
            self._key_states[key] = state_at(snapshot, key.normalised)
            self.pictures.put(self._key_states[key], document.frame.image)
        return key

    def set_seconds(self, seconds: float) -> None:
        name = self.tr("Change pace of the film")
        self._document.set_film(replace(self._film, seconds=seconds), name, is_slider_move=True)

    def set_easing(self, easing: str) -> None:
        self._document.set_film(replace(self._film, easing=easing), self.tr("Change easing of the film"))

    def set_loops(self, loops: bool) -> None:
        self._document.set_film(replace(self._film, loops=loops), self.tr("Change loop of the film"))

    def export_film(self) -> None:
        """Ask for format, rate and place, and write the film."""
        if not self._film.segments:
            self.said.emit(self.tr("A film needs two key frames; set a mix and add it in the film panel."))
            return
        self.player.pause()
        self.pictures.want(())
        dialog = ExportFilmDialog(self._document, self._engine, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.exported.connect(lambda path: self.said.emit(self.tr("Exported {}").format(path.name)))
        dialog.finished.connect(self._rest.start)
        dialog.open()
