"""Project files: a zip of `project.json` and PNG images, written in one step and opened with suspicion."""

import os
import re
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, is_zipfile

import numpy as np
from PIL import Image
from pydantic import ValidationError

from app.content import Board, Canvas, Method, PaletteState, Snapshot
from app.document import Document
from app.project_schema import MAX_EXEMPLARS, VERSION, ExemplarEntry, ProjectFile, VersionOnly
from app.version import app_version
from engine.domains import Domain, find_domain
from engine.errors import InputError
from engine.files import reason, replacing
from engine.images import MAX_MEGAPIXELS
from engine.inference.state import Exemplar, Pixels

SUFFIX = ".warpaint"
MANIFEST = "project.json"
MAX_MEMBERS = 8 + 2 * MAX_EXEMPLARS
MAX_MANIFEST_BYTES = 2**20
MAX_TOTAL_BYTES = 2**30
MAX_TOTAL_MEGAPIXELS = 256

_SAFE_NAME = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*(\.[a-z]+)?")


def save_project(document: Document, path: Path) -> None:
    """Write the document to `path`, which becomes its file. Raises InputError; the document stays modified then."""
    document.commit_stroke()
    write_project(path, document.snapshot())
    document.mark_saved(path)


def open_project(document: Document, path: Path) -> None:
    """Let the document become what `path` holds. Raises InputError, with the document as it was."""
    document.load(read_project(path), path)


def write_project(path: Path, snapshot: Snapshot) -> None:
    """Write a project file in one step; safe to call from any thread.

    Raises InputError when the file cannot be written, or would be too large to be opened again.
    """
    images, manifest = _contents(path, snapshot)
    with replacing(path) as temporary, open(temporary, "wb") as file:
        with ZipFile(file, "w", ZIP_STORED) as archive:
            archive.writestr(MANIFEST, manifest.model_dump_json(indent=2), ZIP_DEFLATED)
            for name, image in images.items():
                archive.writestr(name, _png(image))
        file.flush()
        os.fsync(file.fileno())


def read_project(path: Path) -> Snapshot:
    """Read a project file. Raises InputError for one that is missing, damaged, hostile, too large or too new."""
    try:
        if not is_zipfile(path):
            path.open("rb").close()  # a file that cannot be read says so better
            raise InputError(f"{path} is not a Warpaint project, or not all of it; choose another file.")
        with ZipFile(path) as archive:
            return _Reader(path, archive).snapshot()
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"Cannot read the project {path} ({reason(error)}); check the path.") from error
    except Exception as error:  # zip and image decoders raise nearly anything on damaged files
        raise _refused(path, f"is damaged ({reason(error)})", "open an older copy") from error


def _contents(path: Path, snapshot: Snapshot) -> tuple[dict[str, Image.Image], ProjectFile]:
    """The images by member name, and the manifest that names them."""
    images: dict[str, Image.Image] = {}

    def add(name: str, pixels: Pixels) -> str:
        images[name] = Image.fromarray(pixels.array)
        if pixels.array.ndim == 2:
            images[name].putpalette(snapshot.domain.palette.tobytes())
        return name

    canvas, board = snapshot.canvas, snapshot.board
    if len(board.exemplars) > MAX_EXEMPLARS:
        raise InputError(f"Cannot write {path}: a project holds {MAX_EXEMPLARS} exemplars at most; remove some.")
    manifest = ProjectFile(
        version=VERSION,
        app_version=app_version(),
        domain=snapshot.domain.name,
        model=snapshot.method.model,
        weights_hash=snapshot.weights_hash,
        seed=snapshot.method.seed,
        labels=add("labels.png", canvas.labels),
        original_labels=add("original_labels.png", canvas.original),
        photo=add("photo.png", canvas.photo) if canvas.photo else None,
        result=add("result.png", snapshot.result) if snapshot.result else None,
        exemplars=[
            ExemplarEntry(
                name=exemplar.name[:500],
                photo=add(f"exemplars/{index}/photo.png", exemplar.photo),
                labels=add(f"exemplars/{index}/labels.png", exemplar.labels),
                weight=weight,
            )
            for index, (exemplar, weight) in enumerate(zip(board.exemplars, board.weights, strict=True))
        ],
        active_exemplar=board.active,
        active_class=snapshot.palette.active,
        locked=sorted(snapshot.palette.locked),
        hidden=sorted(snapshot.palette.hidden),
    )
    _check_megapixels(path, list(images.values()))
    return images, manifest


def _png(image: Image.Image) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "PNG", compress_level=1)  # saving must not be felt; photos hardly shrink further
    return buffer.getvalue()


def _check_megapixels(path: Path, images: list[Image.Image]) -> None:
    sizes = [image.width * image.height for image in images]
    if max(sizes) > MAX_MEGAPIXELS * 1_000_000:
        raise _refused(path, f"has an image of more than {MAX_MEGAPIXELS} megapixels", "make that smaller first")
    if sum(sizes) > MAX_TOTAL_MEGAPIXELS * 1_000_000:
        raise _refused(path, f"has more than {MAX_TOTAL_MEGAPIXELS} megapixels in all", "use fewer or smaller photos")


def _refused(path: Path, what: str, remedy: str = "choose another file") -> InputError:
    return InputError(f"The project {path} {what}; {remedy}.")


