"""What every tool can be told."""

from app.document import Document
from app.tools.settings import ToolSettings
from brushes.stroke import Point


class Tool:
    """Pointer events in, commands on the document out. Coordinates are float label pixels.

    `outline` is what the view draws over the canvas while the tool is unfinished, `closes` says whether
    its last point is joined to its first one.
    """

    name: str
    closes = False

    def __init__(self, document: Document, settings: ToolSettings) -> None:
        self.document = document
        self.settings = settings
        self.outline: list[Point] = []

    @property
    def is_busy(self) -> bool:
        """Whether there is something that `abort` would drop."""
        return bool(self.outline)

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
