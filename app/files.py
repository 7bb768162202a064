"""What the editor does with files: open, save, drop, export, recover. Every failure becomes one sentence in a box."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from app import autosave, settings
from app.analysis_job import Analyser
from app.dialogs.export import ExportDialog
from app.dialogs.fit import FitDialog, Slot
from app.fitting import Fitted, pose_on_canvas
from app.full_size import FullSize
from app.pictures import PHOTO_FILES, find_label_file, label_map_in, read_pair
from app.posing import Posing
from app.project import SUFFIX, open_project, save_project
from app.repainting import domain_of, new_from_pose
from engine.conditions.pose import read_pose
from engine.domains import FASHION_POSE
from engine.errors import InputError
from engine.images import read_photo
from engine.inference.state import Keypoints

POSE_FILES = "*.json *_candidate.txt *_subset.txt"
POSE_SUFFIXES = (".json", ".txt")
AUTOSAVE_INTERVAL = 20_000
IDLE = 1_500

Button = QMessageBox.StandardButton


def told(method: Callable[..., Any]) -> Callable[..., Any]:
    """Show an InputError that the method raises, instead of letting it out."""

    @wraps(method)
    def run(self: "Files", *args: object) -> Any:
        try:
            return method(self, *args)
        except (InputError, ValueError) as error:
            self.tell(str(error))
            return None

    return run


class Files(QObject):
    """The document's way to and from the disk."""

    said = Signal(str)

    def __init__(self, posing: Posing, window: QWidget, analyser: Analyser, full_size: FullSize) -> None:
        super().__init__(window)
        self._posing = posing
        self._document = posing.document
        self._window = window
        self._analyser = analyser
        self._full_size = full_size
        self._to_fit: list[tuple[Path, Slot]] = []
        self.fit_dialog: FitDialog | None = None
        self._autosave = autosave.Autosave()
        self._idle = QTimer(self, singleShot=True, interval=IDLE)
        self._idle.timeout.connect(self._save_aside)
        self._clock = QTimer(self, interval=AUTOSAVE_INTERVAL)
        # Written only when the hands rest: the timer asks, and every edit puts it off a little.
        self._clock.timeout.connect(self._idle.start)
        self._clock.start()

    def tell(self, sentence: str) -> None:
        """A box with one sentence."""
        QMessageBox.warning(self._window, "Warpaint", sentence)

    # Projects.

    @told
    def open(self, path: Path | None = None) -> None:
        """Open a project, asking for its file where none is given."""
        path = path or self._ask_file(self.tr("Open project"), self.tr("Warpaint projects (*{})").format(SUFFIX))
        if path is None or not self.may_leave():
            return
        open_project(self._document, path)
        settings.add_recent_file(path)
        self.said.emit(self.tr("Opened {}").format(path.name))

    def save(self) -> bool:
        """Save to the project's file; ask for one where there is none. Whether it was saved."""
        return self._save_to(self._document.path) if self._document.path else self.save_as()

    def save_as(self) -> bool:
        start = self._document.path or Path.home() / f"untitled{SUFFIX}"
        name, _ = QFileDialog.getSaveFileName(
            self._window, self.tr("Save project"), str(start), self.tr("Warpaint projects (*{})").format(SUFFIX)
        )
        if not name:
            return False
        path = Path(name)
        return self._save_to(path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX))

    def _save_to(self, path: Path) -> bool:
        self._document.commit_stroke()
        try:
            save_project(self._document, path)
        except InputError as error:
            self.tell(str(error))
            return False
        settings.add_recent_file(path)
        self.said.emit(self.tr("Saved {}").format(path.name))
        return True

    def may_leave(self) -> bool:
        """Whether the document may be left; asks when something in it is not saved."""
        if not self._document.is_modified:
            return True
        name = self._document.path.name if self._document.path else self.tr("This project")
        answer = QMessageBox.question(
            self._window,
            "Warpaint",
            self.tr("{} has changes that are not saved. Save them?").format(name),
            Button.Save | Button.Discard | Button.Cancel,
            Button.Save,
        )
        return self.save() if answer == Button.Save else answer == Button.Discard

    # Pictures.

    @told
    def open_label_map(self) -> None:
        """Begin anew with a label map, or with the one that is found in a photo."""
        path = self._ask_file(self.tr("Open label map"), self.tr("Label maps and photos ({})").format(PHOTO_FILES))
        if path is not None:
            labels = label_map_in(path, self._document.domain)
            if labels is None:
                self._fit(path, Slot.LABELS)
            else:
                self._document.set_labels(labels)

    @told
    def open_photo(self, path: Path | None = None) -> None:
        """Open a photo as the canvas; it is its own exemplar where there is no other.

        The label map is the one beside it, or what is found in the photo and fitted in a dialog.
        """
        path = path or self._ask_file(self.tr("Open photo"), self._photos())
        if path is None:
            return
        label_file = find_label_file(path)
        if label_file is None:
            self._fit(path, Slot.CONTENT)
        else:
            self._put_content(Fitted(*read_pair(path, label_file, self._document.domain)), path.stem)

    @told
    def add_exemplar(self) -> None:
        """Ask for a photo and add it to the exemplars."""
        path = self._ask_file(self.tr("Add exemplar"), self._photos())
        if path is not None:
            self._add_exemplar(path)

    def add_exemplars(self, paths: list[Path]) -> None:
        """Add dropped photos; one that cannot be added does not keep the others back."""
        for path in paths:
            self._add_exemplar(path)

    @told
    def _add_exemplar(self, path: Path) -> None:
        label_file = find_label_file(path)
        if label_file is None:
            self._fit(path, Slot.EXEMPLAR)
        else:
            self._put_exemplar(Fitted(*read_pair(path, label_file, self._document.domain)), path.stem)

    # Poses.

    @told
    def open_pose(self, path: Path | None = None) -> None:
        """Take the poses of a file for the canvas, asking for it where none is given."""
        path = path or self._ask_file(self.tr("Open pose"), self.tr("Poses ({})").format(POSE_FILES))
        if path is not None:
            self._document.commit_stroke()
            self._document.set_pose("Open pose", Keypoints(read_pose(path)))
            self.said.emit(self.tr("Opened {}").format(path.name))

    @told
    def take_pose(self) -> None:
        """Ask for a photo, and take the pose of a person in it for the canvas."""
        path = self._ask_file(self.tr("Take pose from photo"), self._photos())
        if path is not None:
            self._fit(path, Slot.POSE)

    @told
    def drop_on_pose(self, paths: list[Path]) -> None:
        """Take the pose of what was dropped: of a photo, or of what has none, as on the canvas."""
        path = paths[0]
        if path.suffix == SUFFIX or path.suffix.lower() in POSE_SUFFIXES:
            self.drop_on_canvas(paths)
        else:
            self._fit(path, Slot.POSE)

    @told
    def new_from_pose(self) -> None:
        """Start a document that is painted by pose, from a pose file."""
        path = self._ask_file(self.tr("New from pose"), self.tr("Poses ({})").format(POSE_FILES))
        domain = domain_of("pose")
        if path is None or domain is None:
            return
        snapshot = new_from_pose(domain, read_pose(path))
        if self.may_leave():
            self._document.load(snapshot, is_modified=True)
            self.said.emit(self.tr("Opened {}").format(path.name))

    # Photos without a label map: one dialog at a time; the window goes on meanwhile.

    def _fit(self, path: Path, slot: Slot) -> None:
        self._to_fit.append((path, slot))
        if self.fit_dialog is None:
            self._fit_next()

    def _fit_next(self) -> None:
        while self._to_fit and self.fit_dialog is None:
            self._show_fit(*self._to_fit.pop(0))

    @told
    def _show_fit(self, path: Path, slot: Slot) -> None:
        photo = read_photo(path)
        domain = FASHION_POSE if slot is Slot.POSE else self._document.domain
        active = self._document.active_class if slot is Slot.EXEMPLAR else 0
        dialog = FitDialog(photo, path, domain, slot, self._analyser, self._window, active)
        dialog.finished.connect(self._end_fit)
        self.fit_dialog = dialog
        dialog.open()

    def _end_fit(self, outcome: int) -> None:
        dialog, self.fit_dialog = self.fit_dialog, None
        assert dialog is not None
        if outcome:
            self._put_fitted(dialog)
        dialog.deleteLater()
        self._fit_next()

    @told
    def _put_fitted(self, dialog: FitDialog) -> None:
        fitted, name = dialog.fitted(), dialog.path.stem
        if dialog.slot is Slot.CONTENT:
            self._put_content(fitted, name)
        elif dialog.slot is Slot.EXEMPLAR:
            self._put_exemplar(fitted, name)
        elif dialog.slot is Slot.POSE:
            self._put_pose(fitted, name)
        else:
            self._document.set_labels(fitted.labels)

    def _put_content(self, fitted: Fitted, name: str) -> None:
        is_own = not self._document.exemplars and bool(fitted.labels.any())
        self._document.set_photo_and_labels(
            fitted.photo, fitted.labels, fitted.keypoints, fitted.surround, fitted.exemplar(name) if is_own else None
        )
        self.said.emit(self.tr("Opened {}").format(name))

    def _put_exemplar(self, fitted: Fitted, name: str) -> None:
        self._document.add_exemplar(fitted.exemplar(name), use=True)
        self.said.emit(self.tr("Added {}").format(name))

    def _put_pose(self, fitted: Fitted, name: str) -> None:
        assert fitted.keypoints is not None
        height, width = fitted.labels.shape
        pose = pose_on_canvas(fitted.keypoints.array, (width, height), self._posing.size)
        self._posing.replace_all("Take pose from photo", pose)
        self.said.emit(self.tr("Took the pose from {}").format(name))

    @told
    def drop_on_canvas(self, paths: list[Path]) -> None:
        """Open what was dropped: a project, a pose, a label map or a photo."""
        path = paths[0]
        if path.suffix == SUFFIX:
            self.open(path)
            return
        if path.suffix.lower() in POSE_SUFFIXES:
            self.open_pose(path)
            return
        labels = label_map_in(path, self._document.domain)
        if labels is None:
            self.open_photo(path)
        else:
            self._document.set_labels(labels)

    @told
    def export(self) -> None:
        """Ask what to export, and write it."""
        offers_full_size = self._full_size.is_of_use and not self._full_size.is_shown
        dialog = ExportDialog(self._document, self._window, offers_full_size)
        accepted = dialog.exec()
        dialog.deleteLater()
        if dialog.wants_full_size:
            self._full_size.start(then=self.export)
        if accepted and self._may_overwrite([path for _, path in dialog.targets() if path.exists()]):
            paths = dialog.write()
            self.said.emit(self.tr("Exported {}").format(", ".join(path.name for path in paths)))

    def _may_overwrite(self, paths: list[Path]) -> bool:
        if not paths:
            return True
        names = ", ".join(path.name for path in paths)
        text = self.tr("{} exists already. Write over it?").format(names)
        return QMessageBox.question(self._window, "Warpaint", text) == Button.Yes

    # Recovery.

    def note_edit(self) -> None:
        """Put a pending autosave off until the hands rest."""
        if self._idle.isActive():
            self._idle.start()

    def _save_aside(self) -> None:
        if not self._document.is_stroking:
            self._autosave.save(self._document)

    @told
    def offer_recovery(self) -> bool:
        """Offer what an editor that died left behind; whether it was taken."""
        leftovers = autosave.leftover_files()
        if not leftovers:
            return False
        answer = QMessageBox.question(
            self._window,
            "Warpaint",
            self.tr("Warpaint ended without saving last time. Open what was rescued?"),
            Button.Open | Button.Discard | Button.Cancel,
            Button.Open,
        )
        if answer == Button.Open:
            autosave.recover(self._document, leftovers[0])
            return True
        if answer == Button.Discard:
            for file in leftovers:
                autosave.discard(file)
        return False

    def close(self) -> None:
        """A clean end."""
        self._to_fit.clear()
        if self.fit_dialog is not None:
            self.fit_dialog.reject()
        self._analyser.stop()
        self._clock.stop()
        self._autosave.close()

    # Questions.

    def _photos(self) -> str:
        return self.tr("Photos ({})").format(PHOTO_FILES)

    def _ask_file(self, title: str, kinds: str, folder: Path | None = None) -> Path | None:
        name, _ = QFileDialog.getOpenFileName(self._window, title, str(folder or ""), kinds)
        return Path(name) if name else None
