"""Requests: a key stands for all that decides the picture, and the recipe tells it."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from engine.commands.look import ExemplarFiles, Look
from engine.commands.request import Request, facts, recipe
from engine.conditions.label_map import write_label_map
from engine.domains import FASHION
from engine.images import write_image
from engine.inference.preset import Preset, write_preset
from engine.style import Style
from engine.weights.registry import find_weights
from tests.engine.factories import fake_render, make_person, make_style_space, make_weights


@pytest.fixture
def request_of_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Request:
    """Two exemplars of different sizes and a preset, with a style space."""
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path / "weights"))
    make_weights(tmp_path / "weights")
    make_style_space(tmp_path / "weights", ("Top warmth",))
    for i in range(2):
        photo, labels = make_person(i, (8 + i, 12))
        write_image(tmp_path / f"photo{i}.png", photo)
        write_label_map(tmp_path / f"labels{i}.png", labels, FASHION)
    write_preset(tmp_path / "p.json", Preset("fashion", "rabit", (), (), Style.of(axes=[1])))
    exemplars = tuple(ExemplarFiles(tmp_path / f"photo{i}.png", tmp_path / f"labels{i}.png", i + 1.0) for i in range(2))
    look = Look(exemplars, tmp_path / "p.json", (7, 0.5), {"Top warmth": 2.0}, {"hair": 2})
    return Request(tmp_path / "labels0.png", look, seed=3)


def key(request: Request) -> str:
    return request.key(find_weights("fashion", "rabit"))


def changed(**changes: object) -> Callable[[Request], Request]:
    return lambda request: replace(request, look=replace(request.look, **changes))


@pytest.mark.parametrize(
    "change",
    [
        lambda request: replace(request, seed=4),
        lambda request: replace(request, condition=request.look.exemplars[1].condition),
        lambda request: changed(exemplars=request.look.exemplars[::-1])(request),
        lambda request: changed(exemplars=request.look.exemplars[:1])(request),
        lambda request: changed(exemplars=tuple(replace(e, weight=1.0) for e in request.look.exemplars))(request),
        changed(preset=None),
        changed(sample=None),
        changed(sample=(8, 0.5)),
        changed(sample=(7, 0.75)),
        changed(axes={"Top warmth": 1.0}),
        changed(sources={"hair": 1}),
        changed(sources={}),
    ],
)
def test_whatever_decides_the_picture_decides_the_key(request_of_two: Request, change: Callable) -> None:
    assert key(change(request_of_two)) != key(request_of_two) == key(replace(request_of_two))


def test_the_preset_and_the_style_space_decide_the_key(request_of_two: Request) -> None:
    before = key(request_of_two)
    plain = replace(request_of_two, look=Look(request_of_two.look.exemplars))
    plain_before = key(plain)
    root = request_of_two.condition.parent
    make_style_space(root / "weights", ("Top warmth",), seed=1)
    other_space = key(request_of_two)
    assert other_space != before and key(plain) == plain_before
    write_preset(root / "p.json", Preset("fashion", "rabit", (), (), Style.of(axes=[0.5])))
    assert key(request_of_two) not in (before, other_space)


def test_a_plain_exemplar_keeps_the_key_that_old_records_have(request_of_two: Request) -> None:
    (exemplar, _) = request_of_two.look.exemplars
    content = hashlib.sha256(f"{find_weights('fashion', 'rabit').card.weights_hash} 0".encode())
    for path in (request_of_two.condition, exemplar.photo, exemplar.condition):
        content.update(hashlib.sha256(path.read_bytes()).digest())
    assert key(Request(request_of_two.condition, Look((exemplar,)))) == content.hexdigest()


def test_the_recipe_tells_the_mix(request_of_two: Request) -> None:
    state = request_of_two.state(FASHION, "rabit")
    weights = find_weights("fashion", "rabit")
    assert json.loads(recipe(state, weights)["warpaint"]) == {
        "domain": "fashion",
        "model": "rabit",
        "weights": weights.card.weights_hash,
        "seed": 3,
        "exemplars": ["photo0.png", "photo1.png"],
        "exemplar_weights": [1.0, 2.0],
        "style": {"class_weights": {"hair": [0.0, 1.0]}, "axes": [2.0], "sample": 7, "surprise": 0.5},
    }


def test_facts_name_the_size_of_each_exemplar(request_of_two: Request) -> None:
    both = facts(fake_render(request_of_two.state(FASHION, "rabit")))
    assert both["size"] == [8, 12] and both["exemplar_sizes"] == [[8, 12], [9, 12]] and "exemplar_size" not in both
    one = changed(exemplars=request_of_two.look.exemplars[:1], sources={})(request_of_two)
    told = facts(fake_render(one.state(FASHION, "rabit")))
    assert told["exemplar_size"] == [8, 12] and told["exemplar_sizes"] == [[8, 12]]
