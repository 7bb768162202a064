"""The choice of the model that makes the picture."""

from PySide6.QtWidgets import QComboBox, QWidget

from app.document import Document
from app.models import models_of
from app.naming import spoken
from app.wheel import guarded


class ModelBox(QComboBox):
    """Names of the models that have weights for the document's domain; hidden where there is no choice."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        guarded(spoken(self, self.tr("Model")))
        self.setToolTip(self.tr("The model that makes the picture"))
        self.activated.connect(lambda index: document.set_model(self.itemText(index)))
        document.reset.connect(self.rebuild)
        document.model_changed.connect(self.rebuild)
        self.rebuild()

    def rebuild(self) -> None:
        """List the models, with the document's in front of all."""
        names = models_of(self._document.domain)
        model = self._document.model
        self.clear()
        self.addItems(names if model in names else (model, *names))
        self.setCurrentText(model)
        self.setVisible(self.count() > 1)
