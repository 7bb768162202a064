"""The small screen of the film dock: picture, play button and scrubber."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSlider, QToolButton, QVBoxLayout, QWidget

from app.docks.thumbnail import Thumbnail
from app.film_player import FilmPlayer
from app.naming import named, spoken
from app.theme import THEME, icon

LEAST = QSize(140, 90)


class Screen(QWidget):
    """Shows what the player shows, and lets it be played and scrubbed."""

    def __init__(self, player: FilmPlayer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._player = player
        self._seconds = 0.0
        self.picture = spoken(Thumbnail(LEAST), self.tr("Film preview"))
        self.picture.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.picture.setMinimumSize(LEAST)
        self.play = QToolButton(autoRaise=True)
        self.play.setIconSize(QSize(20, 20))
        self.play.clicked.connect(lambda: player.pause() if player.is_playing else player.play())
        self.scrubber = spoken(QSlider(Qt.Orientation.Horizontal), self.tr("Place in the film"))
        self.scrubber.valueChanged.connect(self._scrub)
        self.time = named(QLabel(alignment=Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), "hint")
        self._lay_out()
        player.moved.connect(self.refresh)
        player.playing_changed.connect(self._show_button)
        THEME.changed.connect(self._show_button)
        self._show_button()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.play)
        row.addWidget(self.scrubber, 1)
        row.addWidget(self.time)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.picture, 1)
        layout.addLayout(row)

    def set_seconds(self, seconds: float) -> None:
        """How long the film is."""
        self._seconds = seconds

    def refresh(self) -> None:
        """Show the player's picture and place; a picture that is still to come leaves the one before."""
        player = self._player
        if player.count == 0:
            self.picture.set_image(QImage())
        elif (image := player.image) is not None:
            self.picture.set_image(image)
        last = max(0, player.count - 1)
        self.scrubber.blockSignals(True)
        self.scrubber.setRange(0, last)
        self.scrubber.setValue(player.position)
        self.scrubber.blockSignals(False)
        for widget in (self.play, self.scrubber):
            widget.setEnabled(last > 0)
        self.time.setText(f"{self._seconds * player.position / max(1, last):.1f} / {self._seconds:.1f} s")

    def _scrub(self, position: int) -> None:
        self._player.pause()
        self._player.seek(position)

    def _show_button(self) -> None:
        playing = self._player.is_playing
        self.play.setIcon(icon("pause" if playing else "run"))
        self.play.setToolTip(self.tr("Pause the film") if playing else self.tr("Play the film"))
        self.play.setAccessibleName(self.play.toolTip())
