"""Files that are a zip of a JSON manifest and PNG images: written in one step, opened with suspicion."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Annotated, TypeVar
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, is_zipfile

import numpy as np
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.domains import Domain, find_domain
from engine.errors import InputError
from engine.files import reason, replacing
from engine.images import MAX_MEGAPIXELS

MAX_MANIFEST_BYTES = 2**20
MAX_TOTAL_BYTES = 2**30
MAX_TOTAL_MEGAPIXELS = 256

MemberName = Annotated[str, Field(pattern=r"^[a-z0-9_]+(/[a-z0-9_]+)*\.png$", max_length=100)]

_SAFE_NAME = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*(\.[a-z]+)?")


class Strict(BaseModel):
    """What a manifest is made of: nothing is converted, nothing unknown is let through."""

    model_config = ConfigDict(extra="forbid", strict=True)


class VersionOnly(BaseModel):
    """Looked at first: a newer file may say anything else."""

    version: int


Manifest = TypeVar("Manifest", bound=BaseModel)


@dataclass(frozen=True)
class ArchiveKind:
    """A kind of file: what errors call it, its manifest's name and version, and how many members it may have."""

    name: str
    manifest: str
    version: int
    max_members: int

    def refused(self, path: Path, what: str, remedy: str = "choose another file") -> InputError:
        """The error that says what is wrong with the file."""
        return InputError(f"The {self.name} {path} {what}; {remedy}.")

    def parsed(self, path: Path, content: str | bytes, schema: type[Manifest]) -> Manifest:
        """The manifest whose JSON is `content`. Raises InputError when it is too new or not of the form of `schema`."""
        try:
            if VersionOnly.model_validate_json(content).version > self.version:
                raise self.refused(path, "was made by a newer Warpaint", "update this one")
            return schema.model_validate_json(content)
        except ValidationError as error:
            first = error.errors()[0]
            place = " ".join(".".join(map(str, first["loc"])).split())[:100] or "text"
            message = first["msg"].removeprefix("Value error, ").lower()
            what = f"says something wrong in {self.manifest} ({place}: {message})"
            raise self.refused(path, what, "correct it or open an older copy") from error


def write_archive(path: Path, kind: ArchiveKind, manifest: BaseModel, images: Mapping[str, Image.Image]) -> None:
    """Write the manifest and the images by member name in one step; safe to call from any thread.

    Raises InputError when the file cannot be written, or would be too large to be opened again.
    """
    _check_megapixels(path, kind, list(images.values()))
    with replacing(path) as temporary, open(temporary, "wb") as file:
        with ZipFile(file, "w", ZIP_STORED) as archive:
            archive.writestr(kind.manifest, manifest.model_dump_json(indent=2), ZIP_DEFLATED)
            for name, image in images.items():
                archive.writestr(name, _png(image))
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def open_archive(path: Path, kind: ArchiveKind) -> Iterator["Archive"]:
    """The opened file. Whatever goes wrong with it inside of the `with` becomes an InputError."""
    try:
        if not is_zipfile(path):
            path.open("rb").close()  # a file that cannot be read says so better
            raise InputError(f"{path} is not a Warpaint {kind.name}, or not all of it; choose another file.")
        with ZipFile(path) as archive:
            yield Archive(path, kind, archive)
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"Cannot read the {kind.name} {path} ({reason(error)}); check the path.") from error
    except Exception as error:  # zip and image decoders raise nearly anything on damaged files
        raise kind.refused(path, f"is damaged ({reason(error)})", "open an older copy") from error


