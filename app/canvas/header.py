"""The strip above a canvas."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget
from superqt import QLabeledSlider

from app.sliders import numbered_slider
from app.theme import THEME, icon

HEIGHT = 40
NUMBERED = 80
NARROW = 46
"""A slider's width, in pixels, where there is no room for all numbers."""


class Title(QLabel):
    """A title that a narrow window takes away, rather than a control or half a word."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setObjectName("title")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.contentsRect().width() >= self.fontMetrics().horizontalAdvance(self.text()):
            super().paintEvent(event)


class IconLabel(QLabel):
    """An icon that follows the theme."""

    def __init__(self, icon_name: str, tip: str) -> None:
        super().__init__()
        self.setToolTip(tip)
        self._icon_name = icon_name
        THEME.changed.connect(self._fetch)
        self._fetch()

    def _fetch(self) -> None:
        self.setPixmap(icon(self._icon_name).pixmap(QSize(18, 18)))


class Header(QWidget):
    """A title at the left, controls at the right; where it is narrow, sliders are short and without numbers."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("header")
        self.setFixedHeight(HEIGHT)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(10, 2, 8, 2)
        self.row.setSpacing(3)
        self._sliders: list[tuple[QLabeledSlider, int]] = []  # with their full widths
        self._icons: dict[QLabeledSlider, IconLabel] = {}
        self.title = Title(title)
        self.row.addWidget(self.title, 1)
        self.title.setHidden(not title)

    def add_slider(self, icon_name: str, label: str, range_: tuple[int, int], width: int) -> QLabeledSlider:
        """A slider with its icon and a number that can be typed; narrow ones go without the number."""
        slider = numbered_slider(label, label, range_)
        _set_width(slider, width)
        slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._sliders.append((slider, width))
        self._icons[slider] = IconLabel(icon_name, label)
        self.row.addWidget(self._icons[slider])
        self.row.addWidget(slider)
        return slider

    def show_slider(self, slider: QLabeledSlider, shown: bool) -> None:
        """Show or hide a slider with its icon."""
        self._icons[slider].setVisible(shown)
        slider.setVisible(shown)
        self._fit()

    def add_button(self, action: QAction) -> QToolButton:
        """A button for an action, by its icon."""
        button = QToolButton()
        button.setIconSize(QSize(18, 18))
        button.setDefaultAction(action)
        button.setAccessibleName(action.text().replace("&", ""))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.row.addWidget(button)
        return button

    def minimumSizeHint(self) -> QSize:
        """With short sliders, so that the canvas may be narrow."""
        hint = super().minimumSizeHint()
        spared = sum(slider.minimumWidth() - NARROW for slider, _ in self._sliders if not slider.isHidden())
        return QSize(hint.width() - spared, hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Short sliders where the full ones have no room."""
        shown = [(slider, width) for slider, width in self._sliders if not slider.isHidden()]
        is_wide = self.minimumSizeHint().width() + sum(width - NARROW for _, width in shown) <= self.width()
        for slider, width in shown:
            wanted = width if is_wide else min(width, NARROW)
            if slider.minimumWidth() != wanted:
                _set_width(slider, wanted)


def _set_width(slider: QLabeledSlider, width: int) -> None:
    slider.setFixedWidth(width)
    modes = QLabeledSlider.EdgeLabelMode
    slider.setEdgeLabelMode(modes.NoLabel if width < NUMBERED else modes.LabelIsValue)


def with_header(header: Header, canvas: QWidget) -> QWidget:
    """Header and canvas, one above the other."""
    panel = QWidget()
    layout = QVBoxLayout(panel)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addWidget(header)
    layout.addWidget(canvas, 1)
    return panel
