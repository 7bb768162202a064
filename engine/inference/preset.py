"""Style presets: a mix of exemplars and what is done to its style, to be used on other pictures.

A `.warpaint-style` file is an archive of `style.json` and the exemplars; a `.json` file is a `style.json` alone, for
exemplars that come from elsewhere.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from PIL import Image
from pydantic import Field, ValidationError, model_validator

from engine.archive import Archive, ArchiveKind, MemberName, Strict, member_image, open_archive, write_archive
from engine.domains import Domain, find_domain
from engine.errors import InputError
from engine.files import read_text, write_text
from engine.inference.state import Exemplar, Pixels
from engine.inference.style_entry import MAX_EXEMPLARS, StyleEntry, Weights
from engine.style import Style

SUFFIX = ".warpaint-style"
VERSION: Literal[1] = 1
KIND = ArchiveKind("style preset", "style.json", VERSION, max_members=1 + 2 * MAX_EXEMPLARS)

_JSON = ".json"
_JSON_KIND = replace(KIND, manifest="it")
_JSON_LIMIT = 2**20


@dataclass(frozen=True)
class Preset:
    """A style to be used again.

    `model` is the one it was made with, or None. `weights` and the weights of classes in `style` have one number an
    exemplar. Without exemplars they are for those that it will be used with; then there may be no weights either.
    """

    domain: str
    model: str | None
    exemplars: tuple[Exemplar, ...]
    weights: tuple[float, ...]
    style: Style


class PhotoEntry(Strict):
    """An exemplar: its name for people, and its members in the archive."""

    name: str = Field(max_length=500)
    photo: MemberName
    labels: MemberName


class PresetFile(Strict):
    """The whole of `style.json`."""

    version: Literal[1]
    domain: str = Field(max_length=100)
    model: str | None = Field(default=None, max_length=100)
    exemplars: list[PhotoEntry] = Field(default=[], max_length=MAX_EXEMPLARS)
    weights: Weights = []
    style: StyleEntry = StyleEntry()

    @model_validator(mode="after")
    def _a_weight_an_exemplar(self) -> "PresetFile":
        if self.exemplars and len(self.exemplars) != len(self.weights):
            raise ValueError(f"{len(self.weights)} weights for {len(self.exemplars)} exemplars")
        if self.weights and not any(self.weights):
            raise ValueError("all weights are 0")
        return self


def write_preset(path: Path, preset: Preset) -> None:
    """Write a preset in one step; a `.json` file goes without the exemplars.

    Raises InputError when it cannot be written or could not be read again, such as one whose weights are all 0.
    """
    domain = find_domain(preset.domain)
    images: dict[str, Image.Image] = {}
    entries = []
    for index, exemplar in enumerate(preset.exemplars if not _is_json(path) else ()):
        photo, labels = f"exemplars/{index}/photo.png", f"exemplars/{index}/labels.png"
        images |= {
            photo: member_image(exemplar.photo.array, domain),
            labels: member_image(exemplar.labels.array, domain),
        }
        entries.append({"name": exemplar.name[:500], "photo": photo, "labels": labels})
    try:
        manifest = PresetFile(
            version=VERSION,
            domain=preset.domain,
            model=preset.model,
            exemplars=[PhotoEntry(**entry) for entry in entries],
            weights=list(preset.weights),
            style=StyleEntry.of(preset.style, domain),
        )
        manifest.style.style(domain, len(preset.weights))
    except ValueError as error:
        raise InputError(f"Cannot write the style preset {path} ({_first(error)}); change the mix first.") from error
    if _is_json(path):
        write_text(path, manifest.model_dump_json(indent=2) + "\n")
    else:
        write_archive(path, KIND, manifest, images)


def read_preset(path: Path) -> Preset:
    """Read a preset. Raises InputError for a file that is missing, damaged, hostile, too large or too new."""
    if _is_json(path):
        return _preset(path, _JSON_KIND, _json(path), ())
    with open_archive(path, KIND) as archive:
        manifest = archive.manifest(PresetFile)
        return _preset(path, KIND, manifest, _exemplars(archive, manifest, archive.domain(manifest.domain)))


def read_style(path: Path) -> Style:
    """The style of a preset alone, without looking at its photos. Raises InputError as `read_preset` does."""
    if _is_json(path):
        return _preset(path, _JSON_KIND, _json(path), ()).style
    with open_archive(path, KIND) as archive:
        return _preset(path, KIND, archive.manifest(PresetFile), ()).style


def _is_json(path: Path) -> bool:
    return path.suffix.lower() == _JSON


def _json(path: Path) -> PresetFile:
    manifest = _JSON_KIND.parsed(path, read_text(path, KIND.name, _JSON_LIMIT), PresetFile)
    if manifest.exemplars:
        raise _JSON_KIND.refused(path, "names photos, which a JSON file cannot hold", f"use a {SUFFIX} file")
    return manifest


def _exemplars(archive: Archive, manifest: PresetFile, domain: Domain) -> tuple[Exemplar, ...]:
    exemplars = []
    for entry in manifest.exemplars:
        photo = archive.photo(entry.photo)
        labels = archive.labels(entry.labels, domain, photo.shape[:2])
        exemplars.append(Exemplar(Pixels(photo), Pixels(labels), entry.name))
    return tuple(exemplars)


def _preset(path: Path, kind: ArchiveKind, manifest: PresetFile, exemplars: tuple[Exemplar, ...]) -> Preset:
    try:
        domain = find_domain(manifest.domain)
        style = manifest.style.style(domain, len(manifest.weights))
    except InputError as error:
        raise kind.refused(path, f"is of the unknown domain {manifest.domain!r}", "update Warpaint") from error
    except ValueError as error:
        raise kind.refused(path, f"says something wrong in {kind.manifest} ({error})", "correct it") from error
    return Preset(manifest.domain, manifest.model, exemplars, tuple(manifest.weights), style)


def _first(error: ValueError) -> str:
    """The first complaint of `error`, in a few words."""
    return error.errors()[0]["msg"].removeprefix("Value error, ") if isinstance(error, ValidationError) else str(error)
