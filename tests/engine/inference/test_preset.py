"""Style presets: what is written comes back, what is hostile or wrong is refused in one sentence."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.domains import FASHION
from engine.errors import InputError
from engine.inference.preset import Preset, read_preset, read_style, write_preset
from engine.inference.state import Exemplar, Pixels
from engine.style import AXIS_LIMIT, PLAIN, Style
from tests.engine.factories import make_person

CLASSES = len(FASHION.classes)


def exemplar(seed: int, size: tuple[int, int] = (8, 12)) -> Exemplar:
    photo, labels = make_person(seed, size)
    return Exemplar(Pixels(photo), Pixels(labels), f"person {seed}")


def make_preset(exemplars: int = 2) -> Preset:
    own = {FASHION.class_named("top").id: [0.0] * (exemplars - 1) + [1.0]}
    style = Style.of(own, [0.5, -1.0], sample=7, surprise=0.25)
    return Preset("fashion", "rabit", tuple(map(exemplar, range(exemplars))), (1.0,) * exemplars, style)


@pytest.fixture
def preset(tmp_path: Path) -> Path:
    path = tmp_path / "good.warpaint-style"
    write_preset(path, make_preset())
    return path


def refused(path: Path) -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(InputError) as caught:
        read_preset(path)
    sentence = str(caught.value)
    assert path.name in sentence and "\n" not in sentence and sentence.endswith(".")
    return sentence


numbers = st.floats(0, 1e6)


def weights_of(count: int) -> st.SearchStrategy[tuple[float, ...]]:
    return st.tuples(*[numbers] * count).filter(any) if count else st.just(())


@st.composite
def presets(draw: st.DrawFn) -> Preset:
    count = draw(st.integers(0, 3))
    own = draw(st.dictionaries(st.integers(0, CLASSES - 1), weights_of(count), max_size=3)) if count else {}
    style = Style.of(
        own,
        draw(st.lists(st.floats(-AXIS_LIMIT, AXIS_LIMIT), max_size=4)),
        draw(st.none() | st.integers(0, 2**63)),
        draw(st.floats(0, 1)),
    )
    sizes = st.tuples(st.integers(1, 9), st.integers(1, 9))
    exemplars = tuple(exemplar(index, draw(sizes)) for index in range(count))
    return Preset("fashion", draw(st.none() | st.just("rabit")), exemplars, draw(weights_of(count)), style)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(preset=presets(), suffix=st.sampled_from([".warpaint-style", ".json"]))
def test_every_preset_comes_back(tmp_path: Path, preset: Preset, suffix: str) -> None:
    path = tmp_path / f"any{suffix}"
    write_preset(path, preset)
    again = read_preset(path)
    assert again.exemplars == (preset.exemplars if suffix != ".json" else ())
    assert [e.name for e in again.exemplars] == [e.name for e in preset.exemplars if suffix != ".json"]
    assert (again.domain, again.model, again.weights) == ("fashion", preset.model, preset.weights)
    assert again.style == preset.style == read_style(path)


def test_a_preset_may_be_written_by_hand(tmp_path: Path) -> None:
    text = '{"version": 1, "domain": "fashion", "weights": [3, 1], "style": {"class_weights": {"hair": [0, 1]}}}'
    (tmp_path / "hand.json").write_text(text)
    style = Style.of({FASHION.class_named("hair").id: (0, 1)})
    assert read_preset(tmp_path / "hand.json") == Preset("fashion", None, (), (3.0, 1.0), style)
    (tmp_path / "plain.json").write_text('{"version": 1, "domain": "fashion"}')
    assert read_preset(tmp_path / "plain.json") == Preset("fashion", None, (), (), PLAIN)


def write(path: Path, **changes: object) -> Path:
    path.write_text(json.dumps({"version": 1, "domain": "fashion", "weights": [1, 0]} | changes))
    return path


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"version": 2}, "newer Warpaint"),
        ({"version": None}, "(version: "),
        ({"domain": "cats\n"}, r"unknown domain 'cats\n'"),
        ({"a\nb": 1}, "(a b: "),
        ({"weights": [0, 0]}, "all weights are 0"),
        ({"weights": [-1, 1]}, "(weights.0: "),
        ({"weights": [1] * 65}, "(weights: "),
        ({"weights": [float("inf")]}, "(weights.0: "),
        ({"style": {"axes": [3.5]}}, "(style.axes.0: "),
        ({"style": {"axes": [float("nan")]}}, "(style.axes.0: "),
        ({"style": {"surprise": 2}}, "(style.surprise: "),
        ({"style": {"sample": -1}}, "(style.sample: "),
        ({"style": {"class_weights": {"cape\n": [1, 0]}}}, r"fashion has no class 'cape\n'"),
        ({"style": {"class_weights": {"hair": [0, 0]}}}, "not all 0"),
        ({"style": {"class_weights": {"hair": [1]}}}, "1 weights of hair for 2 exemplars"),
        ({"exemplars": [{"name": "", "photo": "a.png", "labels": "b.png"}] * 2}, "names photos"),
        ({"exemplars": [{"name": "", "photo": "../a.png", "labels": "b.png"}]}, "(exemplars.0.photo: "),
        ({"exemplars": [{"name": "", "photo": "a.png", "labels": "b.png"}]}, "2 weights for 1 exemplars"),
    ],
)
def test_wrong_presets_are_refused(tmp_path: Path, changes: dict, said: str) -> None:
    assert said in refused(write(tmp_path / "wrong.json", **changes))
    with zipfile.ZipFile(tmp_path / "wrong.warpaint-style", "w") as archive:
        archive.write(tmp_path / "wrong.json", "style.json")
    sentence = refused(tmp_path / "wrong.warpaint-style")
    assert said in sentence or "lacks its a.png" in sentence
    with pytest.raises(InputError):
        read_style(write(tmp_path / "wrong.json", **changes))


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 100_000, b"[]", b" " * 2**21])
def test_files_that_are_no_presets_are_refused(tmp_path: Path, content: bytes) -> None:
    for name in ("none.json", "none.warpaint-style"):
        (tmp_path / name).write_bytes(content)
        refused(tmp_path / name)
        refused(tmp_path / f"missing-{name}")


def test_photos_are_checked(preset: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(preset) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["exemplars/1/labels.png"] = members["exemplars/1/photo.png"]
    with zipfile.ZipFile(tmp_path / "wrong.warpaint-style", "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    assert "exemplars/1/labels.png of the wrong kind" in refused(tmp_path / "wrong.warpaint-style")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.floats(0, 1, exclude_max=True), value=st.integers(0, 255), length=st.integers(1, 40))
def test_damage_anywhere_is_refused_or_harmless(preset: Path, position: float, value: int, length: int) -> None:
    content = bytearray(preset.read_bytes())
    place = int(position * len(content))
    content[place : place + length] = bytes([value]) * length
    damaged = preset.parent / "damaged.warpaint-style"
    damaged.write_bytes(content[: preset.stat().st_size])
    try:
        found = read_preset(damaged)
    except InputError as error:
        assert "damaged.warpaint-style" in str(error)
    else:
        assert found == make_preset()


def test_what_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "bad.warpaint-style"
    one = exemplar(0)
    for preset in (
        Preset("fashion", None, (one,), (0.0,), PLAIN),
        Preset("fashion", None, (one,), (1.0, 1.0), PLAIN),
        Preset("fashion", None, (one,) * 65, (1.0,) * 65, PLAIN),
        Preset("fashion", None, (one,), (1.0,), Style.of({1: (1, 0)})),
        Preset("fashion", None, (one,), (float("inf"),), PLAIN),
    ):
        with pytest.raises(InputError, match=r"bad\.warpaint-style \("):
            write_preset(path, preset)
    assert not path.exists()


def test_photos_come_back_without_loss(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    photo, labels = random.integers(0, 256, (7, 5, 3)), random.integers(0, CLASSES, (7, 5))
    noise = Exemplar(Pixels(photo), Pixels(labels), "x" * 600)
    write_preset(tmp_path / "noise.warpaint-style", Preset("fashion", None, (noise,), (1.0,), PLAIN))
    (again,) = read_preset(tmp_path / "noise.warpaint-style").exemplars
    assert (again.photo.array == photo).all() and (again.labels.array == labels).all()
    assert again.name == "x" * 500
