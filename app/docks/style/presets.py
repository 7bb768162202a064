"""Style presets on the disk. Every failure becomes one sentence in a box."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from app.document import Document
from app.files import told
from engine.errors import InputError
from engine.inference.preset import SUFFIX, Preset, read_preset, write_preset
from engine.style import Style


class Presets(QObject):
    """Saves the document's exemplars and mix, and brings back those of a file."""

    said = Signal(str)

    def __init__(self, document: Document, window: QWidget) -> None:
        super().__init__(window)
        self._document = document
        self._window = window

    def tell(self, sentence: str) -> None:
        """A box with one sentence."""
        QMessageBox.warning(self._window, "Warpaint", sentence)

    @told
    def save(self) -> None:
        """Ask for a file, and save the exemplars and how they are mixed."""
        name, _ = QFileDialog.getSaveFileName(
            self._window, self.tr("Save style preset"), str(Path.home() / f"style{SUFFIX}"), self._kinds()
        )
        if not name:
            return
        path = Path(name)
        path = path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX)
        document = self._document
        weights = tuple(document.mix)
        preset = Preset(document.domain.name, document.model, tuple(document.exemplars), weights, document.style)
        write_preset(path, preset)
        self.said.emit(self.tr("Saved {}").format(path.name))

    @told
    def load(self, path: Path | None = None) -> None:
        """Take exemplars and mix from a file, asking for it where none is named."""
        if path is None:
            name, _ = QFileDialog.getOpenFileName(self._window, self.tr("Load style preset"), "", self._kinds())
            if not name:
                return
            path = Path(name)
        preset = read_preset(path)
        self._check(path, preset)
        style = preset.style
        is_foreign = preset.model not in (None, self._document.model) and (style.axes or style.sample is not None)
        if is_foreign:
            style = Style.of(style.weights_of_class)
        self._use(preset, style)
        text = self.tr("Loaded {} without its look, which belongs to {}") if is_foreign else self.tr("Loaded {}")
        self.said.emit(text.format(path.name, preset.model))

    def _check(self, path: Path, preset: Preset) -> None:
        document = self._document
        if preset.domain != document.domain.name:
            raise InputError(
                self.tr("The style preset {} is for {}, not for {}; open a project of that kind.").format(
                    path.name, preset.domain, document.domain.name
                )
            )
        if not preset.exemplars and preset.weights and len(preset.weights) != len(document.exemplars):
            raise InputError(
                self.tr("The style preset {} is for {} exemplars, and there are {}; add or remove some.").format(
                    path.name, len(preset.weights), len(document.exemplars)
                )
            )

    def _use(self, preset: Preset, style: Style) -> None:
        """In one step; a preset without photos mixes those that are there."""
        if preset.exemplars:
            self._document.use_preset(preset.exemplars, preset.weights, style)
        else:
            self._document.set_mix(preset.weights or self._document.weights, style)

    def _kinds(self) -> str:
        return self.tr("Style presets (*{})").format(SUFFIX)
