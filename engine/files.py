"""Writing files so that a reader never sees half of one, and naming them in errors."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import InputError


@contextmanager
def replacing(path: Path | str) -> Iterator[Path]:
    """A temporary path in the folder of `path`; on a clean exit it takes the place of `path`.

    After an exception `path` is as it was and the temporary file is gone. Missing folders are made.
    Raises InputError when the folder cannot be written.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.stem[:40]}-", suffix=path.suffix, dir=path.parent)
        os.close(handle)
    except (OSError, ValueError) as error:
        raise InputError(f"Cannot write {path} ({reason(error)}); choose another folder.") from error
    temporary = Path(name)
    try:
        yield temporary
        os.chmod(temporary, 0o666 & ~_umask())  # mkstemp makes it private
        os.replace(temporary, path)
    except OSError as error:
        raise InputError(f"Cannot write {path} ({reason(error)}); choose another place.") from error
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path | str, text: str) -> None:
    """Write UTF-8 `text` to `path` in one step; raises InputError when that fails."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def read_text(path: Path | str, kind: str, limit: int) -> str:
    """The UTF-8 text of `path`, at most `limit` bytes; `kind` is what an error calls the file.

    Raises InputError when the file is missing, larger than `limit` or no text.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except (OSError, ValueError) as error:
        raise InputError(f"Cannot read the {kind} {path} ({reason(error)}); check the path.") from error
    if len(content) > limit:
        raise InputError(f"The {kind} {path} is larger than {limit // 1024} KiB; choose another file.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"The {kind} {path} is not a text file; choose another file.") from error


def reason(error: BaseException) -> str:
    """The cause of `error` in a few words on one line."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return " ".join(str(error).split())[:200] or type(error).__name__


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
