"""The blend of all exemplars: a slider for two, a pad for more, and the style map in their place."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QToolButton, QVBoxLayout, QWidget

from app import settings
from app.docks.style.between import Between
from app.docks.style.map import StyleMap
from app.docks.style.pad import BlendPad
from app.docks.style.section import Section
from app.document import Document
from app.models import has_style_space
from app.naming import named
from app.worker import Worker


class MixSection(Section):
    """Shows and changes the weights of the exemplars."""

    def __init__(self, document: Document, worker: Worker, parent: QWidget | None = None) -> None:
        super().__init__("mix", parent)
        self.set_title(self.tr("Blend"))
        self._document = document
        self.hint = named(QLabel(self.tr("Add a second exemplar to blend styles."), wordWrap=True), "hint")
        self.between = Between()
        self.pad = BlendPad()
        self.map = StyleMap(document, worker)
        layout = QVBoxLayout()
        for page in (self.hint, self.between, self.pad, self.map):
            layout.addWidget(page)
        self.set_content(layout)
        self.map_button = named(QToolButton(), "flat")
        self.map_button.setIconSize(QSize(16, 16))
        self.top.addWidget(self.map_button)
        self._wants_map = settings.number("style_map", 0) != 0
        for plane in (self.between, self.pad, self.map):
            plane.asked.connect(lambda weights: document.set_weights([float(weight) for weight in weights]))
            plane.drag_ended.connect(document.end_drag)
        document.exemplars_changed.connect(self.rebuild)
        document.model_changed.connect(self.rebuild)
        document.reset.connect(self.rebuild)
        document.mix_changed.connect(self.refresh)
        self.rebuild()

    def set_action(self, action: QAction) -> None:
        """What the button of the map does."""
        self.map_button.setDefaultAction(action)
        self.map_button.setAccessibleName(action.text().replace("&", ""))
        action.setChecked(self._wants_map)

    @property
    def can_map(self) -> bool:
        """Whether there are photos to map, and a space to map them in."""
        return len(self._document.exemplars) > 1 and self._has_space

    def show_map(self, shown: bool) -> None:
        """Show the style map in place of slider or pad."""
        self._wants_map = shown
        settings.set_number("style_map", int(shown))
        self.rebuild()

    def rebuild(self) -> None:
        """Show what fits the number of exemplars."""
        self._has_space = has_style_space(self._document.domain.name, self._document.model)
        exemplars, can_map = self._document.exemplars, self.can_map
        self.map_button.setVisible(can_map)
        if len(exemplars) == 2:
            self.between.show_exemplars(exemplars)
        if len(exemplars) > 2:
            self.pad.show_exemplars(exemplars)
        page = self.map if can_map and self._wants_map else self._own_page(len(exemplars))
        for other in (self.hint, self.between, self.pad, self.map):
            other.setVisible(other is page)
        self.refresh()

    def _own_page(self, exemplars: int) -> QWidget:
        if exemplars < 2:
            return self.hint
        return self.between if exemplars == 2 else self.pad

    def refresh(self) -> None:
        """Show the weights."""
        weights = self._document.mix
        if len(weights) == 2:
            self.between.show_weights(weights)
        self.pad.show_weights(weights)
        self.map.refresh()
