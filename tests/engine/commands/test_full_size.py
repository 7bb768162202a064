"""The full size on the command line, with tiny weights."""

import json
from pathlib import Path

import pytest
from PIL import Image

import main
from engine.commands.full_size import TileBar
from engine.domains import DOMAINS
from engine.images import read_photo, write_image
from engine.inference import tiles
from tests.engine.figures import STILL, moved_person
from tests.engine.folders import TINY_DOMAIN, make_people, make_tiny_weights

SIZE = (275, 401)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Tiny persons, and a condition that is larger than their domain."""
    make_tiny_weights(tmp_path / "weights")
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setitem(DOMAINS, TINY_DOMAIN.name, TINY_DOMAIN)
    monkeypatch.setattr(tiles, "ROOM", 0.0)
    monkeypatch.setattr(tiles, "TILE", 128)
    make_people(tmp_path)
    labels = moved_person(STILL, SIZE[1], SIZE[0])[0].numpy()
    write_image(tmp_path / "large.png", TINY_DOMAIN.palette[labels])
    return tmp_path


def _render(folder: Path, out: str, *options: str) -> dict:
    exemplar = ["--exemplar", folder / "photos/p0.png", "--exemplar-condition", folder / "labels/p0.png"]
    files = ["--domain", "tiny", "--condition", folder / "large.png", *exemplar, "--out", folder / out, "--json"]
    assert main.main(["render", *map(str, files), "--device", "cpu", *options]) == 0
    return json.loads((folder / out).with_suffix(".json").read_text())


def test_render_paints_at_full_size_and_tells_how_far_it_is(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain = _render(folder, "plain.png")
    assert "tile" not in capsys.readouterr().err
    full = _render(folder, "full.png", "--full-size")
    assert (plain["painted_at"], full["painted_at"]) == ([128, 192], list(SIZE))
    assert full["size"] == list(SIZE)
    assert "14/14" in capsys.readouterr().err
    assert (read_photo(folder / "plain.png") != read_photo(folder / "full.png")).any()
    with Image.open(folder / "full.png") as image:
        assert json.loads(image.text["warpaint"])["full_size"] is True
    with Image.open(folder / "plain.png") as image:
        assert "full_size" not in json.loads(image.text["warpaint"])


def test_a_job_says_whether_it_is_painted_at_full_size_and_one_that_changes_its_mind_is_done_again(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = {"condition": "large.png", "exemplar": "photos/p0.png", "exemplar_condition": "labels/p0.png"}

    def batch(*options: str, **more: bool) -> tuple[str, list]:
        jobs = {"domain": "tiny", "jobs": [job | {"out": "own.png"} | more, job | {"out": "by-option.png"}]}
        (folder / "jobs.json").write_text(json.dumps(jobs))
        assert main.main(["batch", str(folder / "jobs.json"), "--out", str(folder / "out"), *options]) == 0
        lines = [json.loads(line) for line in (folder / "out" / "batch.jsonl").read_text().splitlines()]
        sizes = {line["out"]: line["painted_at"] for line in lines}
        return capsys.readouterr().out, [sizes["own.png"], sizes["by-option.png"]]

    said, sizes = batch(full_size=True)
    assert "2 done" in said and sizes == [list(SIZE), [128, 192]]
    said, sizes = batch("--full-size", full_size=True)
    assert "1 done, 1 done before" in said and sizes == [list(SIZE), list(SIZE)]
    said, sizes = batch("--full-size", full_size=False)
    assert "1 done, 1 done before" in said and sizes == [[128, 192], list(SIZE)]


def test_a_bar_that_is_begun_anew_shows_the_new_way(capsys: pytest.CaptureFixture[str]) -> None:
    with TileBar() as bar:
        bar.show(3, 4)
        bar.show(1, 9)
    assert "1/9" in capsys.readouterr().err
