"""The tools of the condition canvas; all work without a window."""

from app.tools.base import Tool
from app.tools.clicks import FillTool, PickerTool
from app.tools.painting import BrushTool, EraserTool
from app.tools.pose import PoseTool
from app.tools.settings import LARGEST_BRUSH, SMALLEST_BRUSH, ToolSettings
from app.tools.shapes import LassoTool, LineTool, PolygonTool
from app.tools.smart import SmartEdgeTool

TOOLS: tuple[type[Tool], ...] = (
    BrushTool,
    SmartEdgeTool,
    EraserTool,
    FillTool,
    PolygonTool,
    LassoTool,
    LineTool,
    PickerTool,
    PoseTool,
)

__all__ = [
    "LARGEST_BRUSH",
    "SMALLEST_BRUSH",
    "TOOLS",
    "BrushTool",
    "EraserTool",
    "FillTool",
    "LassoTool",
    "LineTool",
    "PickerTool",
    "PolygonTool",
    "PoseTool",
    "SmartEdgeTool",
    "Tool",
    "ToolSettings",
]
