"""Which code this is."""

import subprocess
import tomllib
from pathlib import Path

_ROOT = Path(__file__).parents[1]


def code_version() -> str:
    """The version in pyproject.toml, and the commit where the checkout is a git repository: "0.1.0+579d912"."""
    version = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    try:
        command = ["git", "-C", str(_ROOT), "rev-parse", "--short", "HEAD"]
        commit = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return version
    return f"{version}+{commit}"
