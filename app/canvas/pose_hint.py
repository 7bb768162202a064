"""What the pose tool can do where the pointer is, in a line for the status bar."""

from collections.abc import Callable

from PySide6.QtCore import QPointF

from app.tools.pose import PoseTool
from app.tools.pose_frame import Handle
from brushes.pose.skeleton import JOINT_NAMES, Visibility, visibility


def pose_hint(tool: PoseTool, point: QPointF, tr: Callable[[str], str]) -> str:
    """The line for a point of the picture."""
    x, y = point.x(), point.y()
    handle = tool.handle_at(x, y)
    if handle is Handle.TURN:
        return tr("Drag to turn the selection, Shift turns in steps of 15°")
    if handle is Handle.SCALE:
        return tr("Drag to scale the selection")
    if (joint := tool.joint_at(x, y)) is not None:
        person, number = joint
        name = tr(JOINT_NAMES[number]).capitalize()
        if visibility(tool.posing.pose[person], number) is Visibility.HIDDEN:
            name = tr("{} (hidden)").format(name)
        if tool.posing.options.keeps_lengths:
            return tr("{}: drag to move, Ctrl lets bones stretch, right click hides, Shift selects more").format(name)
        return tr("{}: drag to move, Ctrl keeps bone lengths, right click hides, Shift selects more").format(name)
    if tool.bone_at(x, y) is not None:
        return tr("Drag to swing the limb or move the body, click to select it, double click selects the person")
    if not len(tool.posing.pose):
        return tr("Double click to put a person here, or open a pose file")
    return tr("Drag to select joints, right click for more, double click adds a person")
