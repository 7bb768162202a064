"""The lists of the CoCosNet family: photos, a path a line, and exemplars, `photo,exemplar,exemplar,...` a line.

Paths are relative to the data set; they may have back-slashes, and lines may end as Windows has them.
"""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from engine.errors import InputError
from engine.files import read_text, write_text

_LIMIT = 64 * 1024 * 1024


def read_names(path: Path) -> list[str]:
    """The paths that a list of photos has, with slashes; raises InputError for an empty list or a path that leaves."""
    names = [_inside(line, path) for line in _lines(path, "list of photos")]
    if not names:
        raise InputError(f"The list {path} is empty; write the path of a photo into each of its lines.")
    return names


def read_references(path: Path) -> dict[str, list[str]]:
    """For each photo its exemplars, nearest first; raises InputError for a damaged list or a path that leaves."""
    references: dict[str, list[str]] = {}
    for number, line in enumerate(_lines(path, "list of exemplars"), start=1):
        name, *others = (_inside(item, path) for item in line.split(","))
        if not others:
            raise InputError(f"Line {number} of {path} has no exemplar; each line is `photo,exemplar,exemplar,...`.")
        references[name] = others
    return references


def write_references(path: Path, references: Mapping[str, list[str]]) -> None:
    """Write such a list, with slashes; raises InputError when a name has a comma or the file cannot be written."""
    lines = []
    for name, others in references.items():
        items = [name, *others]
        if any("," in item for item in items):
            raise InputError(f"The name {name} or one of its exemplars has a comma; write the list as .json.")
        lines.append(",".join(items) + "\n")
    write_text(path, "".join(lines))


def _lines(path: Path, kind: str) -> list[str]:
    text = read_text(path, kind, _LIMIT).removeprefix("\ufeff")
    return [line.strip() for line in text.splitlines() if line.strip()]


def _inside(item: str, path: Path) -> str:
    """A path of a list with slashes; raises InputError unless it stays inside the data set."""
    name = PurePosixPath(item.strip().replace("\\", "/"))
    if not name.parts or name.is_absolute() or ".." in name.parts or ":" in name.parts[0]:
        raise InputError(f"The list {path} names {item.strip()!r}, which is no path inside the data set; correct it.")
    return str(name)
