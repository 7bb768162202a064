"""Whether there is a display: Qt aborts the process without a word to the user, so it is asked before."""

import ctypes
import os
import socket
import sys
from pathlib import Path

from PySide6.QtCore import QLibraryInfo

REMEDY = "or use `python main.py render`, or set QT_QPA_PLATFORM=offscreen."


def problem_with_display() -> str:
    """One sentence about why no window can be opened, or nothing."""
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM", "xcb").split(":")[0] != "xcb":
        return ""
    if os.environ.get("WAYLAND_DISPLAY"):
        return ""
    if not _x_server_answers(os.environ.get("DISPLAY", "")):
        return f"Warpaint finds no display to open its window on; start one, {REMEDY}"
    if library := _missing_library():
        return f"Qt needs the system library {library} to open a window; install it, {REMEDY}"
    return ""


def _x_server_answers(display: str) -> bool:
    host, _, rest = display.rpartition(":")
    number = rest.split(".")[0]
    if not number.isdigit():
        return False
    if host and host != "unix":
        return _connects(socket.AF_INET, (host, 6000 + int(number)))
    name = f"/tmp/.X11-unix/X{number}"
    return _connects(socket.AF_UNIX, f"\0{name}") or (Path(name).exists() and _connects(socket.AF_UNIX, name))


def _connects(family: int, address: str | tuple[str, int]) -> bool:
    with socket.socket(family) as probe:
        probe.settimeout(2)
        try:
            probe.connect(address)
        except OSError:
            return False
    return True


def _missing_library() -> str:
    """The first library that Qt's window plugin lacks on this system; nothing when it loads."""
    plugin = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath)) / "platforms" / "libqxcb.so"
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        return str(error).split(":")[0]
    return ""
