"""The film dock."""

from app.docks.film.dock import FilmDock

__all__ = ["FilmDock"]
