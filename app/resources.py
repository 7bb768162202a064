"""Where the files lie that come with the program."""

from pathlib import Path

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
ICONS = RESOURCES / "icons"
SAMPLES = RESOURCES / "samples"


def sample_projects() -> list[Path]:
    """The shipped projects, by name."""
    return sorted(SAMPLES.glob("*.warpaint"))