class _Reader:
    """Reads one archive; every image is bounded before it is decoded, and nothing is ever extracted."""

    def __init__(self, path: Path, archive: ZipFile) -> None:
        self._path = path
        self._archive = archive
        self._opened: list[Image.Image] = []
        self._check_members()

    def snapshot(self) -> Snapshot:
        manifest = self._manifest()
        domain = self._domain(manifest.domain)
        labels = self._labels(manifest.labels, domain)
        shape = labels.array.shape
        original = self._same_size(manifest.original_labels, self._labels(manifest.original_labels, domain), shape)
        photo = self._photo_of_size(manifest.photo, shape) if manifest.photo else None
        result = self._photo_of_size(manifest.result, shape) if manifest.result else None
        return Snapshot(
            domain=domain,
            canvas=Canvas(labels, original, photo),
            board=self._board(manifest, domain),
            method=Method(manifest.model, manifest.seed),
            palette=self._palette(manifest, domain),
            result=result,
            weights_hash=manifest.weights_hash,
        )

    def _check_members(self) -> None:
        members = self._archive.infolist()
        names = [member.filename for member in members]
        if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_TOTAL_BYTES:
            raise _refused(self._path, "holds more than a project may")
        if len(set(names)) < len(names) or not all(_SAFE_NAME.fullmatch(name) for name in names):
            raise _refused(self._path, "holds files with names that no project has", "do not trust where it came from")
        if any(member.compress_type not in (ZIP_STORED, ZIP_DEFLATED) or member.flag_bits & 1 for member in members):
            raise _refused(self._path, "is encrypted or packed in an unknown way", "pack it as a plain zip")
        self._names = set(names)

    def _read(self, name: str) -> bytes:
        if name not in self._names:
            raise _refused(self._path, f"lacks its {name}", "open an older copy")
        try:
            return self._archive.read(name)
        except BadZipFile as error:
            raise _refused(self._path, f"has a damaged {name}", "open an older copy") from error

    def _manifest(self) -> ProjectFile:
        if MANIFEST in self._names and self._archive.getinfo(MANIFEST).file_size > MAX_MANIFEST_BYTES:
            raise _refused(self._path, f"has a {MANIFEST} of more than {MAX_MANIFEST_BYTES // 1024} KiB")
        content = self._read(MANIFEST)
        try:
            version = VersionOnly.model_validate_json(content).version
            if version > VERSION:
                raise _refused(self._path, "was made by a newer Warpaint", "update this one")
            return ProjectFile.model_validate_json(content)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"])) or "text"
            what = f"says something wrong in {MANIFEST} ({place}: {first['msg'].lower()})"
            raise _refused(self._path, what, "open an older copy") from error

    def _domain(self, name: str) -> Domain:
        try:
            return find_domain(name)
        except InputError as error:
            raise _refused(self._path, f"is of the unknown domain {name!r}", "update Warpaint") from error

    def _board(self, manifest: ProjectFile, domain: Domain) -> Board:
        if manifest.active_exemplar >= max(1, len(manifest.exemplars)):
            raise _refused(self._path, "selects an exemplar that it does not hold", "open an older copy")
        exemplars = []
        for entry in manifest.exemplars:
            photo = self._photo(entry.photo)
            labels = self._same_size(entry.labels, self._labels(entry.labels, domain), photo.array.shape[:2])
            exemplars.append(Exemplar(photo, labels, entry.name))
        weights = tuple(entry.weight for entry in manifest.exemplars)
        return Board(tuple(exemplars), weights, manifest.active_exemplar)

    def _palette(self, manifest: ProjectFile, domain: Domain) -> PaletteState:
        named = {manifest.active_class, *manifest.locked, *manifest.hidden}
        if max(named) >= len(domain.classes):
            raise _refused(self._path, f"names class {max(named)}, which {domain.name} lacks", "open an older copy")
        return PaletteState(manifest.active_class, frozenset(manifest.locked), frozenset(manifest.hidden))

    def _photo(self, name: str) -> Pixels:
        return Pixels(self._image(name, ("RGB",)))

    def _photo_of_size(self, name: str, shape: tuple[int, int]) -> Pixels:
        return self._same_size(name, self._photo(name), shape)

    def _labels(self, name: str, domain: Domain) -> Pixels:
        labels = self._image(name, ("P", "L"))
        if labels.max() >= len(domain.classes):
            what = f"has class id {labels.max()} in {name}, but {domain.name} ends at {len(domain.classes) - 1}"
            raise _refused(self._path, what, "open an older copy")
        return Pixels(labels)

    def _image(self, name: str, modes: tuple[str, ...]) -> np.ndarray:
        content = self._read(name)
        try:
            with Image.open(BytesIO(content), formats=("PNG",)) as image:
                self._opened.append(image)
                _check_megapixels(self._path, self._opened)
                if image.mode not in modes:
                    raise _refused(self._path, f"has a {name} of the wrong kind ({image.mode})", "open an older copy")
                return np.array(image)
        except InputError:
            raise
        except Exception as error:  # decoders raise nearly anything on damaged files
            raise _refused(self._path, f"has a damaged {name}", "open an older copy") from error

    def _same_size(self, name: str, pixels: Pixels, shape: tuple[int, int]) -> Pixels:
        if pixels.array.shape[:2] != shape:
            raise _refused(self._path, f"has a {name} of another size than it needs", "open an older copy")
        return pixels
