"""The dialog that writes a film: format, frame rate, place, then progress."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.document import Document
from app.export.film import write_gif, write_mp4, write_series
from app.film_render import FilmJob, state_at
from app.naming import named, spoken
from app.shared_engine import SharedEngine

RATES = (12, 24, 25, 30)
USUAL_RATE = 24


@dataclass(frozen=True)
class Format:
    """How a film is written: `write` gets path, pictures, frame rate and whether it loops."""

    title: str
    suffix: str
    write: Callable[[Path, Iterable[np.ndarray], int, bool], None]


def formats(tr: Callable[[str], str]) -> list[Format]:
    """All formats of films; `tr` translates the titles."""
    return [
        Format(tr("MP4 video"), ".mp4", lambda path, pictures, rate, _: write_mp4(path, pictures, rate)),
        Format(tr("GIF animation"), ".gif", write_gif),
        Format(tr("PNG series in a folder"), "", lambda path, pictures, *_: write_series(path, pictures)),
    ]


class ExportFilmDialog(QDialog):
    """Writes the film as it is when the export begins; `exported` carries its path."""

    exported = Signal(object)

    def __init__(self, document: Document, engine: SharedEngine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export film"))
        self.setMinimumWidth(460)
        self._document = document
        self._engine = engine
        self._formats = formats(self.tr)
        self._job: FilmJob | None = None
        self._target = Path()
        self._outcome: str | None = None  # of the last export: nothing, a problem, or None for a cancelled one
        self._make_fields()
        self.progress = spoken(QProgressBar(), self.tr("Progress of the export"))
        self.progress.hide()
        self.note = named(QLabel(wordWrap=True), "hint")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.cancel = buttons.button(QDialogButtonBox.StandardButton.Cancel)
        self.start = buttons.addButton(self.tr("Export"), QDialogButtonBox.ButtonRole.ActionRole)
        self.start.setDefault(True)
        self.start.clicked.connect(self._begin)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addLayout(self._form())
        layout.addWidget(self.progress)
        layout.addWidget(self.note)
        layout.addWidget(buttons)
        self._describe()

    def _make_fields(self) -> None:
        self.format = spoken(QComboBox(), self.tr("Format"))
        self.format.addItems([choice.title for choice in self._formats])
        self.rate = spoken(QComboBox(), self.tr("Frame rate"))
        for rate in RATES:
            self.rate.addItem(self.tr("{} frames a second").format(rate), rate)
        self.rate.setCurrentIndex(RATES.index(USUAL_RATE))
        path = self._document.path
        stem = f"{path.stem}-film" if path else "film"
        self.path = spoken(QLineEdit(str((path.parent if path else Path.home()) / f"{stem}.mp4")), self.tr("File"))
        self.browse = QPushButton(self.tr("Browse…"))
        self.format.currentIndexChanged.connect(self._change_suffix)
        self.rate.currentIndexChanged.connect(self._describe)
        self.browse.clicked.connect(self._browse)

    def _form(self) -> QFormLayout:
        row = QHBoxLayout()
        row.addWidget(self.path, 1)
        row.addWidget(self.browse)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self.tr("Format"), self.format)
        form.addRow(self.tr("Frame rate"), self.rate)
        form.addRow(self.tr("File"), row)
        return form

    # Before

    @property
    def _format(self) -> Format:
        return self._formats[self.format.currentIndex()]

    def target(self) -> Path:
        """Where the film goes, with the suffix of its format."""
        path = Path(self.path.text().strip() or "film").expanduser()
        suffix = self._format.suffix
        return path if path.suffix.lower() == suffix or not suffix else path.with_name(path.name + suffix)

    def _change_suffix(self) -> None:
        path = Path(self.path.text())
        if path.suffix in {choice.suffix for choice in self._formats} and path.name:
            self.path.setText(str(path.with_suffix(self._format.suffix)))
        self._describe()

    def _browse(self) -> None:
        # The dialog asks before it writes over a file, so that it does so for typed paths, too.
        option = QFileDialog.Option.DontConfirmOverwrite
        name, _ = QFileDialog.getSaveFileName(self, self.tr("Export film as"), str(self.target()), options=option)
        if name:
            self.path.setText(name)

    def _describe(self) -> None:
        height, width = self._document.labels.shape
        rate = self.rate.currentData()
        count = len(self._document.film.times(rate))
        text = self.tr("{} × {} pixels, {} pictures, {:.1f} seconds")
        self._say(text.format(width, height, count, count / rate))

    def _say(self, sentence: str) -> None:
        self.note.setText(sentence)

    # Under way

    def _begin(self) -> None:
        self._target, self._outcome = self.target(), None
        if self._target.is_file() and not self._may_overwrite():
            return
        film, snapshot, rate = self._document.film, self._document.snapshot(), self.rate.currentData()
        times = film.times(rate)
        write = partial(self._write, self._format, self._target, rate, film.loops)
        self._job = FilmJob(self._engine, (state_at(snapshot, film.at(time)) for time in times), write, self)
        self._job.picture_ready.connect(self._count)
        self._job.ended.connect(self._note_end)
        self._job.finished.connect(self._rest)
        self.progress.setRange(0, len(times))
        self.progress.setValue(0)
        self._show_running(True)
        self._job.start()

    @staticmethod
    def _write(how: Format, path: Path, rate: int, loops: bool, pictures: Iterator[np.ndarray]) -> None:
        how.write(path, pictures, rate, loops)

    def _may_overwrite(self) -> bool:
        text = self.tr("{} exists already. Write over it?").format(self._target.name)
        return QMessageBox.question(self, "Warpaint", text) == QMessageBox.StandardButton.Yes

    def _show_running(self, running: bool) -> None:
        for widget in (self.format, self.rate, self.path, self.browse, self.start):
            widget.setDisabled(running)
        self.progress.setVisible(running)
        self.cancel.setEnabled(True)

    def _count(self) -> None:
        self.progress.setValue(self.progress.value() + 1)
        text = self.tr("Picture {} of {}")
        self._say(text.format(self.progress.value(), self.progress.maximum()))

    def _note_end(self, sentence: str) -> None:
        self._outcome = sentence

    def _rest(self) -> None:
        """The thread is over: the film is written, or nothing is."""
        self._job = None
        self._show_running(False)
        if self._outcome == "":
            self.exported.emit(self._target)
            self.accept()
        else:
            self._say(self._outcome or self.tr("The export was cancelled; nothing was written."))

    def reject(self) -> None:
        """Cancel the export that is under way, or else close."""
        if self._job is None:
            super().reject()
        else:
            self._job.give_up()
            self.cancel.setEnabled(False)

    def closeEvent(self, event: QCloseEvent) -> None:
        """As the button Cancel: an export under way is cancelled before the dialog may close."""
        if self._job is not None:
            self.reject()
            event.ignore()
        else:
            super().closeEvent(event)

    def stop(self) -> None:
        """Cancel and wait, since the editor closes."""
        if self._job is not None:
            self._job.stop()
