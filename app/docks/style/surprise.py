"""Styles drawn at random from those that the model has learned."""

import random

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QSpinBox, QToolButton, QWidget
from superqt import QLabeledSlider

from app.docks.style.section import Section
from app.document import Document
from app.models import has_style_space
from app.naming import named, spoken
from app.sliders import numbered_slider
from app.wheel import guarded
from engine.style import Style

LARGEST_SEED = 2**31 - 1
DRAWN_SEEDS = 10_000
"""Seeds that the button draws from: short enough to be told to others."""

FULL = 100


class SurpriseSection(Section):
    """Draws a style, names its seed, and says how far it goes; hidden where nothing can be drawn."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__("surprise", parent)
        self.set_title(self.tr("Surprise"))
        self._document = document
        self.draw_button = named(QToolButton(), "wide")
        self.draw_button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.draw_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.stop_button = named(QToolButton(), "flat")
        self.seed = self._make_seed()
        self.amount = self._make_amount()
        self._lay_out()
        document.model_changed.connect(self.look)
        document.reset.connect(self.look)
        document.mix_changed.connect(self.refresh)
        self.look()

    def _make_seed(self) -> QSpinBox:
        seed = spoken(QSpinBox(minimum=0, maximum=LARGEST_SEED), self.tr("Seed of the surprise"))
        seed.setToolTip(self.tr("The same seed gives the same style again"))
        seed.setKeyboardTracking(False)
        seed.valueChanged.connect(lambda value: self._draw(value, self.tr("Draw style")))
        return guarded(seed)

    def _make_amount(self) -> QLabeledSlider:
        tip = self.tr("How far the drawn style takes the place of the blend; the number can be typed")
        amount = numbered_slider(self.tr("How far the surprise goes"), tip, (0, FULL))
        amount.setValue(FULL)
        amount.valueChanged.connect(self._set_amount)
        amount.sliderReleased.connect(self._document.end_drag)
        return guarded(amount)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(6)
        grid.addWidget(self.draw_button, 0, 0, 1, 2)
        grid.addWidget(self.stop_button, 0, 2)
        grid.addWidget(named(QLabel(self.tr("Seed")), "hint"), 1, 0)
        grid.addWidget(self.seed, 1, 1, 1, 2)
        grid.addWidget(named(QLabel(self.tr("How far")), "hint"), 2, 0)
        grid.addWidget(self.amount, 2, 1, 1, 2)
        grid.setColumnStretch(1, 1)
        self.set_content(grid)

    def set_actions(self, draw: QAction, stop: QAction) -> None:
        """What the two buttons do."""
        for button, action in ((self.draw_button, draw), (self.stop_button, stop)):
            button.setDefaultAction(action)
            button.setAccessibleName(action.text().replace("&", ""))

    def look(self) -> None:
        """Find out whether the model's styles can be drawn."""
        self.is_possible = has_style_space(self._document.domain.name, self._document.model)
        self.setVisible(self.is_possible)
        self.refresh()

    def surprise(self) -> None:
        """Draw another style."""
        if self.is_possible:
            self._draw(random.randrange(DRAWN_SEEDS), self.tr("Surprise me"))

    def stop(self) -> None:
        """Back to the blend."""
        style = self._document.style
        plain = Style.of(style.weights_of_class, style.axes)
        self._document.set_style(plain, self.tr("No surprise"), is_slider_move=False)

    def _draw(self, seed: int, name: str) -> None:
        style = self._document.style
        amount = self.amount.value() / FULL
        drawn = Style.of(style.weights_of_class, style.axes, seed, amount)
        self._document.set_style(drawn, name, is_slider_move=False)

    def _set_amount(self, percent: int) -> None:
        style = self._document.style
        if style.sample is not None:
            moved = Style.of(style.weights_of_class, style.axes, style.sample, percent / FULL)
            self._document.set_style(moved, self.tr("How far the surprise goes"))

    def refresh(self) -> None:
        """Show the document's seed and amount."""
        style = self._document.style
        for control in (self.seed, self.amount):
            control.blockSignals(True)
        if style.sample is not None:
            self.seed.setValue(min(style.sample, LARGEST_SEED))
            self.amount.setValue(round(style.surprise * FULL))
        for control in (self.seed, self.amount):
            control.blockSignals(False)
        self.amount.setEnabled(style.sample is not None)
