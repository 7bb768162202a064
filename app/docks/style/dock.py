"""The style dock: how the exemplars are blended, and what is done to the blend."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from app.actions import Actions
from app.docks.style.axes import AxisSection
from app.docks.style.classes import ClassSection
from app.docks.style.mix import MixSection
from app.docks.style.surprise import SurpriseSection
from app.document import Document
from app.drops import DropTarget
from app.naming import named
from app.worker import Worker

FOOTER = ("reset-style", "load-style", "save-style")


class StyleDock(DropTarget):
    """Sections that fold, one below the other; style presets may be dropped anywhere on it."""

    def __init__(self, document: Document, worker: Worker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._content = named(QWidget(), "cardList")
        self.mix = MixSection(document, worker, self._content)
        self.axes = AxisSection(document, self._content)
        self.surprise = SurpriseSection(document, self._content)
        self.classes = ClassSection(document, self._content)
        self.hint = named(QLabel(self.tr("Add an exemplar to give the picture a style."), wordWrap=True), "hint")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._footer = QHBoxLayout()
        self._lay_out()
        document.exemplars_changed.connect(self.refresh)
        document.reset.connect(self.refresh)
        self.refresh()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self._content)
        column.setContentsMargins(0, 0, 4, 0)
        column.setSpacing(4)
        for section in (self.mix, self.axes, self.surprise, self.classes):
            column.addWidget(section)
        column.addStretch(1)
        self.area = named(QScrollArea(widgetResizable=True), "cards")
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(self._content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 0, 6, 6)
        layout.setSpacing(6)
        layout.addWidget(self.hint)
        layout.addWidget(self.area, 1)
        layout.addLayout(self._footer)

    def set_actions(self, actions: Actions) -> None:
        """Give the buttons their actions, and offer those that are possible from now on."""
        self.surprise.set_actions(actions["surprise"], actions["no-surprise"])
        self.mix.set_action(actions["style-map"])
        for name in FOOTER:
            button = named(QToolButton(), "flat")
            button.setDefaultAction(actions[name])
            button.setIconSize(QSize(18, 18))
            button.setAccessibleName(actions[name].text().replace("&", ""))
            self._footer.addWidget(button)
        self._footer.addStretch(1)
        self._document.mix_changed.connect(lambda: self._offer(actions))
        self._document.model_changed.connect(lambda: self._offer(actions))
        self._document.reset.connect(lambda: self._offer(actions))
        self._offer(actions)

    def _offer(self, actions: Actions) -> None:
        document, nothing = self._document, self.tr("Add an exemplar first")
        no_space = self.tr("No style space of this model is installed")
        has_exemplars = bool(document.exemplars)
        actions.offer("surprise", has_exemplars and self.surprise.is_possible, no_space if has_exemplars else nothing)
        actions.offer("no-surprise", document.style.sample is not None, self.tr("No style is drawn"))
        actions.offer("style-map", self.mix.can_map, no_space if has_exemplars else nothing)
        for name in ("reset-style", "save-style"):
            actions.offer(name, has_exemplars, nothing)

    def refresh(self) -> None:
        """Show the controls when there is something to control."""
        is_empty = not self._document.exemplars
        self.hint.setVisible(is_empty)
        self.area.setVisible(not is_empty)
