"""The dark and the light look: qdarkstyle in neutral greys, so that the window does not tint the photographs."""

from dataclasses import dataclass
from functools import lru_cache

import qdarkstyle
from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication
from qdarkstyle.dark.palette import DarkPalette
from qdarkstyle.light.palette import LightPalette

from app import settings
from app.resources import ICONS


@dataclass(frozen=True)
class Colors:
    """The colours that widgets of our own paint with."""

    dark: bool
    window: str
    panel: str
    raised: str
    border: str
    text: str
    muted: str
    disabled: str
    accent: str
    selection: str
    canvas: str


DARK = Colors(
    True, "#1f2125", "#26292e", "#33373e", "#3d424a", "#e4e6ea", "#a2a9b4", "#636a76", "#8a7dff", "#433d7a", "#17181b"
)
LIGHT = Colors(
    False, "#f6f6f8", "#ececf0", "#ffffff", "#d0d2d9", "#22252b", "#656c79", "#a5abb5", "#5f50e6", "#dcd8ff", "#d9dbe0"
)

_DARK_SWAPS = {
    "#19232D": DARK.window,
    "#293544": "#2c2f35",
    "#37414F": DARK.raised,
    "#455364": DARK.border,
    "#54687A": "#555b66",
    "#60798B": "#656c79",
    "#788D9C": DARK.disabled,
    "#9DA9B5": DARK.muted,
    "#ACB1B6": "#b4bac4",
    "#C0C4C8": "#cdd1d8",
    "#DFE1E2": DARK.text,
    "#26486B": "#37335f",
    "#346792": DARK.selection,
    "#1A72BB": "#5f54c9",
    "#259AE9": DARK.accent,
    "#37AEFE": "#a096ff",
}
_LIGHT_SWAPS = {
    "#FAFAFA": LIGHT.window,
    "#DFE1E2": "#e9e9ee",
    "#D2D5D8": "#dfe0e6",
    "#C0C4C8": LIGHT.border,
    "#B4B8BC": "#bcc0c9",
    "#ACB1B6": "#adb2bc",
    "#9DA9B5": LIGHT.disabled,
    "#788D9C": "#8a919d",
    "#54687A": LIGHT.muted,
    "#293544": "#33373e",
    "#19232D": LIGHT.text,
    "#DAEDFF": "#eeecff",
    "#9FCBFF": LIGHT.selection,
    "#73C7FF": "#a79eff",
    "#37AEFE": "#7e70f5",
    "#259AE9": LIGHT.accent,
}

