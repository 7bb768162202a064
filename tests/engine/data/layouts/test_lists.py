"""Lists as they are published, and worse."""

from pathlib import Path

import pytest

from engine.data.layouts.lists import read_names, read_references, write_references
from engine.errors import InputError


def test_back_slashes_windows_lines_and_blank_lines_are_read(tmp_path: Path) -> None:
    path = tmp_path / "ref.txt"
    path.write_bytes(b"\xef\xbb\xbfimg\\A\\1.jpg,img\\B\\2.jpg, img/C/3.jpg\r\n\r\nimg\\B\\2.jpg,img\\A\\1.jpg\r\n")
    assert read_references(path) == {"img/A/1.jpg": ["img/B/2.jpg", "img/C/3.jpg"], "img/B/2.jpg": ["img/A/1.jpg"]}
    path.write_bytes(b"img\\A\\1.jpg\r\n29922\n")
    assert read_names(path) == ["img/A/1.jpg", "29922"]


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    references = {"a.jpg": ["b.jpg", "c.jpg"], "img/b.jpg": ["a.jpg"]}
    write_references(tmp_path / "ref.txt", references)
    assert read_references(tmp_path / "ref.txt") == references
    with pytest.raises(InputError, match=r"comma.*\.json"):
        write_references(tmp_path / "ref.txt", {"a,b.jpg": ["c.jpg"]})


@pytest.mark.parametrize("item", ["..\\secret.jpg", "img/../../x.jpg", "/etc/passwd", "\\\\host\\x.jpg", "C:\\x.jpg"])
def test_paths_that_leave_the_data_set_are_refused(tmp_path: Path, item: str) -> None:
    (tmp_path / "ref.txt").write_text(f"a.jpg,{item}\n")
    (tmp_path / "names.txt").write_text(item)
    for read, name in ((read_references, "ref.txt"), (read_names, "names.txt")):
        with pytest.raises(InputError, match=rf"{name} names .* no path inside the data set"):
            read(tmp_path / name)


def test_damaged_lists_are_named(tmp_path: Path) -> None:
    (tmp_path / "ref.txt").write_text("a.jpg,b.jpg\nc.jpg\n")
    with pytest.raises(InputError, match=r"Line 2 of .*ref\.txt has no exemplar"):
        read_references(tmp_path / "ref.txt")
    (tmp_path / "names.txt").write_text("\r\n \r\n")
    with pytest.raises(InputError, match=r"names\.txt is empty"):
        read_names(tmp_path / "names.txt")
    with pytest.raises(InputError, match=r"nothing\.txt"):
        read_names(tmp_path / "nothing.txt")
