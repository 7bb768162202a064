"""The frame of a dock: its title stands above it, or on its tab where it shares its place."""

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget
from shiboken6 import isValid

from app.naming import named


class DockFrame(QDockWidget):
    """A dock that can be moved and closed; among tabs, the tab says its title and nothing says it twice."""

    def __init__(self, title: str, name: str, content: QWidget, window: QMainWindow) -> None:
        super().__init__(title, window)
        named(self, name)
        self._window = window
        self.setWidget(content)
        feature = QDockWidget.DockWidgetFeature
        self.setFeatures(feature.DockWidgetMovable | feature.DockWidgetClosable)
        self.visibilityChanged.connect(self._show_titles)
        self.dockLocationChanged.connect(self._show_titles)
        self.toggleViewAction().toggled.connect(self._show_titles)

    def toggle(self) -> None:
        """Show it, bring it before those whose place it shares, or close it: whatever is to be seen of it."""
        is_behind = self.isVisible() and self.visibleRegion().isEmpty()
        if self.isHidden() or is_behind:
            self.show()
            self.raise_()
        else:
            self.close()

    def reflect_in(self, action: QAction) -> None:
        """Have a checkable action that toggles it checked while it is open."""
        view = self.toggleViewAction()
        view.toggled.connect(action.setChecked)
        action.triggered.connect(lambda: action.setChecked(view.isChecked()))
        action.setChecked(view.isChecked())

    def _show_titles(self) -> None:
        """One that comes or goes decides whether others are among tabs."""
        if isValid(self._window):  # docks are hidden once more while their window is destroyed
            for dock in self._window.findChildren(DockFrame):
                dock.show_title()

    def show_title(self) -> None:
        """Have a title above, unless a tab says it."""
        is_tab = any(other.toggleViewAction().isChecked() for other in self._window.tabifiedDockWidgets(self))
        bar = self.titleBarWidget()
        if is_tab and bar is None:
            self.setTitleBarWidget(QWidget())
        elif not is_tab and bar is not None:
            self.setTitleBarWidget(None)  # type: ignore[arg-type]  # Qt brings its own title back
            bar.deleteLater()
