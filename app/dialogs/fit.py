"""The fit dialog: which part of a photo is taken, and whose labels."""

from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import settings
from app.analysis_job import Analyser
from app.canvas.buffer import image_of
from app.dialogs.fit_view import LONGEST_SHOWN, FitView
from app.fitting import Fitted, fit_photo, fitted_size, labels_in, usual_crop, whole
from app.naming import named, spoken
from app.pictures import read_labels_for
from app.sliders import numbered_slider
from app.theme import icon
from engine.analysis.fit import Box, cut, fit
from engine.conditions.body import body_segments
from engine.domains import Domain
from engine.errors import InputError

if TYPE_CHECKING:
    from engine.analysis.analyse import Person

THUMBNAIL = QSize(40, 60)
PANEL_WIDTH = 250
FIRST_SIZE = QSize(1060, 760)
USUAL_OPACITY = 45


class Slot(Enum):
    """What the photo is for."""

    CONTENT = "content"
    EXEMPLAR = "exemplar"
    LABELS = "labels"
    POSE = "pose"


class FitDialog(QDialog):
    """Shows a photo at once, and the persons in it when they are found; `fitted` is what was chosen.

    A content is taken with the labels of all persons, an exemplar and a pose with those of the chosen one.
    """

    def __init__(
        self,
        photo: np.ndarray,
        path: Path,
        domain: Domain,
        slot: Slot,
        analyser: Analyser,
        parent: QWidget | None = None,
        active_class: int = 0,
    ) -> None:
        """photo: RGB uint8 (H, W, 3), which the file `path` holds. active_class: what a mere texture is one of."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Fit {}").format(path.name))
        self.resize(FIRST_SIZE if parent is None else FIRST_SIZE.boundedTo(parent.size()))
        self.path = path
        self.slot = slot
        self._photo = photo
        self._domain = domain
        self._analyser = analyser
        self._persons: list[Person] = []
        self._own_labels: np.ndarray | None = None
        self._active_class = active_class
        self._is_touched = False  # whether the crop was changed by hand
        self._is_posed = domain.condition == "pose"  # labels are then the segments of the body
        self._size = photo.shape[1], photo.shape[0]
        self._crop_box = fit(whole(self._size), self._size, domain.size, margin=0)
        self._make_fields()
        self._lay_out()
        self.view.set_crop(whole(self._size), is_fixed=True)
        self._connect()
        self._ticket = analyser.ask(photo, path.name, domain)
        self._show_busy(True)
        self._describe()
        self.view.setFocus()

    # Building

    def _make_fields(self) -> None:
        self.view = FitView(self._photo, self._domain.size)
        self.persons = named(spoken(QListWidget(), self.tr("Persons")), "persons")
        self.persons.setIconSize(THUMBNAIL)
        self.persons.setUniformItemSizes(True)
        self.progress = spoken(QProgressBar(textVisible=False), self.tr("Looking for persons"))
        self.progress.setRange(0, 0)
        self.progress.setFixedHeight(8)
        self.halt = QToolButton(autoRaise=True)
        self.halt.setIcon(icon("stop"))
        self.halt.setToolTip(self.tr("Stop looking for persons"))
        self.halt.setAccessibleName(self.halt.toolTip())
        self.note = named(QLabel(wordWrap=True), "hint")
        width, height = _lowest(self._domain.size)
        self.as_crop = QRadioButton(self.tr("Crop in {}:{}").format(width, height))
        self.as_whole = QRadioButton(self.tr("Whole photo"))
        self.as_whole.setChecked(True)
        self._shapes = QButtonGroup(self)
        self._shapes.addButton(self.as_crop)
        self._shapes.addButton(self.as_whole)
        tip = self.tr("Opacity of the found labels")
        self.opacity = numbered_slider(tip, tip, (0, 100))
        self.opacity.setValue(int(settings.number("fit_opacity", USUAL_OPACITY)))
        self.view.set_opacity(self.opacity.value() / 100)
        self.measure = named(QLabel(wordWrap=True), "hint")
        self.choose = named(QPushButton(self.tr("Choose label map…")), "secondary")
        self.choose.setAutoDefault(False)
        self.choose.setToolTip(self.tr("Take the labels from a file instead"))
        self.choose.setHidden(self._is_posed)
        texture = self.tr("Texture of {}").format(self._domain.classes[self._active_class].name)
        self.texture = named(QPushButton(texture), "secondary")
        self.texture.setAutoDefault(False)
        self.texture.setToolTip(self.tr("Count all of the photo as the class that is painted with, as for a fabric"))
        self.texture.setVisible(self.slot is Slot.EXEMPLAR and not self._is_posed and self._active_class > 0)

    def _lay_out(self) -> None:
        panel = QVBoxLayout()
        panel.setSpacing(8)
        panel.addWidget(_title(self.tr("Persons")))
        busy = QHBoxLayout()
        busy.addWidget(self.progress, 1)
        busy.addWidget(self.halt)
        panel.addLayout(busy)
        panel.addWidget(self.persons, 1)
        panel.addWidget(self.note)
        panel.addWidget(self.choose)
        panel.addWidget(self.texture)
        panel.addSpacing(8)
        panel.addWidget(_title(self.tr("What is taken")))
        panel.addWidget(self.as_crop)
        panel.addWidget(self.as_whole)
        panel.addWidget(self.measure)
        panel.addSpacing(8)
        over = self.tr("Body over the photo") if self._is_posed else self.tr("Labels over the photo")
        panel.addWidget(_title(over))
        panel.addWidget(self.opacity)
        panel.addStretch(0)
        side = QWidget()
        side.setFixedWidth(PANEL_WIDTH)
        side.setLayout(panel)
        panel.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addWidget(self.view, 1)
        row.addWidget(side)
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addLayout(row, 1)
        layout.addWidget(self._buttons())

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setAutoDefault(False)
        self.take = named(buttons.addButton(self._take_name(), QDialogButtonBox.ButtonRole.AcceptRole), "primary")
        self.take.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        return buttons

    def _connect(self) -> None:
        self._analyser.found.connect(self._show_found)
        self._analyser.failed.connect(self._show_failure)
        self.finished.connect(self._analyser.forget)
        self.halt.clicked.connect(self._halt)
        self.persons.currentRowChanged.connect(self._choose_person)
        self.view.person_clicked.connect(self.persons.setCurrentRow)
        self.view.crop_changed.connect(self._keep_crop)
        self.as_whole.toggled.connect(self._show_shape)
        self.opacity.valueChanged.connect(self._set_opacity)
        self.choose.clicked.connect(self._choose_labels)
        self.texture.clicked.connect(self._take_as_texture)

    # The analysis

    @property
    def is_busy(self) -> bool:
        """Whether persons are still looked for."""
        return self.progress.isVisibleTo(self)

    def _show_busy(self, busy: bool) -> None:
        self.progress.setVisible(busy)
        self.halt.setVisible(busy)
        if busy:
            self._say(self.tr("Looking for persons…"))
        self._show_take()

    def _halt(self) -> None:
        self._analyser.forget()
        self._say(self._remedy(self.tr("The search was stopped.")))
        self._show_busy(False)

    def _show_failure(self, ticket: int, sentence: str) -> None:
        if ticket == self._ticket and self.is_busy:
            self._say(self._remedy(sentence))
            self._show_busy(False)

    def _remedy(self, sentence: str) -> str:
        if self.slot is Slot.POSE:
            return sentence
        if self._is_posed:
            return self.tr("{} Or take it without a pose.").format(sentence)
        if self.slot is Slot.CONTENT:
            return self.tr("{} Or take it with an empty label map and paint, or choose a label map.").format(sentence)
        return self.tr("{} Or choose a label map.").format(sentence)

    def _show_found(self, ticket: int, persons: list) -> None:
        if ticket != self._ticket or not self.is_busy:
            return
        self._persons = persons
        for number, person in enumerate(persons):
            self.persons.addItem(self._entry(number, person))
        self._say("" if len(persons) == 1 else self.tr("Choose one here or in the photo."))
        self._show_busy(False)
        touched, crop, is_whole = self._is_touched, self._crop_box, self.as_whole.isChecked()
        self.persons.setCurrentRow(0)
        if touched:  # by somebody who did not wait
            self._propose(crop, is_whole)

    def _entry(self, number: int, person: "Person") -> QListWidgetItem:
        text = self.tr("Person {}, the largest") if number == 0 and len(self._persons) > 1 else self.tr("Person {}")
        sure = self.tr("{} sure").format(f"{person.confidence:.0%}")
        pixmap = QPixmap.fromImage(image_of(_thumbnail(self._photo, person.crop)))
        thumbnail = QIcon(pixmap)
        thumbnail.addPixmap(pixmap, QIcon.Mode.Selected)  # else it is tinted
        return QListWidgetItem(thumbnail, f"{text.format(number + 1)}\n{sure}")

    def _choose_person(self, number: int) -> None:
        if number < 0:
            return
        crop = usual_crop(self._persons[number], self._size, self._domain.size)
        self.view.show_persons([person.box for person in self._persons], number)
        is_whole = crop == whole(self._size)
        self._propose(self._persons[number].crop if is_whole else crop, is_whole)
        self._show_labels()

    def _propose(self, crop: Box, is_whole: bool) -> None:
        """Show this crop, or the whole photo with this crop in reserve."""
        self._crop_box = crop
        self.as_whole.setChecked(is_whole)
        self.as_crop.setChecked(not is_whole)
        self._show_shape()

    # Labels

    def _choose_labels(self) -> None:
        kinds = self.tr("Label maps ({})").format("*.png *.tif *.bmp")
        title = self.tr("Label map of {}").format(self.path.name)
        name, _ = QFileDialog.getOpenFileName(self, title, str(self.path.parent), kinds)
        if not name:
            return
        try:
            labels = read_labels_for(self.path, self._size, Path(name), self._domain)
        except InputError as error:
            self._say(str(error))
            return
        self._take_labels(labels, self.tr("The labels are those of {}.").format(Path(name).name))

    def _take_as_texture(self) -> None:
        labels = np.full(self._size[::-1], self._active_class, np.uint8)
        self._take_labels(labels, self.tr("All of it is {}.").format(self._domain.classes[self._active_class].name))
        self._propose(self._crop_box, is_whole=True)

    def _take_labels(self, labels: np.ndarray, sentence: str) -> None:
        """Take these instead of what is found in the photo; `sentence` says so."""
        self._own_labels = labels
        self._analyser.forget()
        self._persons = []
        self.persons.clear()
        self.view.show_persons([], -1)
        self._say(sentence)
        self._show_busy(False)
        self._show_labels()

    def _counted(self) -> "list[Person]":
        """The persons that are taken; the chosen one covers the others."""
        chosen = self.persons.currentRow()
        if not self._persons:
            return []
        is_alone = self.slot in (Slot.EXEMPLAR, Slot.POSE)
        others = [] if is_alone else self._persons[:chosen] + self._persons[chosen + 1 :]
        return [*others, self._persons[chosen]]

    def _label_maps(self) -> list[np.ndarray]:
        return [person.labels for person in self._counted()] if self._own_labels is None else [self._own_labels]

    def _show_labels(self) -> None:
        if not self._label_maps():
            self.view.show_labels(None, self._domain.palette)
            return
        scale = min(1.0, LONGEST_SHOWN / max(self._size))
        width, height = (max(1, round(side * scale)) for side in self._size)
        if self._is_posed:
            poses = np.stack([person.pose * (scale, scale, 1) for person in self._counted()])
            labels = body_segments(poses, (height, width))
        else:
            labels = labels_in(Box(0, 0, width, height), (width, height), self._label_maps())
        self.view.show_labels(labels, self._domain.palette)

    # The crop

    def _show_shape(self) -> None:
        fixed = self.as_whole.isChecked()
        self.view.set_crop(whole(self._size) if fixed else self._crop_box, is_fixed=fixed)
        self._describe()

    def _keep_crop(self) -> None:
        if self.view.crop is not None and not self.view.is_fixed:
            self._crop_box = self.view.crop
            self._is_touched = True
            self._describe()

    @property
    def crop(self) -> Box:
        """What is taken, in pixels of the photo; it may reach beyond."""
        return whole(self._size) if self.as_whole.isChecked() else self._crop_box

    def _describe(self) -> None:
        crop = self.crop
        width, height = fitted_size(crop, self._size)
        lines = [self.tr("{} × {} pixels").format(width, height)]
        if width < crop.width:
            lines.append(self.tr("Reduced from {} × {}").format(crop.width, crop.height))
        if crop.within(self._size[1], self._size[0]) != crop:
            lines.append(self.tr("What lies beyond the photo becomes grey."))
        self.measure.setText("\n".join(lines))
        self._show_take()

    # The end

    def _show_take(self) -> None:
        has_labels = bool(self._label_maps())
        empty = self.slot is Slot.CONTENT and not has_labels and not self.is_busy
        without = self.tr("Use without pose") if self._is_posed else self.tr("Use with empty label map")
        self.take.setText(without if empty else self._take_name())
        self.take.setEnabled(has_labels or empty)

    def _take_name(self) -> str:
        names = {
            Slot.CONTENT: self.tr("Use photo"),
            Slot.EXEMPLAR: self.tr("Add exemplar"),
            Slot.LABELS: self.tr("Use label map"),
            Slot.POSE: self.tr("Use pose"),
        }
        return names[self.slot]

    def accept(self) -> None:
        """Close with what is chosen; nothing happens while there is nothing to take."""
        if not self.take.isEnabled():
            return
        if self.slot is Slot.POSE and self.fitted().keypoints is None:
            self._say(self.tr("Nothing of the person lies in the crop; drag it over them."))
            return
        super().accept()

    def fitted(self) -> Fitted:
        """The part of the photo with its labels and poses."""
        fitted = fit_photo(self._photo, self.crop, self._label_maps(), [person.pose for person in self._counted()])
        if not self._is_posed or fitted.keypoints is None:
            return fitted
        return replace(fitted, labels=body_segments(fitted.keypoints.array, fitted.labels.shape))

    def _set_opacity(self, percent: int) -> None:
        self.view.set_opacity(percent / 100)
        settings.set_number("fit_opacity", percent)

    def _say(self, sentence: str) -> None:
        self.note.setText(sentence)
        self.note.setVisible(bool(sentence))


def _thumbnail(photo: np.ndarray, crop: Box) -> np.ndarray:
    """A crop of the photo, small; of a large one only some pixels are looked at, for the window waits."""
    step = max(1, crop.height // (8 * THUMBNAIL.height()))
    crop = Box(crop.left // step, crop.top // step, crop.width // step, crop.height // step)
    return cut(photo[::step, ::step], crop, THUMBNAIL.toTuple())


def _title(text: str) -> QLabel:
    return named(QLabel(text), "sectionName")


def _lowest(size: tuple[int, int]) -> tuple[int, int]:
    """The shape in lowest terms."""
    divisor = int(np.gcd(*size))
    return size[0] // divisor, size[1] // divisor
