"""Looks: options and presets together give the exemplars, weights and style that were meant."""

import argparse
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.commands.look import ExemplarFiles, Look, add_look, look_of
from engine.commands.parser import Parser, amount_of, drawn, number_of, weighted
from engine.conditions.label_map import write_label_map
from engine.domains import FASHION
from engine.errors import InputError
from engine.images import write_image
from engine.inference.preset import Preset, write_preset
from engine.inference.state import Exemplar, Pixels
from engine.style import PLAIN, Style
from tests.engine.factories import make_person, make_style_space, make_weights

HAIR, TOP = FASHION.class_named("hair").id, FASHION.class_named("top").id


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two exemplars, and weights with a style space of two axes."""
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path / "weights"))
    make_weights(tmp_path / "weights")
    make_style_space(tmp_path / "weights", ("Top warmth", "Overall contrast"))
    for i in range(2):
        photo, labels = make_person(i, (8, 12))
        write_image(tmp_path / f"photo{i}.png", photo)
        write_label_map(tmp_path / f"labels{i}.png", labels, FASHION)
    return tmp_path


def files(folder: Path, *weights: float | None) -> tuple[ExemplarFiles, ...]:
    return tuple(ExemplarFiles(folder / f"photo{i}.png", folder / f"labels{i}.png", w) for i, w in enumerate(weights))


def person(seed: int) -> Exemplar:
    photo, labels = make_person(seed, (8, 12))
    return Exemplar(Pixels(photo), Pixels(labels), f"person {seed}")


def preset(path: Path, photos: int = 2, weights: tuple[float, ...] = (3.0, 1.0), style: Style = PLAIN) -> Path:
    write_preset(path, Preset("fashion", "rabit", tuple(map(person, range(10, 10 + photos))), weights, style))
    return path


def mixed(look: Look) -> tuple[tuple[Exemplar, ...], tuple[float, ...], Style]:
    return look.mixed(FASHION, "rabit")


def refused(look: Look) -> str:
    with pytest.raises(InputError) as caught:
        mixed(look)
    assert "\n" not in str(caught.value) and str(caught.value).endswith(".")
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "path", "weight"),
    [
        ("a.png", "a.png", None),
        ("a.png:0.7", "a.png", 0.7),
        ("a.png:0", "a.png", 0.0),
        ("a:b.png:2e-1", "a:b.png", 0.2),
        (r"C:\photos\a.png", r"C:\photos\a.png", None),
        (r"C:\photos\a.png:3", r"C:\photos\a.png", 3.0),
        ("C:/a.png:1", "C:/a.png", 1.0),
        (":5", ":5", None),
        ("a.png:", "a.png:", None),
    ],
)
def test_a_weight_follows_the_last_colon(text: str, path: str, weight: float | None) -> None:
    assert weighted(text) == (Path(path), weight)


@given(st.floats(0, 1e300))
def test_every_weight_is_read(weight: float) -> None:
    assert weighted(f"no such photo.png:{weight!r}") == (Path("no such photo.png"), weight)


def test_a_path_that_exists_is_a_path(tmp_path: Path) -> None:
    (tmp_path / "12:30").touch()
    assert weighted(str(tmp_path / "12:30")) == (tmp_path / "12:30", None)
    assert weighted(f"{tmp_path / '12:30'}:2") == (tmp_path / "12:30", 2.0)
    with pytest.raises(argparse.ArgumentTypeError, match="'0,7'"):
        weighted(f"{tmp_path / '12:30'}:0,7")


@pytest.mark.parametrize("text", ["a.png:-1", "a.png:nan", "a.png:inf"])
def test_impossible_weights_are_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="finite"):
        weighted(text)


def test_seeds_axes_and_numbers_are_read() -> None:
    assert drawn("7") == (7, 1.0) and drawn("7:0.25") == (7, 0.25)
    assert amount_of("Top warmth=-1.5") == ("Top warmth", -1.5)
    assert number_of("hair=2") == ("hair", 2)
    for read, texts in (
        (drawn, ("", "x", "-1", "7:", "7:2", "7:nan", "7:0.5:1")),
        (amount_of, ("1", "=1", "1=", "1=x")),
        (number_of, ("hair", "hair=", "hair=1.5", "=1")),
    ):
        for text in texts:
            with pytest.raises(argparse.ArgumentTypeError):
                read(text)


def test_options_make_a_look() -> None:
    parser = Parser(prog="x")
    add_look(parser)
    given = "--exemplar a:2 --exemplar-condition la --exemplar b --exemplar-condition lb --style p.json --from top=2"
    options = [*given.split(), "--sample", "7:0.5", "--axis", "Top warmth=1", "--axis", "2=-1"]
    assert look_of(parser.parse_args(options)) == Look(
        (ExemplarFiles(Path("a"), Path("la"), 2.0), ExemplarFiles(Path("b"), Path("lb"))),
        Path("p.json"),
        (7, 0.5),
        {"Top warmth": 1.0, "2": -1.0},
        {"top": 2},
    )
    some = look_of(parser.parse_args(["--exemplar", "a", "--exemplar", "b", "--exemplar-condition", "la"]))
    assert [e.condition for e in some.exemplars] == [Path("la"), None] and some.unlabelled == Path("b")
    assert list(some.files) == [Path("a"), Path("la"), Path("b")]
    with pytest.raises(InputError, match="condition lb has no exemplar"):
        look_of(parser.parse_args(["--exemplar", "a", "--exemplar-condition", "la", "--exemplar-condition", "lb"]))


def test_exemplars_are_mixed_by_weight(folder: Path) -> None:
    exemplars, weights, style = mixed(Look(files(folder, 0.7, 0.3)))
    assert [e.name for e in exemplars] == ["photo0.png", "photo1.png"]
    assert exemplars[0].photo == Pixels(make_person(0, (8, 12))[0])
    assert weights == (0.7, 0.3) and style == PLAIN
    assert mixed(Look(files(folder, None, 3.0)))[1] == (1.0, 3.0)
    assert mixed(Look(files(folder, None)))[1] == (1.0,)


def test_a_preset_brings_its_exemplars_unless_others_are_named(folder: Path) -> None:
    style = Style.of({TOP: (0, 1)}, [1, -1], 5, 0.5)
    path = preset(folder / "p.warpaint-style", style=style)
    assert mixed(Look(preset=path)) == ((person(10), person(11)), (3.0, 1.0), style)
    exemplars, weights, found = mixed(Look(files(folder, None, None), path))
    assert exemplars[1].name == "photo1.png" and weights == (3.0, 1.0) and found == style
    assert mixed(Look(files(folder, 1.0, None), path))[1] == (1.0, 1.0)


def test_a_json_preset_needs_exemplars(folder: Path) -> None:
    path = preset(folder / "p.json", style=Style.of(sample=5))
    assert "brings no exemplars" in refused(Look(preset=path))
    assert mixed(Look(files(folder, None, None), path))[1:] == ((3.0, 1.0), Style.of(sample=5))
    assert mixed(Look(files(folder, None), path))[1:] == ((1.0,), Style.of(sample=5))


def test_options_go_before_the_preset(folder: Path) -> None:
    path = preset(folder / "p.warpaint-style", style=Style.of({TOP: (0, 1)}, [1, -1], 5, 0.5))
    look = Look(preset=path, sample=(9, 0.25), axes={"OVERALL contrast": 2.0}, sources={"top": 1, "hair": 2})
    assert mixed(look)[2] == Style.of({TOP: (1, 0), HAIR: (0, 1)}, [1, 2], 9, 0.25)
    assert mixed(Look(files(folder, None), axes={"2": -1.5}))[2] == Style.of(axes=[0, -1.5])


def test_what_does_not_fit_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = files(folder, None), files(folder, None, None)
    assert "No exemplar is named" in refused(Look())
    assert "weight above 0" in refused(Look(files(folder, 0.0, 0.0)))
    assert "weight above 0" in refused(Look(files(folder, 1.7e308, 1.7e308)))
    assert "64 at most" in refused(Look(one * 65))
    assert "missing.json" in refused(Look(one, folder / "missing.json"))
    assert "missing.png" in refused(Look((ExemplarFiles(folder / "missing.png", folder / "labels0.png"),)))
    assert "1 Top warmth, 2 Overall contrast" in refused(Look(one, axes={"3": 1.0}))
    assert "no axis '0'" in refused(Look(one, axes={"0": 1.0}))
    assert "stay within -3 and 3" in refused(Look(one, axes={"1": 3.5}))
    assert "stay within -3 and 3" in refused(Look(one, axes={"1": float("nan")}))
    assert "no class 'cape'" in refused(Look(one, sources={"cape": 1}))
    assert "no exemplar 2 for hair; there are 1" in refused(Look(one, sources={"hair": 2}))
    assert "no exemplar 0 for hair" in refused(Look(two, sources={"hair": 0}))
    three = preset(folder / "three.json", weights=(1.0, 1.0, 1.0))
    assert "weighs 3 exemplars, not 2; give 3, or a weight to each" in refused(Look(two, three))
    own = preset(folder / "own.json", style=Style.of({HAIR: (0, 1)}))
    assert "weighs 2 exemplars, not 1; give 2." in refused(Look(one, own))
    far = preset(folder / "far.json", style=Style.of(axes=[0, 0, 1]))
    assert "moves along 3 axes, but rabit has 2" in refused(Look(two, far))
    write_preset(folder / "step.json", Preset("fashion", "step", (), (), Style.of(sample=1)))
    assert "model step, not of rabit" in refused(Look(one, folder / "step.json"))
    monkeypatch.setattr("engine.commands.look.read_preset", lambda _: Preset("cats", None, (), (), PLAIN))
    assert "is for cats, not for fashion" in refused(Look(one, folder / "cats.json"))


def test_axes_and_random_styles_need_a_style_space(folder: Path) -> None:
    make_weights(folder / "weights", model="bare")
    for look in (Look(sample=(1, 1.0)), Look(axes={"1": 1.0})):
        with pytest.raises(InputError, match="model bare for fashion has no style space.*fit-styles"):
            replace(look, exemplars=files(folder, None)).mixed(FASHION, "bare")


def test_only_axes_and_random_styles_use_the_style_space(folder: Path) -> None:
    assert not Look(files(folder, 1.0, 2.0), sources={"hair": 1}).uses_style_space
    assert not Look(preset=preset(folder / "plain.warpaint-style")).uses_style_space
    assert Look(sample=(1, 0.5)).uses_style_space and Look(axes={"1": 1.0}).uses_style_space
    assert Look(preset=preset(folder / "a.json", style=Style.of(axes=[1]))).uses_style_space
    assert Look(preset=preset(folder / "s.warpaint-style", style=Style.of(sample=0))).uses_style_space
