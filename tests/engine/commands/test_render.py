"""The render command, with made-up pictures and, where weights are shipped, with those."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import main
from engine.conditions.label_map import write_label_map
from engine.domains import FASHION
from engine.images import read_photo, write_image
from engine.inference.preset import Preset, write_preset
from engine.inference.session import Session
from engine.inference.state import EditState, Exemplar, Frame, Pixels
from engine.style import Style
from engine.weights.registry import weights_root
from tests.engine.factories import fake_render, make_person, make_style_space, make_weights

SHIPPED = weights_root() / "fashion" / "rabit"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with three persons."""
    for i in range(3):
        photo, labels = make_person(i)
        write_image(tmp_path / f"{i}.png", photo)
        write_label_map(tmp_path / f"labels{i}.png", labels, FASHION)
    return tmp_path


@pytest.fixture
def rendered(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[EditState]:
    """Weights that do nothing, a session that renders made-up frames, and the states that it was asked for."""
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(folder / "weights"))
    make_weights(folder / "weights")
    make_style_space(folder / "weights", ("Top warmth",))
    states = []

    def render(self: Session, state: EditState) -> Frame:
        states.append(state)
        return fake_render(state)

    monkeypatch.setattr(Session, "render", render)
    return states


def render(folder: Path, *options: object, out: str = "out.png") -> int:
    files = ["--domain", "fashion", "--condition", folder / "labels2.png", "--out", folder / out, "--device", "cpu"]
    return main.main(["render", *map(str, files), *map(str, options)])


def exemplars(folder: Path, *weights: str) -> list[str]:
    """Options for the first persons, with what follows each path."""
    return [
        option
        for i, weight in enumerate(weights)
        for option in (f"--exemplar={folder / f'{i}.png'}{weight}", f"--exemplar-condition={folder / f'labels{i}.png'}")
    ]


def test_a_mix_is_rendered_and_told(folder: Path, rendered: list[EditState]) -> None:
    options = ["--from", "hair=2", "--sample", "7:0.5", "--axis", "top warmth=1", "--seed", "5", "--json"]
    assert render(folder, *exemplars(folder, ":0.7", ":0.3"), *options) == 0
    (state,) = rendered
    assert [e.name for e in state.exemplars] == ["0.png", "1.png"] and state.weights == (0.7, 0.3) and state.seed == 5
    assert state.style == Style.of({FASHION.class_named("hair").id: (0, 1)}, [1], 7, 0.5)
    recipe = json.loads(Image.open(folder / "out.png").info["warpaint"])
    assert recipe["exemplar_weights"] == [0.7, 0.3] and recipe["seed"] == 5
    assert recipe["style"] == {"class_weights": {"hair": [0, 1]}, "axes": [1], "sample": 7, "surprise": 0.5}
    assert json.loads((folder / "out.json").read_text())["exemplar_sizes"] == [[64, 96], [64, 96]]


def test_a_preset_is_enough(folder: Path, rendered: list[EditState]) -> None:
    photo, labels = make_person(1)
    preset = Preset("fashion", "rabit", (Exemplar(Pixels(photo), Pixels(labels), "own"),), (1.0,), Style.of(sample=3))
    write_preset(folder / "p.warpaint-style", preset)
    assert render(folder, "--style", folder / "p.warpaint-style") == 0
    assert rendered[0].exemplars == preset.exemplars and rendered[0].style == preset.style


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "No exemplar is named"),
        (["--style", "none.json"], "none.json"),
        (["--exemplar", "a.png:-1"], "Argument --exemplar: the weight -1"),
        (["--exemplar", "a.png"], "a.png"),
        (["--sample", "x"], "Argument --sample: 'x' is not SEED"),
        (["--axis", "1"], "Argument --axis: '1' is not a name and a number"),
        (["--from", "hair"], "Argument --from: 'hair' is not a name"),
    ],
)
def test_bad_options_are_refused_before_anything_is_rendered(
    folder: Path, rendered: list[EditState], capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    assert render(folder, *options) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1
    assert not rendered and not (folder / "out.png").exists()


@pytest.mark.parametrize("option", ["--warped", "--confidence"])
def test_a_model_without_correspondence_has_no_warp(
    folder: Path,
    rendered: list[EditState],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    option: str,
) -> None:
    def unmatched(self: Session, state: EditState) -> Frame:
        return replace(fake_render(state), warp=None, confidence=None, correspondence=None, source=None)

    monkeypatch.setattr(Session, "render", unmatched)
    assert render(folder, *exemplars(folder, ""), option, folder / "extra.png") == 2
    assert f"so it has no {option}; leave it out" in capsys.readouterr().err
    assert not (folder / "out.png").exists()
    assert render(folder, *exemplars(folder, "")) == 0


@pytest.fixture(scope="module")
def session() -> Session:
    """One for all renders, which spares them what they have in common."""
    return Session("cpu")


@pytest.fixture
def shipped(folder: Path, session: Session, monkeypatch: pytest.MonkeyPatch) -> Callable[..., np.ndarray]:
    """Renders with the shipped weights; returns the picture."""
    if not (SHIPPED / "card.json").exists():
        pytest.skip("no weights are shipped yet")
    shutil.copytree(SHIPPED, folder / "weights" / "fashion" / "rabit")
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(folder / "weights"))
    monkeypatch.setattr("engine.inference.session.Session", lambda **computing: session)

    def picture(*options: object) -> np.ndarray:
        assert render(folder, *options) == 0
        return read_photo(folder / "out.png")

    return picture


def test_an_exemplar_of_weight_0_changes_no_bit(folder: Path, shipped: Callable[..., np.ndarray]) -> None:
    alone = shipped(*exemplars(folder, ""))
    assert np.array_equal(shipped(*exemplars(folder, ":1", ":0")), alone)
    assert not np.array_equal(shipped(*exemplars(folder, ":1", ":1")), alone)


def test_random_styles_and_axes_change_the_picture(
    folder: Path, session: Session, shipped: Callable[..., np.ndarray]
) -> None:
    photo, labels = make_person(0)
    codes = session.style_codes("fashion", "rabit", [Exemplar(Pixels(photo), Pixels(labels))])
    make_style_space(folder / "weights", ("Top warmth", "Overall contrast"), dims=codes.shape[1])
    one = exemplars(folder, "")
    pictures = [shipped(*one, *more) for more in ([], ["--sample", "1"], ["--axis", "2=3"])]
    assert len({picture.tobytes() for picture in pictures}) == 3
