import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.autosave import Autosave, discard, leftover_files, recover
from app.document import Document
from app.project import read_project
from brushes.fill import class_patch
from engine.errors import InputError
from tests.app.factories import make_document
from tests.app.posing import standing

DYING_EDITOR = """
import os, sys
from pathlib import Path
from app.autosave import Autosave
from tests.app.factories import make_document
document = make_document()
document.set_seed(77)
Autosave(Path(sys.argv[1])).save(document).result()
os._exit(9)
"""


@pytest.fixture
def killed_editor(tmp_path: Path) -> Path:
    """The recovery folder after an editor died with unsaved work (seed 77)."""
    folder = tmp_path / "recovery"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", DYING_EDITOR, str(folder)], cwd=root, capture_output=True, text=True)
    assert done.returncode == 9, done.stderr
    return folder


def test_the_work_of_a_killed_editor_is_recovered(killed_editor: Path) -> None:
    (file,) = leftover_files(killed_editor)
    document = Document()
    recover(document, file)
    assert document.seed == 77
    assert document.is_modified and document.path is None
    assert not list(killed_editor.iterdir())


def test_unwanted_recovery_files_go_away(killed_editor: Path) -> None:
    discard(*leftover_files(killed_editor))
    assert not list(killed_editor.iterdir())


def test_a_damaged_recovery_file_is_kept_and_changes_nothing(killed_editor: Path) -> None:
    (file,) = leftover_files(killed_editor)
    file.write_bytes(file.read_bytes()[:500])
    document = make_document()
    before = document.snapshot()
    with pytest.raises(InputError):
        recover(document, file)
    assert document.snapshot() == before
    assert file.exists()


def test_only_modified_work_is_written_and_only_once(tmp_path: Path) -> None:
    document, autosave = make_document(), Autosave(tmp_path)
    assert autosave.save(document) is None
    document.set_seed(1)
    autosave.save(document).result()
    assert autosave.save(document) is None
    document.set_seed(2)
    autosave.save(document).result()
    assert read_project(autosave.file).method.seed == 2
    document.undo()
    autosave.save(document).result()
    assert read_project(autosave.file).method.seed == 1
    autosave.close()


def test_unfinished_strokes_are_saved_too(tmp_path: Path) -> None:
    document, autosave = make_document(), Autosave(tmp_path)
    document.begin_stroke("Brush")
    document.apply_patch(class_patch(document.labels, int(document.labels[0, 0])), 18)
    autosave.save(document).result()
    assert document.is_stroking
    assert (read_project(autosave.file).canvas.labels.array == document.labels).all()
    autosave.close()


def test_after_a_save_there_is_nothing_to_recover(tmp_path: Path) -> None:
    document, autosave = make_document(), Autosave(tmp_path)
    document.set_seed(1)
    autosave.save(document).result()
    document.mark_saved(Path("a.warpaint"))
    assert autosave.save(document) is None
    assert not autosave.file.exists()
    autosave.close()


def test_files_of_living_editors_are_not_offered(tmp_path: Path) -> None:
    document, autosave = make_document(), Autosave(tmp_path)
    document.set_seed(1)
    autosave.save(document).result()
    lock = autosave.file.with_suffix(".lock")
    os.utime(lock, (lock.stat().st_mtime - 3600,) * 2)
    assert leftover_files(tmp_path) == [], "not even after an hour"
    autosave.close()


def test_a_clean_exit_leaves_nothing(tmp_path: Path) -> None:
    document, autosave = make_document(), Autosave(tmp_path / "recovery")
    document.set_seed(1)
    autosave.save(document)
    autosave.close()
    assert not list((tmp_path / "recovery").iterdir())


def test_a_failed_autosave_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document, autosave = make_document(), Autosave(tmp_path)
    document.set_seed(1)
    with monkeypatch.context() as patched:
        patched.setattr("app.autosave.write_project", lambda *_: (_ for _ in ()).throw(InputError("disk full")))
        assert autosave.save(document).exception() is not None
    autosave.save(document).result()
    assert autosave.file.exists()
    autosave.close()


def test_a_folder_that_cannot_be_made_does_not_keep_the_editor_from_starting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    document, autosave = make_document(), Autosave(tmp_path / "file" / "recovery")
    document.set_seed(1)
    assert isinstance(autosave.save(document).exception(), InputError)
    assert leftover_files(tmp_path / "file" / "recovery") == []
    autosave.close()


def test_a_pose_that_changes_no_picture_is_written_too(tmp_path: Path) -> None:
    document, autosave = make_document(), Autosave(tmp_path / "recovery")
    document.set_seed(3)
    autosave.save(document).result()
    document.set_pose("Add person", standing())
    writing = autosave.save(document)
    assert writing is not None
    writing.result()
    assert read_project(autosave.file).canvas.keypoints == standing()
    assert autosave.save(document) is None
    autosave.close()
