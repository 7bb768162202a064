"""Which Warpaint this is."""

import tomllib
from functools import cache
from pathlib import Path


@cache
def app_version() -> str:
    """The version that pyproject.toml states; the program runs from its checkout, so the file is there."""
    text = (Path(__file__).resolve().parent.parent / "pyproject.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["project"]["version"]