class Archive:
    """Reads one file; every image is bounded before it is decoded, and nothing is ever extracted.

    All methods raise InputError for what is missing, damaged, hostile, too large or too new.
    """

    def __init__(self, path: Path, kind: ArchiveKind, archive: ZipFile) -> None:
        self._path = path
        self._kind = kind
        self._archive = archive
        self._opened: list[Image.Image] = []
        self._check_members()

    def refused(self, what: str, remedy: str = "open an older copy") -> InputError:
        """The error that says what is wrong with this file."""
        return self._kind.refused(self._path, what, remedy)

    def manifest(self, schema: type[Manifest]) -> Manifest:
        """What the manifest says, of the form of `schema`."""
        name = self._kind.manifest
        if name in self._names and self._archive.getinfo(name).file_size > MAX_MANIFEST_BYTES:
            raise self.refused(f"has a {name} of more than {MAX_MANIFEST_BYTES // 1024} KiB", "choose another file")
        return self._kind.parsed(self._path, self._read(name), schema)

    def domain(self, name: str) -> Domain:
        """The domain of that name."""
        try:
            return find_domain(name)
        except InputError as error:
            raise self.refused(f"is of the unknown domain {name!r}", "update Warpaint") from error

    def photo(self, name: str, shape: tuple[int, ...] | None = None) -> np.ndarray:
        """An RGB image, uint8 (H, W, 3); `shape` is what (H, W) must be."""
        return self._of_shape(name, self._image(name, ("RGB",)), shape)

    def labels(self, name: str, domain: Domain, shape: tuple[int, ...] | None = None) -> np.ndarray:
        """A label map, uint8 (H, W), of classes of the domain; `shape` is what (H, W) must be."""
        labels = self._image(name, ("P", "L"))
        if labels.max() >= len(domain.classes):
            last = len(domain.classes) - 1
            raise self.refused(f"has class id {labels.max()} in {name}, but {domain.name} ends at {last}")
        return self._of_shape(name, labels, shape)

    def _check_members(self) -> None:
        members = self._archive.infolist()
        names = [member.filename for member in members]
        if len(members) > self._kind.max_members or sum(member.file_size for member in members) > MAX_TOTAL_BYTES:
            raise self.refused(f"holds more than a {self._kind.name} may", "choose another file")
        if len(set(names)) < len(names) or not all(_SAFE_NAME.fullmatch(name) for name in names):
            what = f"holds files with names that no {self._kind.name} has"
            raise self.refused(what, "do not trust where it came from")
        if any(member.compress_type not in (ZIP_STORED, ZIP_DEFLATED) or member.flag_bits & 1 for member in members):
            raise self.refused("is encrypted or packed in an unknown way", "pack it as a plain zip")
        self._names = set(names)

    def _read(self, name: str) -> bytes:
        if name not in self._names:
            raise self.refused(f"lacks its {name}")
        try:
            return self._archive.read(name)
        except BadZipFile as error:
            raise self.refused(f"has a damaged {name}") from error

    def _image(self, name: str, modes: tuple[str, ...]) -> np.ndarray:
        content = self._read(name)
        try:
            with Image.open(BytesIO(content), formats=("PNG",)) as image:
                self._opened.append(image)
                _check_megapixels(self._path, self._kind, self._opened)
                if image.mode not in modes:
                    raise self.refused(f"has a {name} of the wrong kind ({image.mode})")
                return np.array(image)
        except InputError:
            raise
        except Exception as error:  # decoders raise nearly anything on damaged files
            raise self.refused(f"has a damaged {name}") from error

    def _of_shape(self, name: str, array: np.ndarray, shape: tuple[int, ...] | None) -> np.ndarray:
        if shape is not None and array.shape[:2] != shape:
            raise self.refused(f"has a {name} of another size than it needs")
        return array


def member_image(array: np.ndarray, domain: Domain) -> Image.Image:
    """A photo (H, W, 3) or a label map (H, W), uint8, as a member; label maps in the domain's colours to look at."""
    image = Image.fromarray(array)
    if array.ndim == 2:
        image.putpalette(domain.palette.tobytes())
    return image


def _png(image: Image.Image) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "PNG", compress_level=1)  # saving must not be felt; photos hardly shrink further
    return buffer.getvalue()


def _check_megapixels(path: Path, kind: ArchiveKind, images: list[Image.Image]) -> None:
    sizes = [image.width * image.height for image in images]
    if max(sizes, default=0) > MAX_MEGAPIXELS * 1_000_000:
        raise kind.refused(path, f"has an image of more than {MAX_MEGAPIXELS} megapixels", "make that smaller first")
    if sum(sizes) > MAX_TOTAL_MEGAPIXELS * 1_000_000:
        what = f"has more than {MAX_TOTAL_MEGAPIXELS} megapixels in all"
        raise kind.refused(path, what, "use fewer or smaller photos")
