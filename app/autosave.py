"""Recovery files: what was not saved when the editor last died."""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import platformdirs
from PySide6.QtCore import QLockFile

from app.document import Document
from app.project import SUFFIX, read_project, write_project

log = logging.getLogger(__name__)


def recovery_folder() -> Path:
    """Where recovery files lie for this user."""
    return platformdirs.user_state_path("Warpaint", appauthor=False) / "recovery"


def leftover_files(folder: Path | None = None) -> list[Path]:
    """Recovery files of editors that are no more, newest first."""
    files = (folder or recovery_folder()).glob(f"*{SUFFIX}")
    return sorted((file for file in files if _is_abandoned(file)), key=lambda file: -file.stat().st_mtime)


def recover(document: Document, file: Path) -> None:
    """Load a recovery file as an unsaved document, then drop the file. Raises InputError; both stay as they were."""
    document.load(read_project(file), is_modified=True)
    discard(file)


def discard(file: Path) -> None:
    """Drop a recovery file that nobody wants."""
    file.unlink(missing_ok=True)
    _lock_path(file).unlink(missing_ok=True)


class Autosave:
    """The recovery file of this editor; a lock beside it tells other editors that it is still at work."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or recovery_folder()
        with suppress(OSError):  # the editor starts without it; saving then says why it cannot
            folder.mkdir(parents=True, exist_ok=True)
        self.file = folder / f"{uuid4().hex}{SUFFIX}"
        self._lock = _lock_of(self.file)
        self._lock.tryLock(0)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="autosave")
        self._running: Future[None] | None = None
        self._written: tuple[int, int] | None = None

    def save(self, document: Document) -> Future[None] | None:
        """Call this from time to time: it writes in the background what is modified and not written yet.

        None when there is nothing to do. A saved document has its recovery file removed.
        """
        if self._running and not self._running.done():
            return None
        if not document.is_modified:
            self._forget()
            return None
        present = document.revision, document.history.position  # not every step changes the picture
        if self._written == present:
            return None
        self._written = present
        self._running = self._writer.submit(write_project, self.file, document.snapshot())
        self._running.add_done_callback(self._report)
        return self._running

    def close(self) -> None:
        """A clean exit: nothing is left to recover."""
        self._writer.shutdown()
        self._forget()
        self._lock.unlock()

    def _forget(self) -> None:
        self._written = None
        with suppress(OSError):  # a file that cannot be removed must not keep the editor from closing
            self.file.unlink(missing_ok=True)

    def _report(self, future: Future[None]) -> None:
        if error := future.exception():
            self._written = None
            log.warning("Autosave failed: %s", error)


def _is_abandoned(file: Path) -> bool:
    lock = _lock_of(file)
    if not lock.tryLock(0):
        return False
    lock.unlock()
    return True


def _lock_of(file: Path) -> QLockFile:
    lock = QLockFile(str(_lock_path(file)))
    lock.setStaleLockTime(0)  # however old, it holds while its process lives
    return lock


def _lock_path(file: Path) -> Path:
    return file.with_suffix(".lock")
