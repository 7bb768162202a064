"""The background of a card."""

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.theme import THEME


def paint_card(painter: QPainter, rect: QRect, chosen: bool, pointed: bool) -> None:
    """A rounded panel, lighter under the pointer, framed when chosen."""
    colors = THEME.colors
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colors.accent), 1) if chosen else Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colors.raised if chosen or pointed else colors.panel))
    painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
