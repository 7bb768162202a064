"""Skeletons over the canvas, in the colours that OpenPose gave them; sizes are those of the screen, not the zoom's."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPolygonF, QTransform

from app.posing import Posing
from app.theme import THEME
from app.tools.pose import PoseTool
from app.tools.pose_frame import Frame
from brushes.pose.skeleton import BONES, HEAD, LEFT_HIP, NECK, RIGHT_HIP, placed_joints

COLORS = (
    (255, 0, 0), (255, 85, 0), (255, 170, 0), (255, 255, 0), (170, 255, 0), (85, 255, 0), (0, 255, 0), (0, 255, 85),
    (0, 255, 170), (0, 255, 255), (0, 170, 255), (0, 85, 255), (0, 0, 255), (85, 0, 255), (170, 0, 255),
    (255, 0, 255), (255, 0, 170), (255, 0, 85),
)  # fmt: skip
"""RGB by joint, and by the place of a bone in BONES."""

JOINT_RADIUS, FACE_RADIUS = 5.5, 3.8
BONE_WIDTH = 4.5
CASING = 2.4
"""Dark pixels around what is coloured, all sides together."""

USUAL_TORSO = 80.0
"""Screen pixels; shorter ones are drawn finer."""

DARK = QColor(10, 12, 18, 190)
MANY = 8
"""So many selected joints have a finer ring each: the frame says most of it."""

UNDER_BRUSHES = 0.5
"""Opacity while another tool is at work."""


class PoseLayer:
    """Paints the poses of `tool`, and while it `is_active` its selection, frame and rubber band."""

    def __init__(self, tool: PoseTool) -> None:
        self.tool = tool

    def paint(self, painter: QPainter, transform: QTransform, *, is_active: bool) -> None:
        """Paint with widget coordinates; `transform` leads there from the picture."""
        posing = self.tool.posing
        if not posing.options.is_shown:
            return
        painter.save()
        order = sorted(range(len(posing.pose)), key=lambda person: person == posing.person)
        for person in order:
            in_hand = person == posing.person or len(order) == 1
            painter.setOpacity((1.0 if in_hand else 0.7) * (1.0 if is_active else UNDER_BRUSHES))
            paint_person(painter, posing.pose[person], transform, 1.0 if in_hand else 0.75)
        painter.setOpacity(1.0)
        if is_active:
            self._paint_marks(painter, transform, posing)
        painter.restore()

    def _paint_marks(self, painter: QPainter, transform: QTransform, posing: Posing) -> None:
        if (frame := self.tool.frame) is not None:
            _paint_frame(painter, transform, frame)
        for joint in posing.selection:
            width = 2.0 if len(posing.selection) < MANY else 1.2
            _paint_ring(painter, _place(transform, posing.pose[joint]), joint[1], QColor(255, 255, 255), width)
        if posing.hovered is not None and placed_joints(posing.pose)[posing.hovered]:
            place = _place(transform, posing.pose[posing.hovered])
            _paint_ring(painter, place, posing.hovered[1], QColor(THEME.colors.accent), 3.0)
        if self.tool.band is not None:
            (x0, y0), (x1, y1) = self.tool.band
            accent = QColor(THEME.colors.accent)
            painter.setPen(QPen(accent, 1.2, Qt.PenStyle.DashLine))
            painter.setBrush(QColor(accent.red(), accent.green(), accent.blue(), 40))
            painter.drawRect(QRectF(transform.map(QPointF(x0, y0)), transform.map(QPointF(x1, y1))).normalized())


def paint_person(painter: QPainter, person: np.ndarray, transform: QTransform, strength: float = 1.0) -> None:
    """Paint one person (18, 3): visible joints full, hidden ones hollow, missing ones not at all."""
    there, seen = placed_joints(person), person[:, 2] > 0
    places = [_place(transform, joint) for joint in person]
    fine = strength * _fineness(person, transform)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    shown = [(bone, number) for number, bone in enumerate(BONES) if there[list(bone)].all()]
    for casing in (True, False):
        for (first, second), number in shown:
            width = BONE_WIDTH * fine + (CASING if casing else 0)
            color = DARK if casing else QColor(*COLORS[number])
            if not seen[first] or not seen[second]:
                color = QColor(color.red(), color.green(), color.blue(), 70 if casing else 110)
            painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(places[first], places[second])
    for joint in np.flatnonzero(there).tolist():
        _paint_joint(painter, places[joint], QColor(*COLORS[joint]), _radius(joint) * max(fine, 0.6), bool(seen[joint]))


def paint_small(painter: QPainter, person: np.ndarray, transform: QTransform) -> None:
    """Paint one person (18, 3) for a thumbnail: thin bones without joints, and a ring for the head."""
    places = [_place(transform, joint) for joint in person]
    for number, (first, second) in enumerate(BONES):
        if second not in HEAD[1:]:
            painter.setPen(QPen(QColor(*COLORS[number]), 2.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(places[first], places[second])
    painter.setPen(QPen(QColor(*COLORS[0]), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    eyes = (places[HEAD[1]] + places[HEAD[2]]) / 2
    painter.drawEllipse(eyes, 3.4, 4.2)


def _paint_joint(painter: QPainter, place: QPointF, color: QColor, radius: float, is_seen: bool) -> None:
    if is_seen:
        painter.setPen(QPen(DARK, CASING / 2 + 0.4))
        painter.setBrush(QBrush(color))
        painter.drawEllipse(place, radius, radius)
        return
    painter.setBrush(QColor(10, 12, 18, 90))
    for pen in (QPen(DARK, 2.0 + CASING), QPen(color, 2.0)):
        painter.setPen(pen)
        painter.drawEllipse(place, radius, radius)
        painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_ring(painter: QPainter, place: QPointF, joint: int, color: QColor, width: float) -> None:
    radius = _radius(joint) + (2.5 if joint in HEAD[1:] else 3.5)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(DARK, width + 2), QPen(color, width)):
        painter.setPen(pen)
        painter.drawEllipse(place, radius, radius)


def _paint_frame(painter: QPainter, transform: QTransform, frame: Frame) -> None:
    corners = [transform.map(QPointF(x, y)) for x, y in frame.corners]
    knob, pivot = transform.map(QPointF(*frame.knob)), transform.map(QPointF(*frame.pivot))
    top = QPointF(knob.x(), corners[0].y())
    accent = QColor(THEME.colors.accent)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(DARK, 2.6), QPen(QColor(255, 255, 255), 1.2, Qt.PenStyle.DashLine)):
        painter.setPen(pen)
        painter.drawPolygon(QPolygonF(corners))
        painter.drawLine(top, knob)
    painter.setPen(QPen(accent, 2))
    painter.setBrush(QColor(255, 255, 255))
    for corner in corners:
        painter.drawRect(QRectF(corner.x() - 4, corner.y() - 4, 8, 8))
    painter.drawEllipse(knob, 6, 6)
    for color, width in ((DARK, 3.5), (QColor(255, 255, 255), 1.5)):
        painter.setPen(QPen(color, width))
        painter.drawLine(pivot - QPointF(6, 0), pivot + QPointF(6, 0))
        painter.drawLine(pivot - QPointF(0, 6), pivot + QPointF(0, 6))


def _place(transform: QTransform, joint: np.ndarray) -> QPointF:
    return transform.map(QPointF(float(joint[0]), float(joint[1])))


def _radius(joint: int) -> float:
    return FACE_RADIUS if joint in HEAD[1:] else JOINT_RADIUS


def _fineness(person: np.ndarray, transform: QTransform) -> float:
    """1 for a person of usual size on the screen, less for smaller ones."""
    there = placed_joints(person)
    if not there[[NECK, RIGHT_HIP, LEFT_HIP]].all():
        return 1.0
    torso = np.hypot(*(person[[RIGHT_HIP, LEFT_HIP], :2].mean(0) - person[NECK, :2])) * transform.m11()
    return float(np.clip(torso / USUAL_TORSO, 0.45, 1.0))
