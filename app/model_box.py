"""The choice of the model that makes the picture."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from app.document import Document
from app.models import about_model, models_of
from app.naming import spoken
from app.wheel import guarded
from engine.domains import Domain
from engine.models.names import title_of


class ModelChoice(QComboBox):
    """Models by their titles; the tooltip of each says what its card does. `chosen` carries the name."""

    chosen = Signal(str)

    def __init__(self, purpose: str, parent: QWidget | None = None) -> None:
        """`purpose` says what the model that is chosen does."""
        super().__init__(parent)
        self._purpose = purpose
        guarded(spoken(self, self.tr("Model")))
        self.activated.connect(lambda index: self.chosen.emit(self.itemData(index)))

    @property
    def model(self) -> str:
        """The name of the model that is shown; empty where there is none."""
        return self.currentData() or ""

    def show_models(self, domain: Domain, names: Sequence[str], model: str) -> None:
        """List these models of a domain, with `model` as the chosen one."""
        self.clear()
        for row, name in enumerate(names):
            self.addItem(title_of(name), name)
            self.setItemData(row, about_model(domain, name), Qt.ItemDataRole.ToolTipRole)
        self.setCurrentIndex(self.findData(model))
        self.setToolTip(f"{self._purpose}\n\n{about_model(domain, model)}")


class ModelBox(ModelChoice):
    """The models that have weights for the document's domain; hidden where there is no choice."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("The model that makes the picture"), parent)
        self._document = document
        self.chosen.connect(document.set_model)
        document.reset.connect(self.rebuild)
        document.model_changed.connect(self.rebuild)
        self.rebuild()

    def rebuild(self) -> None:
        """List the models, with the document's in front of all where it is not among them."""
        names, model = models_of(self._document.domain), self._document.model
        self.show_models(self._document.domain, names if model in names else (model, *names), model)
        self.setVisible(self.count() > 1)
