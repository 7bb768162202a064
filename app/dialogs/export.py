"""The export dialog: what to write, and where."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app import export
from app.document import Document
from app.naming import named, spoken
from engine.conditions.pose import write_pose
from engine.inference.state import Frame

PICTURES = ("png", "jpg", "webp")
TEXT_PAIR = "_candidate.txt"


@dataclass(frozen=True)
class Choice:
    """One file to export: the end of its name, its formats, how it is written, and what it needs.

    `write` gets path, document and the newest frame, which is None only where none is needed. Some models have
    frames without a warp, and only a cropped photo has a whole one around it.
    """

    key: str
    title: str
    suffixes: tuple[str, ...]
    write: Callable[[Path, Document, Any], None]
    needs_frame: bool = True
    needs_warp: bool = False
    needs_surround: bool = False
    needs_pose: bool = False


def _write_whole_photo(path: Path, document: Document, frame: Any) -> None:
    assert document.surround is not None
    export.export_whole_photo(path, frame, document.surround, document.weights_hash)


def _write_pose(path: Path, document: Document, frame: Any) -> None:
    assert document.keypoints is not None
    write_pose(path, document.keypoints.array)


def choices(tr: Callable[[str], str]) -> list[Choice]:
    """All that can be exported; `tr` translates the titles."""
    return [
        Choice(
            "result", tr("Result"), PICTURES, lambda path, d, frame: export.export_result(path, frame, d.weights_hash)
        ),
        Choice(
            "whole",
            tr("Whole photo with the result in it"),
            PICTURES,
            _write_whole_photo,
            needs_surround=True,
        ),
        Choice(
            "labels",
            tr("Label map, with its palette as JSON"),
            ("png",),
            lambda path, d, _: export.export_labels(path, d.labels, d.domain),
            needs_frame=False,
        ),
        Choice(
            "pose",
            tr("Pose for OpenPose, as JSON or text pair"),
            ("json", TEXT_PAIR),
            _write_pose,
            needs_frame=False,
            needs_pose=True,
        ),
        Choice(
            "warp",
            tr("Warped exemplar"),
            PICTURES,
            lambda path, d, frame: export.export_warp(path, frame, d.weights_hash),
            needs_warp=True,
        ),
        Choice(
            "confidence",
            tr("Confidence map"),
            PICTURES,
            lambda path, _, frame: export.export_confidence(path, frame),
            needs_warp=True,
        ),
        Choice(
            "layers",
            tr("Layers for Krita or GIMP"),
            ("ora",),
            lambda path, d, frame: export.export_openraster(path, frame, d.domain, d.photo),
        ),
        Choice(
            "sheet",
            tr("Contact sheet before/after"),
            PICTURES,
            lambda path, d, frame: export.export_contact_sheet(path, frame, d.domain, d.photo, d.weights_hash),
        ),
    ]


class ExportDialog(QDialog):
    """Check boxes for the files, a folder, and the beginning of their names."""

    def __init__(self, document: Document, parent: QWidget | None = None, offers_full_size: bool = False) -> None:
        """`offers_full_size`: a button that closes it for the picture to be made at full size first."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export"))
        self.setMinimumWidth(460)
        self.wants_full_size = False
        self._document = document
        self.boxes: dict[str, tuple[Choice, QCheckBox, QComboBox]] = {}
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addLayout(self._rows())
        if hint := self._hint():
            layout.addWidget(named(QLabel(hint), "hint"))
        if offers_full_size and document.frame is not None:
            layout.addLayout(self._full_size_row(document.frame))
        layout.addLayout(self._target())
        layout.addWidget(self._buttons())

    def _hint(self) -> str:
        if self._document.frame is None:
            return self.tr("Without a picture only label map and pose can be exported.")
        if self._document.is_stale:
            return self.tr("The picture is still being updated; this exports the last one.")
        return ""

    def _full_size_row(self, frame: Frame) -> QHBoxLayout:
        self.full_size = QPushButton(self.tr("Render at full size first"))
        self.full_size.clicked.connect(self._want_full_size)
        row = QHBoxLayout()
        if frame.painted_at is not None:
            hint = self.tr("The picture is enlarged from {} × {} pixels.").format(*frame.painted_at)
            row.addWidget(named(QLabel(hint), "hint"), 1)
        row.addWidget(self.full_size)
        return row

    def _want_full_size(self) -> None:
        self.wants_full_size = True
        self.reject()

    def _rows(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setColumnStretch(0, 1)
        frame = self._document.frame
        has_frame, has_warp = frame is not None, frame is not None and frame.warp is not None
        for row, choice in enumerate(choices(self.tr)):
            if choice.needs_surround and not self._has_surround:
                continue
            box, suffix = QCheckBox(choice.title), QComboBox()
            suffix.addItems([name if name == TEXT_PAIR else f".{name}" for name in choice.suffixes])
            suffix.setAccessibleName(self.tr("Format of {}").format(choice.title))
            box.setEnabled((has_frame or not choice.needs_frame) and (has_warp or not choice.needs_warp))
            if has_frame and not box.isEnabled():
                box.setToolTip(self.tr("This model makes its picture without warping the exemplar"))
            if choice.needs_pose and self._document.keypoints is None:
                box.setEnabled(False)
                box.setToolTip(self.tr("The picture has no pose"))
            box.setChecked(choice.key == ("result" if has_frame else "labels"))
            grid.addWidget(box, row, 0)
            grid.addWidget(suffix, row, 1)
            self.boxes[choice.key] = (choice, box, suffix)
        return grid

    @property
    def _has_surround(self) -> bool:
        """Whether there is a whole photo around the picture, of the canvas that the picture was made for."""
        document = self._document
        fits = document.frame is not None and document.frame.image.shape[:2] == document.labels.shape
        return fits and document.surround is not None

    def _target(self) -> QGridLayout:
        path = self._document.path
        self.folder = spoken(QLineEdit(str(path.parent if path else Path.home())), self.tr("Folder"))
        self.stem = spoken(QLineEdit(path.stem if path else "warpaint"), self.tr("Name"))
        browse = QPushButton(self.tr("Browse…"))
        browse.clicked.connect(self._browse)
        row = QHBoxLayout()
        row.addWidget(self.folder, 1)
        row.addWidget(browse)
        grid = QGridLayout()
        grid.addWidget(QLabel(self.tr("Folder")), 0, 0)
        grid.addLayout(row, 0, 1)
        grid.addWidget(QLabel(self.tr("Names begin with")), 1, 0)
        grid.addWidget(self.stem, 1, 1)
        return grid

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton(self.tr("Export"), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        return buttons

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Export into"), self.folder.text())
        if folder:
            self.folder.setText(folder)

    def targets(self) -> list[tuple[Choice, Path]]:
        """The chosen files with their paths."""
        stem = self.stem.text().strip() or "warpaint"
        return [
            (choice, Path(self.folder.text()) / f"{stem}-{choice.key}{suffix.currentText()}")
            for choice, box, suffix in self.boxes.values()
            if box.isChecked() and box.isEnabled()
        ]

    def write(self) -> list[Path]:
        """Write the chosen files; raises InputError where one cannot be written."""
        targets = self.targets()
        for choice, path in targets:
            choice.write(path, self._document, self._document.frame)
        return [path for _, path in targets]
