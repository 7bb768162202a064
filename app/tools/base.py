"""What every tool can be told."""

from PySide6.QtCore import Qt

from app.document import Document
from app.tools.settings import ToolSettings
from brushes.stroke import Point


class Tool:
    """Pointer events in, commands on the document out. Coordinates are float label pixels.

    `outline` is what the view draws over the canvas while the tool is unfinished, `closes` says whether
    its last point is joined to its first one. A tool that `has_handles` shows what can be
    taken hold of: Alt, Ctrl, right button, double click and arrow keys are its own, and so is the cursor.
    """

    name: str
    closes = False
    has_handles = False
    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, document: Document, settings: ToolSettings) -> None:
        self.document = document
        self.settings = settings
        self.outline: list[Point] = []

    @classmethod
    def key(cls) -> str:
        """The name as actions and icons have it: small letters, hyphens for spaces."""
        return cls.name.lower().replace(" ", "-")

    @property
    def is_busy(self) -> bool:
        """Whether there is something that `abort` would drop."""
        return bool(self.outline)

    def look(self, zoom: float, keys: Qt.KeyboardModifier, pressure: float = 1.0) -> None:
        """Told before every event: screen pixels a label pixel, the keys that are held, a pen's pressure (0 to 1)."""

    def press_right(self, x: float, y: float) -> bool:
        """The right button goes down; whether that meant something here."""
        return False

    def nudge(self, dx: float, dy: float) -> bool:
        """Arrow keys, in label pixels; whether that meant something."""
        return False

    def press(self, x: float, y: float) -> None:
        """The main button goes down."""

    def move(self, x: float, y: float) -> None:
        """The pointer moves, button down or not."""

    def release(self, x: float, y: float) -> None:
        """The main button goes up."""

    def finish(self) -> None:
        """Double click or Enter."""

    def abort(self) -> None:
        """Esc, or another tool was chosen: leave no trace."""
        self.outline = []