_OWN_RULES = """
QMainWindow::separator {{ background: {window}; width: 5px; height: 5px; }}
QMainWindow::separator:hover {{ background: {accent}; }}
QMenuBar {{ background: {window}; border: none; padding: 1px 4px; }}
QMenuBar::item {{ padding: 5px 9px; border-radius: 4px; border: none; }}
QMenu {{ background: {raised}; border: 1px solid {border}; border-radius: 6px; padding: 4px; }}
QMenu::item {{ padding: 5px 22px 5px 26px; border-radius: 4px; }}
QMenu::icon {{ padding: 2px; margin-left: 4px; }}
QMenu::icon:checked {{ background: {selection}; border: 1px solid {accent}; border-radius: 5px; }}
QStatusBar {{ background: {window}; border: none; color: {muted}; }}
QStatusBar QComboBox {{ background: transparent; color: {text}; border: 1px solid {border}; border-radius: 5px;
    padding: 1px 4px 1px 8px; min-height: 16px; }}
QStatusBar::item {{ border: none; }}
QStatusBar QLabel {{ color: {muted}; padding: 0 8px; background: transparent; }}
QToolBar {{ background: {window}; border: none; padding: 4px; spacing: 3px; }}
QToolBar QToolButton {{ padding: 6px; border-radius: 7px; border: 1px solid transparent; background: transparent; }}
QToolBar QToolButton:hover {{ background: {raised}; }}
QToolBar QToolButton:checked {{ background: {selection}; border: 1px solid {accent}; }}
QToolBar::separator:horizontal {{ width: 1px; margin: 6px 5px; background: {border}; }}
QToolBar::separator:vertical {{ height: 1px; margin: 5px 6px; background: {border}; }}
QDockWidget {{ font-weight: 600; border: none; }}
QDockWidget::title {{ background: {window}; border: none; padding: 7px 10px; text-align: left; }}
QDockWidget > QWidget {{ border: none; }}
QMainWindow > QTabBar {{ background: {window}; border: none; qproperty-drawBase: 0; }}
QMainWindow > QTabBar::tab:top {{ background: transparent; border: none; border-bottom: 2px solid transparent;
    padding: 7px 10px 5px 10px; margin: 0 2px; font-weight: 600; color: {muted}; }}
QMainWindow > QTabBar::tab:top:!selected:hover {{ background: {window}; border: none; color: {text}; }}
QMainWindow > QTabBar::tab:top:selected {{ background: {window}; color: {text}; border-bottom: 2px solid {accent}; }}
#sectionTitle {{ background: transparent; border: none; font-weight: 600; padding: 5px 4px; text-align: left; }}
#sectionTitle:checked, #sectionTitle:pressed {{ background: transparent; }}
#sectionTitle:hover, #sectionTitle:focus {{ color: {accent}; }}
#flat {{ background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 4px 5px; }}
#flat:hover, #flat:focus {{ background: {raised}; }}
#flat:checked {{ background: {selection}; border: 1px solid {accent}; }}
#flat:disabled {{ background: transparent; border: 1px solid transparent; }}
#wide {{ border-radius: 7px; padding: 5px 10px; }}
#section QLabel {{ background: transparent; }}
#panel {{ background: {panel}; border: none; border-radius: 8px; }}
#panel QLabel {{ background: transparent; }}
#header {{ background: {window}; border: none; }}
#header QLabel {{ background: transparent; color: {muted}; }}
#header QLabel#title {{ color: {text}; font-weight: 600; }}
#header QToolButton, #panel QToolButton {{ padding: 4px 5px; border-radius: 6px; border: 1px solid transparent;
    background: transparent; }}
#header QToolButton:hover, #panel QToolButton:hover {{ background: {raised}; }}
#header QToolButton:checked {{ background: {selection}; border: 1px solid {accent}; }}
#sectionName {{ font-weight: 600; background: transparent; }}
#hint {{ color: {muted}; background: transparent; }}
#heading {{ font-size: 17pt; font-weight: 600; background: transparent; }}
#firstSteps {{ background: {canvas}; }}
#firstSteps QLabel {{ background: transparent; }}
#primary {{ background: {accent}; color: {on_accent}; font-weight: 600; border: none; border-radius: 7px;
    padding: 8px 16px; }}
#primary:hover {{ background: {hover}; }}
#primary:focus {{ background: {hover}; }}
#primary:disabled {{ background: {panel}; color: {disabled}; }}
#secondary {{ border-radius: 7px; padding: 7px 14px; }}
#notice {{ background: {raised}; border: 1px solid {border}; border-radius: 8px; }}
#notice QLabel {{ background: transparent; }}
#cards, #cards > QWidget > QWidget#cardList {{ background: transparent; border: none; }}
QListView#palette, QListView#history, QListView#persons {{ background: {panel}; border: none; border-radius: 8px;
    padding: 4px; }}
QListView#history::item, QListView#persons::item {{ padding: 5px 8px; border-radius: 5px; }}
QListView#persons::item:selected {{ background: {selection}; color: {text}; }}
QPushButton {{ padding: 6px 14px; border-radius: 6px; }}
QCheckBox {{ spacing: 8px; }}
QCheckBox::indicator {{ width: 15px; height: 15px; border-radius: 4px; }}
QCheckBox::indicator:unchecked, QCheckBox::indicator:unchecked:hover, QCheckBox::indicator:unchecked:focus,
QCheckBox::indicator:unchecked:pressed {{ border: 1px solid {muted}; image: none; background: {panel}; }}
QCheckBox::indicator:unchecked:focus, QCheckBox::indicator:unchecked:hover {{ border: 1px solid {accent}; }}
QCheckBox::indicator:unchecked:disabled {{ border: 1px solid {border}; image: none; background: transparent; }}
QCheckBox::indicator:checked, QCheckBox::indicator:checked:hover, QCheckBox::indicator:checked:focus,
QCheckBox::indicator:checked:pressed {{ border: 1px solid {accent}; background: {accent}; image: url("{check}"); }}
QTreeView#commands {{ background: {panel}; border: none; border-radius: 8px; padding: 4px; }}
QTreeView#commands::item {{ padding: 5px 4px; }}
QLineEdit {{ border-radius: 6px; padding: 4px 8px; }}
QToolTip {{ background: {raised}; color: {text}; border: 1px solid {border}; padding: 4px 6px; }}
SliderLabel, QLabeledSlider SliderLabel {{ background: transparent; border: none; }}
QToolBar QToolButton:disabled {{ background: transparent; border: 1px solid transparent; }}
QSplitter::handle {{ background: {window}; border: none; image: none; }}
QSplitter::handle:hover {{ background: {accent}; }}
QMainWindow::separator {{ image: none; border: none; }}
#card QLabel, #card QToolButton {{ background: transparent; border: none; padding: 0; }}
#card QToolButton:hover {{ background: {border}; border-radius: 5px; }}
QScrollBar:vertical {{ width: 9px; margin: 0; border: none; background: transparent; }}
QScrollBar:horizontal {{ height: 9px; margin: 0; border: none; background: transparent; }}
QScrollBar::handle {{ background: {border}; border: none; border-radius: 4px; min-height: 24px; min-width: 24px; }}
QScrollBar::handle:hover {{ background: {muted}; border: none; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; border: none; background: none; }}
QScrollBar::sub-line:vertical, QScrollBar::add-line:vertical, QScrollBar::sub-line:vertical:hover,
QScrollBar::add-line:vertical:hover, QScrollBar::sub-line:horizontal, QScrollBar::add-line:horizontal {{
    border-image: none; image: none; width: 0; height: 0; margin: 0; }}
QScrollBar::up-arrow:vertical, QScrollBar::down-arrow:vertical, QScrollBar::left-arrow:horizontal,
QScrollBar::right-arrow:horizontal {{ image: none; background: none; width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: none; }}
QSlider {{ background: transparent; }}
QSlider::groove:horizontal {{ height: 4px; border: none; border-radius: 2px; background: {border}; margin: 0; }}
QSlider::sub-page:horizontal {{ height: 4px; border: none; border-radius: 2px; background: {accent}; margin: 0; }}
#number, #number QLineEdit {{ background: transparent; border: 1px solid transparent; padding: 0; }}
#number {{ max-width: 38px; min-width: 38px; }}
#number::up-button, #number::down-button {{ width: 1px; border: none; margin: 0; }}
#number::up-arrow, #number::down-arrow {{ image: none; width: 0; height: 0; }}
#number:focus {{ background: {raised}; border-radius: 4px; }}
#section QComboBox {{ padding: 2px 2px 2px 6px; min-width: 0; }}
#small {{ background: transparent; border: none; border-radius: 5px; padding: 2px; }}
#small:hover, #small:focus {{ background: {raised}; }}
#bipolar::sub-page:horizontal {{ background: {border}; }}
QSlider::handle:horizontal {{ width: 13px; height: 13px; margin: -5px 0; border: none; border-radius: 6px;
    background: {text}; }}
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus {{ background: {accent}; border: none; }}
QSlider::handle:horizontal:disabled, QSlider::sub-page:horizontal:disabled {{ background: {disabled}; }}
"""


