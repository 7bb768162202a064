"""Starts the editor."""

import logging
import os
import sys
import time
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app import settings
from app.analysis_job import shipped_analysis
from app.display import problem_with_display
from app.project import open_project, read_project
from app.resources import sample_projects
from app.theme import THEME
from app.window import Window
from app.worker import Session

PATIENCE = 60.0
"""Seconds that a screenshot waits for the picture to settle."""

BAD_USAGE = 2

log = logging.getLogger(__name__)


def run_editor(file: Path | None, **computing: Any) -> int:
    """Open the window, on a project or photo where one is named; returns the exit code when it is closed.

    `computing`: what `make_window` takes.
    """
    if problem := problem_with_display():
        print(problem, file=sys.stderr)
        return BAD_USAGE
    application = make_application()
    window = make_window(**computing)
    sys.excepthook = partial(report_fault, window)
    window.show()
    if not window.files.offer_recovery():
        if file is not None:
            window.open(file)
        else:
            open_sample(window)
    return application.exec()


def take_screenshot(out: Path, project: Path | None, **computing: Any) -> int:
    """Start the editor, wait until its picture has settled, and save a picture of the window.

    `computing`: what `make_window` takes. Raises InputError for a project that cannot be opened.
    """
    if problem := problem_with_display():
        print(problem, file=sys.stderr)
        return BAD_USAGE
    make_application()
    window = make_window(**computing)
    if project is not None:
        open_project(window.document, project)
    else:
        open_sample(window)
    window.show()
    wait_until_settled(window)
    saved = window.grab().save(str(out))
    window.end()
    if not saved:
        print(f"Cannot write {out}; name a PNG file in a folder that exists.", file=sys.stderr)
    return 0 if saved else BAD_USAGE


def make_application() -> QApplication:
    """The application with its look, made once."""
    # The brushes have imported cv2 by now, which points Qt to plugins of its own, of another Qt.
    os.environ.pop("QT_QPA_PLATFORM_PLUGIN_PATH", None)
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_CompressTabletEvents)  # a pen tells a thousand a second
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("Warpaint")
    application.setOrganizationName("Warpaint")
    # The engine's threads are not to spin while the window wants their core; read when torch is imported.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    THEME.install()
    return application


def make_window(device: str, threads: int | None = None, compile: bool = False) -> Window:
    """A window whose engine's session is made with these (engine/inference/session.py); threads else by the settings.

    The engine is imported in its thread, so the window is there at once.
    """

    def make_session() -> Session:
        from engine.inference.session import Session as EngineSession

        return EngineSession(device=device, threads=threads or settings.threads(), compile=compile)

    return Window(make_session, partial(shipped_analysis, device=device))


def report_fault(
    window: Window, kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    """A fault of the program: it goes on, the details go to the log, and the window says so."""
    log.critical("Unexpected fault", exc_info=(kind, error, traceback))
    window.status.say(f"Something went wrong ({kind.__name__}); save your work under another name.")


def open_sample(window: Window) -> None:
    """Load the first shipped project, if there is one, as something new: saving must not write into the program."""
    samples = sample_projects()
    if samples:
        window.document.load(read_project(samples[0]))


def wait_until_settled(window: Window) -> None:
    """Let the window work until its newest picture is shown, or until patience ends."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and not window.settled():
        QApplication.processEvents()
        time.sleep(0.01)
    QApplication.processEvents()
