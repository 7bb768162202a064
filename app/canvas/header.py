"""The strip above a canvas."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget
from superqt import QLabeledSlider

from app.sliders import numbered_slider
from app.theme import THEME, icon

HEIGHT = 40
NUMBERED = 80


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
    """A title at the left, controls at the right."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("header")
        self.setFixedHeight(HEIGHT)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(10, 2, 8, 2)
        self.row.setSpacing(3)
        self.title = Title(title)
        self.title.setHidden(not title)
        self.row.addWidget(self.title, 1)

    def add_slider(self, icon_name: str, label: str, range_: tuple[int, int], width: int) -> QLabeledSlider:
        """A slider with its icon and a number that can be typed; narrow ones go without the number."""
        slider = numbered_slider(label, label, range_)
        slider.setFixedWidth(width)
        if width < NUMBERED:
            slider.setEdgeLabelMode(QLabeledSlider.EdgeLabelMode.NoLabel)
        slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.row.addWidget(IconLabel(icon_name, label))
        self.row.addWidget(slider)
        return slider

    def add_button(self, action: QAction) -> QToolButton:
        """A button for an action, by its icon."""
        button = QToolButton()
        button.setIconSize(QSize(18, 18))
        button.setDefaultAction(action)
        button.setAccessibleName(action.text().replace("&", ""))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.row.addWidget(button)
        return button


def with_header(header: Header, canvas: QWidget) -> QWidget:
    """Header and canvas, one above the other."""
    panel = QWidget()
    layout = QVBoxLayout(panel)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addWidget(header)
    layout.addWidget(canvas, 1)
    return panel