def wanted_colors() -> Colors:
    """The colours of the chosen theme; "system" asks the desktop, and a desktop without an answer gets the dark."""
    name = settings.theme()
    if name == "system":
        return LIGHT if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Light else DARK
    return LIGHT if name == "light" else DARK


def _style_sheet(colors: Colors) -> str:
    base = DarkPalette if colors.dark else LightPalette
    sheet = qdarkstyle.load_stylesheet(qt_api="pyside6", palette=base)
    for old, new in (_DARK_SWAPS if colors.dark else _LIGHT_SWAPS).items():
        # A marker keeps an already swapped colour from being swapped again.
        sheet = sheet.replace(old, f"@{new[1:]}").replace(old.lower(), f"@{new[1:]}")
    check = (ICONS / "check.svg").as_posix()
    own = _OWN_RULES.format(
        **vars(colors),
        check=check,
        on_accent="#ffffff" if not colors.dark else "#15131f",
        hover="#a096ff" if colors.dark else "#7164ef",
    )
    return sheet.replace("@", "#") + own


class Theme(QObject):
    """The look in force; `changed` asks everybody to fetch icons and colours anew."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.colors = DARK

    def install(self) -> None:
        """Put the chosen look on the application, and follow the desktop when it changes."""
        QGuiApplication.styleHints().colorSchemeChanged.connect(self.apply)
        self.apply()

    def apply(self) -> None:
        self.colors = wanted_colors()
        icon.cache_clear()
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.setStyleSheet(_style_sheet(self.colors))
        application.setPalette(_palette(self.colors))
        application.setWindowIcon(QIcon(str(ICONS / "warpaint.svg")))
        self.changed.emit()

    def choose(self, name: str) -> None:
        """Use "system", "dark" or "light" from now on."""
        settings.set_theme(name)
        self.apply()


def _palette(colors: Colors) -> QPalette:
    palette = QPalette()
    for role, name in (
        (QPalette.ColorRole.Window, colors.window),
        (QPalette.ColorRole.Base, colors.panel),
        (QPalette.ColorRole.Text, colors.text),
        (QPalette.ColorRole.WindowText, colors.text),
        (QPalette.ColorRole.PlaceholderText, colors.muted),
        (QPalette.ColorRole.Link, colors.accent),
        (QPalette.ColorRole.Highlight, colors.selection),
        (QPalette.ColorRole.Button, colors.raised),
        (QPalette.ColorRole.HighlightedText, colors.text),
        (QPalette.ColorRole.ButtonText, colors.text),
    ):
        palette.setColor(role, QColor(name))
    return palette


THEME = Theme()


def _tinted(svg: bytes, color: str, side: int) -> QPixmap:
    pixmap = QPixmap(QSize(side, side))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(svg.replace(b"currentColor", color.encode()))).render(painter, QRectF(0, 0, side, side))
    painter.end()
    return pixmap


@lru_cache(maxsize=128)
def icon(name: str) -> QIcon:
    """The icon `resources/icons/<name>.svg` in the colours of the theme, crisp from 16 to 96 pixels."""
    svg = (ICONS / f"{name}.svg").read_bytes()
    colors = THEME.colors
    result = QIcon()
    for side in (16, 20, 24, 32, 40, 48, 64, 96):
        result.addPixmap(_tinted(svg, colors.text, side), QIcon.Mode.Normal)
        result.addPixmap(_tinted(svg, colors.disabled, side), QIcon.Mode.Disabled)
    return result
