from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from app.export import film
from app.export.film import write_gif, write_mp4, write_series
from engine.errors import InputError

WRITERS = {
    "film.mp4": lambda path, pictures: write_mp4(path, pictures, 12),
    "film.gif": lambda path, pictures: write_gif(path, pictures, 12),
    "film": write_series,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "films").mkdir()
    return tmp_path / "films"


each = pytest.mark.parametrize("name", WRITERS)


def fade(count: int, size: tuple[int, int] = (64, 96)) -> list[np.ndarray]:
    """From red to blue over a slope of light, as smooth as a film is."""
    width, height = size
    share = np.linspace(0, 1, count)
    light = np.linspace(0.3, 1, height)[:, None, None] * np.linspace(0.7, 1, width)[None, :, None]
    colors = [(1 - s) * np.array([220, 60, 40]) + s * np.array([40, 90, 230]) for s in share]
    return [np.rint(light * color).astype(np.uint8) for color in colors]


def distance(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


def read_mp4(path: Path) -> tuple[list[np.ndarray], float, str]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
        return pictures, float(stream.duration * stream.time_base), stream.codec_context.name


def test_an_mp4_holds_the_pictures_at_their_rate(folder: Path) -> None:
    pictures = fade(25)
    write_mp4(folder / "f.mp4", iter(pictures), 25)
    read, seconds, codec = read_mp4(folder / "f.mp4")
    assert codec == "h264"
    assert len(read) == 25
    assert seconds == pytest.approx(1.0)
    assert read[0].shape == (96, 64, 3)
    assert distance(read[0], pictures[0]) < 2
    assert distance(read[-1], pictures[-1]) < 2


def test_an_mp4_says_its_colours_and_is_read_while_it_arrives(folder: Path) -> None:
    write_mp4(folder / "f.mp4", fade(3), 12)
    with av.open(str(folder / "f.mp4")) as container:
        context = container.streams.video[0].codec_context
        assert (context.pix_fmt, context.colorspace, context.color_range) == ("yuv420p", 1, 1)
    content = (folder / "f.mp4").read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


def test_odd_sides_are_padded_by_their_edge(folder: Path) -> None:
    pictures = fade(2, (63, 95))
    write_mp4(folder / "f.mp4", pictures, 12)
    read, _, _ = read_mp4(folder / "f.mp4")
    assert read[0].shape == (96, 64, 3)
    assert distance(read[0][:95, :63], pictures[0]) < 2
    assert distance(read[0][:95, 63], pictures[0][:, 62]) < 3


def test_without_h264_mpeg_4_is_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(film.av, "codecs_available", {"mpeg4"})
    pictures = fade(12)
    write_mp4(folder / "f.mp4", pictures, 12)
    read, seconds, codec = read_mp4(folder / "f.mp4")
    assert (codec, len(read), seconds) == ("mpeg4", 12, pytest.approx(1.0))
    assert distance(read[-1], pictures[-1]) < 3


@pytest.mark.parametrize("rate", [12, 24, 25, 30])
def test_a_gif_lasts_as_long_as_the_film(folder: Path, rate: int) -> None:
    pictures = fade(rate)
    write_gif(folder / "f.gif", iter(pictures), rate)
    with Image.open(folder / "f.gif") as image:
        assert (image.n_frames, image.size) == (rate, (64, 96))
        shown = 0
        for number in range(rate):
            image.seek(number)
            shown += image.info["duration"]
            assert distance(np.array(image.convert("RGB")), pictures[number]) < 4
    assert shown == 1000


def test_a_gif_loops_where_the_film_does(folder: Path) -> None:
    write_gif(folder / "once.gif", fade(3), 12)
    write_gif(folder / "loop.gif", fade(3), 12, loops=True)
    with Image.open(folder / "once.gif") as once, Image.open(folder / "loop.gif") as loop:
        assert "loop" not in once.info
        assert loop.info["loop"] == 0


def test_a_series_is_exact_and_in_order(folder: Path) -> None:
    pictures = fade(11)
    write_series(folder / "out" / "walk", iter(pictures))
    files = sorted((folder / "out" / "walk").iterdir())
    assert [file.name for file in files] == [f"walk-{number:04}.png" for number in range(1, 12)]
    for file, picture in zip(files, pictures, strict=True):
        assert np.array_equal(np.array(Image.open(file)), picture)


def test_a_series_goes_into_an_empty_folder_but_never_into_a_full_one(folder: Path) -> None:
    (folder / "walk").mkdir()
    write_series(folder / "walk", fade(1))
    with pytest.raises(InputError, match="walk holds something already"):
        write_series(folder / "walk", fade(2))
    assert [file.name for file in (folder / "walk").iterdir()] == ["walk-0001.png"]


class Stopped(Exception):
    pass


def stopped(pictures: list[np.ndarray]) -> Iterator[np.ndarray]:
    yield from pictures
    raise Stopped


@each
def test_a_film_that_is_given_up_leaves_nothing(folder: Path, name: str) -> None:
    with pytest.raises(Stopped):
        WRITERS[name](folder / name, stopped(fade(5)))
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["film.mp4", "film.gif"])
def test_a_film_that_is_given_up_leaves_the_older_one(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"older")
    with pytest.raises(Stopped):
        WRITERS[name](folder / name, stopped(fade(5)))
    assert [(file.name, file.read_bytes()) for file in folder.iterdir()] == [(name, b"older")]


@contextmanager
def small_disk() -> Iterator[None]:
    """No file may grow beyond 2 KiB: the system refuses to write more. Nothing else may write meanwhile."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2048, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@each
def test_a_full_disk_is_told_and_leaves_nothing(folder: Path, name: str) -> None:
    noise = [np.random.default_rng(seed).integers(0, 256, (96, 64, 3), np.uint8) for seed in range(5)]
    with pytest.raises(InputError, match=f"Cannot write .*{name}"), small_disk():
        WRITERS[name](folder / name, noise)
    assert list(folder.iterdir()) == []


@each
def test_a_folder_that_cannot_be_is_told(folder: Path, name: str) -> None:
    (folder / "file").write_text("")
    with pytest.raises(InputError, match="Cannot write"):
        WRITERS[name](folder / "file" / name, fade(1))
