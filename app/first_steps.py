"""What an empty document shows: three ways to begin."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.actions import Actions
from app.drops import DropTarget
from app.naming import named
from app.resources import ICONS

STEPS = ("open-photo", "open", "tour")


class FirstSteps(DropTarget):
    """A friendly page with buttons for the actions in `STEPS`; files may be dropped on it."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("firstSteps")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        logo = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        logo.setPixmap(QIcon(str(ICONS / "warpaint.svg")).pixmap(76, 76))
        heading = named(QLabel(self.tr("Repaint a photograph")), "heading")
        heading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        text = QLabel(
            self.tr(
                "Drop a photo or a label map here, paint what should be where,\n"
                "and pick an exemplar whose look the picture takes on."
            ),
            alignment=Qt.AlignmentFlag.AlignCenter,
        )
        named(text, "hint")
        self.begin = named(QPushButton(self.tr("Start with an empty canvas")), "secondary")
        layout = QVBoxLayout(self)
        layout.setSpacing(14)
        layout.addStretch(2)
        for widget in (logo, heading, text):
            layout.addWidget(widget)
        layout.addSpacing(8)
        layout.addLayout(self._buttons(actions))
        layout.addStretch(3)

    def _buttons(self, actions: Actions) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addStretch(1)
        for name in STEPS:
            action = actions[name]
            button = QPushButton(action.text().replace("&", ""))
            button.setObjectName("primary" if name == STEPS[0] else "secondary")
            button.setToolTip(action.toolTip())
            button.clicked.connect(action.trigger)
            row.addWidget(button)
        row.addWidget(self.begin)
        row.addStretch(1)
        return row
