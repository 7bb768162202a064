import json
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import engine.archive
from app.content import Board, Canvas, Method, PaletteState, Snapshot, Surround
from app.document import Document
from app.project import open_project, read_project, save_project, write_project
from engine.domains import FASHION
from engine.errors import InputError
from engine.film import Film, KeyFrame
from engine.inference.state import Pixels
from engine.style import AXIS_LIMIT, PLAIN, Style
from tests.app.factories import CLASSES, labels_like, make_document, make_exemplar, make_frame, photo_like

Members = dict[str, bytes]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project file with everything in it."""
    document = make_document()
    document.set_frame(make_frame(document), document.revision)
    path = tmp_path / "projects" / "good.warpaint"
    save_project(document, path)
    return path


def members_of(path: Path) -> Members:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(path: Path, members: Members) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def png(array: np.ndarray) -> bytes:
    buffer = BytesIO()
    Image.fromarray(array).save(buffer, "PNG")
    return buffer.getvalue()


def refused(path: Path) -> str:
    """The sentence with which a file is refused; the document that was to open it stays as it was."""
    document = make_document()
    document.set_seed(5)
    before, names, revision = document.snapshot(), document.undo_names, document.revision
    with pytest.raises(InputError) as caught:
        open_project(document, path)
    assert document.snapshot() == before
    assert (document.undo_names, document.revision, document.path) == (names, revision, None)
    sentence = str(caught.value)
    assert path.name in sentence and "\n" not in sentence and sentence.endswith(".")
    return sentence


def test_a_saved_document_opens_as_the_same_one(project: Path) -> None:
    document, reopened = make_document(), Document()
    document.set_frame(make_frame(document), document.revision)
    open_project(reopened, project)
    assert reopened.snapshot() == document.snapshot()
    assert reopened.state() == document.state()
    assert [exemplar.name for exemplar in reopened.exemplars] == ["exemplar 1", "exemplar 2"]
    assert (reopened.result == document.frame.image).all()
    assert reopened.path == project
    assert not reopened.is_modified and not reopened.can_undo


class_ids = st.integers(0, CLASSES - 1)


axis_steps = st.lists(st.floats(-AXIS_LIMIT, AXIS_LIMIT), max_size=3)


@st.composite
def styles_of(draw: st.DrawFn, exemplars: int) -> Style:
    """Any style over so many exemplars."""
    positive = st.floats(0.01, 1e6)
    own = st.dictionaries(class_ids, st.lists(positive, min_size=exemplars, max_size=exemplars), max_size=3)
    sample = draw(st.none() | st.integers(0, 2**64 - 1))
    return Style.of(draw(own) if exemplars else {}, draw(axis_steps), sample, draw(st.floats(0, 1)))


@st.composite
def films_of(draw: st.DrawFn, exemplars: int) -> Film:
    """Any film over so many exemplars."""
    positive = st.floats(0.01, 1e6)
    rows = st.lists(positive, min_size=exemplars, max_size=exemplars).map(tuple)
    keys = draw(st.lists(st.builds(KeyFrame, rows, styles_of(exemplars)), max_size=3 if exemplars else 0))
    return Film(tuple(keys), draw(st.floats(0.1, 60)), draw(st.sampled_from(["linear", "smooth"])), draw(st.booleans()))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    shape=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    seed=st.integers(0, 2**63),
    has_photo=st.booleans(),
    offset=st.none() | st.tuples(st.integers(-3, 5), st.integers(-3, 5)),
    weights=st.lists(st.floats(0, 1e6), max_size=4),
    palette=st.builds(PaletteState, class_ids, st.frozensets(class_ids), st.frozensets(class_ids)),
    model=st.text(max_size=20),
    weights_hash=st.none() | st.text(max_size=64),
    data=st.data(),
)
def test_every_snapshot_comes_back(
    tmp_path: Path, shape, seed, has_photo, offset, weights, palette, model, weights_hash, data
) -> None:
    photo = Pixels(photo_like(1, shape)) if has_photo else None
    exemplars = tuple(make_exemplar(index) for index in range(len(weights)))
    surround = Surround(Pixels(photo_like(3, (6, 7))), *offset) if offset and min(shape) > 3 else None
    snapshot = Snapshot(
        FASHION,
        Canvas(Pixels(labels_like(1, shape)), Pixels(labels_like(2, shape)), photo, surround=surround),
        Board(
            exemplars,
            tuple(weights),
            max(0, len(weights) - 1),
            data.draw(styles_of(len(weights))),
            data.draw(films_of(len(weights))),
        ),
        Method(model, seed),
        palette,
        photo,
        weights_hash,
    )
    write_project(tmp_path / "any.warpaint", snapshot)
    assert read_project(tmp_path / "any.warpaint") == snapshot


def test_saving_ends_a_stroke_and_marks_the_document(tmp_path: Path) -> None:
    document = make_document()
    document.begin_stroke("Brush")
    document.replace_class(int(document.labels[0, 0]), 1)
    save_project(document, tmp_path / "a.warpaint")
    assert not document.is_modified
    assert (read_project(tmp_path / "a.warpaint").canvas.labels.array == document.labels).all()


def test_a_failed_save_keeps_the_old_file_and_no_rubbish(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = project.read_bytes()
    document = make_document()
    document.set_seed(123)

    def full_disk(image: Image.Image) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(engine.archive, "_png", full_disk)
    with pytest.raises(InputError, match="no space left"):
        save_project(document, project)
    assert project.read_bytes() == before
    assert list(project.parent.iterdir()) == [project]
    assert document.is_modified and document.path is None


def test_missing_folders_and_other_files_are_named(tmp_path: Path) -> None:
    assert "no such file" in refused(tmp_path / "none.warpaint")
    (tmp_path / "text.warpaint").write_text("hello")
    assert "not a Warpaint project" in refused(tmp_path / "text.warpaint")
    (tmp_path / "empty.warpaint").write_bytes(b"")
    assert "not a Warpaint project" in refused(tmp_path / "empty.warpaint")
    (tmp_path / "folder.warpaint").mkdir()
    refused(tmp_path / "folder.warpaint")
    assert "lacks its project.json" in refused(pack(tmp_path / "bare.warpaint", {}))


def test_every_declared_member_must_be_there(project: Path, tmp_path: Path) -> None:
    members = members_of(project)
    for name in members:
        rest = {other: content for other, content in members.items() if other != name}
        assert f"lacks its {name}" in refused(pack(tmp_path / "rest.warpaint", rest))


def changed(field: str, value: object) -> Callable[[Members], None]:
    def change(members: Members) -> None:
        manifest = json.loads(members["project.json"])
        manifest[field] = value
        members["project.json"] = json.dumps(manifest).encode()

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (changed("version", 4), "newer Warpaint"),
        (changed("surround", {"photo": "photo.png", "left": 20, "top": 0}), "cover some of the photo"),
        (changed("surround", {"photo": "photo.png", "left": 10**9, "top": 0}), "surround.left"),
        (changed("version", 0), "version"),
        (changed("version", "1"), "version"),
        (changed("domain", "cats"), "unknown domain 'cats'"),
        (changed("seed", -1), "seed"),
        (changed("seed", 1.5), "seed"),
        (changed("active_exemplar", 2), "selects an exemplar"),
        (changed("active_class", 19), "class 19"),
        (changed("locked", [3, 200]), "class 200"),
        (changed("hidden", [-1]), "hidden"),
        (changed("photo", "project.json"), "photo"),
        (changed("surprise", 1), "surprise"),
        (changed("exemplars", None), "exemplars"),
        (changed("exemplars", [{"name": "", "photo": "photo.png", "labels": "labels.png", "weight": -1}]), "weight"),
        (changed("style", {"axes": [3.5]}), "style.axes.0"),
        (changed("style", {"axes": ["1"]}), "style.axes.0"),
        (changed("style", {"axes": [0.0] * 257}), "style.axes"),
        (changed("style", {"sample": -1}), "style.sample"),
        (changed("style", {"sample": 2**64}), "style.sample"),
        (changed("style", {"surprise": 1.01}), "style.surprise"),
        (changed("style", {"class_weights": {"hair": [1]}}), "1 weights of hair for 2 exemplars"),
        (changed("style", {"class_weights": {"hair": [0, 0]}}), "style or film that cannot be"),
        (changed("style", {"class_weights": {"wings": [1, 1]}}), "no class 'wings'"),
        (changed("film", {"keys": [{"weights": [1]}]}), "style or film that cannot be"),
        (changed("film", {"keys": [{"weights": [0, 0]}]}), "style or film that cannot be"),
        (changed("film", {"keys": [{"weights": [1, 1], "style": {"axes": [9.0]}}]}), "film.keys.0.style.axes.0"),
        (changed("film", {"seconds": 0.0}), "film.seconds"),
        (changed("film", {"easing": "__import__"}), "style or film that cannot be"),
        (lambda members: members.update({"project.json": b"{"}), "project.json"),
        (lambda members: members.update({"project.json": b"[" * 100_000}), "project.json"),
        (lambda members: members.update({"project.json": b" " * 2**21}), "1024 KiB"),
        (lambda members: members.update({"labels.png": b"no image"}), "has a damaged labels.png"),
        (lambda members: members.update({"labels.png": png(np.full((24, 20), 19, np.uint8))}), "class id 19"),
        (lambda members: members.update({"labels.png": png(photo_like(0))}), "wrong kind"),
        (lambda members: members.update({"labels.png": png(np.zeros((24, 20), np.uint16))}), "wrong kind"),
        (lambda members: members.update({"photo.png": png(labels_like(0))}), "wrong kind"),
        (lambda members: members.update({"photo.png": png(photo_like(0, (24, 21)))}), "another size"),
        (lambda members: members.update({"result.png": png(photo_like(0, (4, 4)))}), "another size"),
        (lambda members: members.update({"original_labels.png": png(labels_like(0, (20, 24)))}), "another size"),
        (lambda members: members.update({"exemplars/1/labels.png": png(labels_like(0))}), "another size"),
        (lambda members: members.update({f"extra/{n}.png": b"" for n in range(200)}), "more than a project may"),
    ],
)
def test_wrong_content_is_refused(project: Path, tmp_path: Path, change: Callable, said: str) -> None:
    members = members_of(project)
    change(members)
    bad = pack(tmp_path / "bad.warpaint", members)
    assert said in refused(bad)


def test_numbers_that_are_none_are_refused(project: Path, tmp_path: Path) -> None:
    members = members_of(project)
    members["project.json"] = members["project.json"].replace(b'"axes": []', b'"axes": [NaN]')
    assert "style.axes.0" in refused(pack(tmp_path / "nan.warpaint", members))


def test_a_project_of_the_first_version_opens_without_style_and_film(project: Path, tmp_path: Path) -> None:
    members = members_of(project)
    manifest = json.loads(members["project.json"])
    del manifest["style"], manifest["film"]
    members["project.json"] = json.dumps(manifest | {"version": 1}).encode()
    snapshot = read_project(pack(tmp_path / "old.warpaint", members))
    assert (snapshot.board.style, snapshot.board.film) == (PLAIN, Film())
    assert snapshot == read_project(project)


def test_too_many_exemplars_are_refused_when_saving(tmp_path: Path) -> None:
    document = make_document(exemplars=65)
    with pytest.raises(InputError, match="64 exemplars"):
        save_project(document, tmp_path / "many.warpaint")
    assert not (tmp_path / "many.warpaint").exists()
