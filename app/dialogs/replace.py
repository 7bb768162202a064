"""Replace one class by another."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QWidget

from app.document import Document
from app.naming import spoken


class ReplaceDialog(QDialog):
    """Asks for two classes; only present ones can be replaced."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Replace class"))
        self.old = spoken(QComboBox(), self.tr("Class to replace"))
        self.new = spoken(QComboBox(), self.tr("New class"))
        present = set(document.labels.ravel().tolist())
        for label_class in document.domain.classes:
            icon = swatch(label_class.color)
            self.new.addItem(icon, label_class.name, label_class.id)
            if label_class.id in present and label_class.id not in document.locked:
                self.old.addItem(icon, label_class.name, label_class.id)
        self.new.setCurrentIndex(document.active_class)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form = QFormLayout(self)
        form.addRow(self.tr("Replace"), self.old)
        form.addRow(self.tr("by"), self.new)
        form.addRow(buttons)

    def choice(self) -> tuple[int, int] | None:
        """The classes to replace and to put, or None where there is nothing to replace."""
        if self.old.currentData() is None:
            return None
        return self.old.currentData(), self.new.currentData()


def swatch(color: tuple[int, int, int]) -> QIcon:
    """A plain square of a class's colour."""
    pixmap = QPixmap(QSize(16, 16))
    pixmap.fill(QColor(*color))
    return QIcon(pixmap)
