"""Project files: a document's snapshot as an archive of `project.json` and PNG images."""

from pathlib import Path

import numpy as np
from PIL import Image

from app.content import Board, Canvas, Method, PaletteState, Snapshot, Surround
from app.document import Document
from app.project_schema import MAX_PERSONS, VERSION, ExemplarEntry, FilmEntry, Person, ProjectFile, SurroundEntry
from app.version import app_version
from engine.archive import Archive, ArchiveKind, member_image, open_archive, write_archive
from engine.conditions.pose import KEYPOINTS
from engine.domains import Domain
from engine.errors import InputError
from engine.inference.state import Exemplar, Keypoints, Pixels
from engine.inference.style_entry import MAX_EXEMPLARS, StyleEntry

SUFFIX = ".warpaint"
KIND = ArchiveKind("project", "project.json", VERSION, max_members=8 + 2 * MAX_EXEMPLARS)


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
    write_archive(path, KIND, manifest, images)


def read_project(path: Path) -> Snapshot:
    """Read a project file. Raises InputError for one that is missing, damaged, hostile, too large or too new."""
    with open_archive(path, KIND) as archive:
        return _snapshot(archive)


def _contents(path: Path, snapshot: Snapshot) -> tuple[dict[str, Image.Image], ProjectFile]:
    """The images by member name, and the manifest that names them."""
    images: dict[str, Image.Image] = {}

    def add(name: str, pixels: Pixels) -> str:
        images[name] = member_image(pixels.array, snapshot.domain)
        return name

    def persons(keypoints: Keypoints | None) -> list[Person] | None:
        if keypoints is not None and len(keypoints.array) > MAX_PERSONS:
            raise InputError(f"Cannot write {path}: a project holds {MAX_PERSONS} persons at most; remove some.")
        return None if keypoints is None else keypoints.array.reshape(-1, 3 * KEYPOINTS).tolist()

    def around(surround: Surround | None) -> SurroundEntry | None:
        if surround is None:
            return None
        return SurroundEntry(photo=add("surround.png", surround.photo), left=surround.left, top=surround.top)

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
        preserves=snapshot.method.preserves,
        labels=add("labels.png", canvas.labels),
        original_labels=add("original_labels.png", canvas.original),
        photo=add("photo.png", canvas.photo) if canvas.photo else None,
        poses=persons(canvas.keypoints),
        surround=around(canvas.surround),
        result=add("result.png", snapshot.result) if snapshot.result else None,
        exemplars=[
            ExemplarEntry(
                name=exemplar.name[:500],
                photo=add(f"exemplars/{index}/photo.png", exemplar.photo),
                labels=add(f"exemplars/{index}/labels.png", exemplar.labels),
                weight=weight,
                poses=persons(exemplar.keypoints),
            )
            for index, (exemplar, weight) in enumerate(zip(board.exemplars, board.weights, strict=True))
        ],
        active_exemplar=board.active,
        style=StyleEntry.of(board.style, snapshot.domain),
        film=FilmEntry.of(board.film, snapshot.domain),
        active_class=snapshot.palette.active,
        locked=sorted(snapshot.palette.locked),
        hidden=sorted(snapshot.palette.hidden),
    )
    return images, manifest


def _snapshot(archive: Archive) -> Snapshot:
    manifest = archive.manifest(ProjectFile)
    domain = archive.domain(manifest.domain)
    labels = archive.labels(manifest.labels, domain)
    original = archive.labels(manifest.original_labels, domain, labels.shape)

    return Snapshot(
        domain=domain,
        canvas=_canvas(archive, manifest, labels, original),
        result=_picture(archive, manifest.result, labels.shape),
        board=_board(archive, manifest, domain),
        method=Method(manifest.model, manifest.seed, manifest.preserves),
        palette=_palette(archive, manifest, domain),
        weights_hash=manifest.weights_hash,
    )


def _canvas(archive: Archive, manifest: ProjectFile, labels: np.ndarray, original: np.ndarray) -> Canvas:
    surround = None
    if (entry := manifest.surround) is not None:
        surround = Surround(Pixels(archive.photo(entry.photo)), entry.left, entry.top)
    photo = _picture(archive, manifest.photo, labels.shape)
    try:
        return Canvas(Pixels(labels), Pixels(original), photo, _keypoints(manifest.poses), surround)
    except ValueError as error:
        raise archive.refused(f"has a canvas that cannot be ({error})") from error


def _picture(archive: Archive, name: str | None, shape: tuple[int, ...]) -> Pixels | None:
    return Pixels(archive.photo(name, shape)) if name else None


def _keypoints(persons: list[Person] | None) -> Keypoints | None:
    return None if persons is None else Keypoints(np.reshape(persons, (len(persons), KEYPOINTS, 3)))


def _board(archive: Archive, manifest: ProjectFile, domain: Domain) -> Board:
    if manifest.active_exemplar >= max(1, len(manifest.exemplars)):
        raise archive.refused("selects an exemplar that it does not hold")
    exemplars = []
    for entry in manifest.exemplars:
        photo = archive.photo(entry.photo)
        labels = archive.labels(entry.labels, domain, photo.shape[:2])
        exemplars.append(Exemplar(Pixels(photo), Pixels(labels), entry.name, _keypoints(entry.poses)))
    weights = tuple(entry.weight for entry in manifest.exemplars)
    try:
        style = manifest.style.style(domain, len(exemplars))
        film = manifest.film.film(domain, len(exemplars))
        return Board(tuple(exemplars), weights, manifest.active_exemplar, style, film)
    except ValueError as error:
        raise archive.refused(f"has a style or film that cannot be ({error})") from error


def _palette(archive: Archive, manifest: ProjectFile, domain: Domain) -> PaletteState:
    named = {manifest.active_class, *manifest.locked, *manifest.hidden}
    if max(named) >= len(domain.classes):
        raise archive.refused(f"names class {max(named)}, which {domain.name} lacks")
    return PaletteState(manifest.active_class, frozenset(manifest.locked), frozenset(manifest.hidden))
