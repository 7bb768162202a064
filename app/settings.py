"""What the editor remembers between two starts."""

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

RECENT_FILES = 10


def store() -> QSettings:
    """The settings file of this user."""
    return QSettings("Warpaint", "Warpaint")


def theme() -> str:
    """Which look was chosen: "system", "dark" or "light"."""
    return str(store().value("theme", "system"))


def set_theme(name: str) -> None:
    store().setValue("theme", name)


def number(name: str, default: float) -> float:
    """A remembered number, or `default` where there is none or it is damaged."""
    try:
        return float(str(store().value(name, default)))
    except (TypeError, ValueError):
        return default


def set_number(name: str, value: float) -> None:
    store().setValue(name, value)


def threads() -> int | None:
    """How many threads the engine computes with; None for as many as it finds good."""
    return max(0, int(number("threads", 0))) or None


def set_threads(count: int) -> None:
    """Let the engine compute with `count` threads from the next start on; 0 for as many as it finds good."""
    set_number("threads", count)


def compared_model() -> str:
    """The name of the model that was last shown beside the document's; empty where none was."""
    return str(store().value("compared_model", ""))


def set_compared_model(name: str) -> None:
    store().setValue("compared_model", name)


def layout(name: str) -> QByteArray:
    """A remembered window geometry or state; empty where there is none."""
    value = store().value(name)
    return value if isinstance(value, QByteArray) else QByteArray()


def set_layout(name: str, value: QByteArray) -> None:
    store().setValue(name, value)


def recent_files() -> list[Path]:
    """Projects opened or saved lately, newest first, as far as they still exist."""
    value = store().value("recent") or []
    names = [value] if isinstance(value, str) else value
    return [Path(name) for name in names if Path(name).is_file()]


def add_recent_file(path: Path) -> None:
    path = path.resolve()
    names = [str(path), *(str(other) for other in recent_files() if other != path)]
    store().setValue("recent", names[:RECENT_FILES])


def tour_seen() -> bool:
    return store().value("tour_seen", "no") == "yes"


def set_tour_seen() -> None:
    store().setValue("tour_seen", "yes")
