"""Exemplars without a label map: it is found in the photo, once a run."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import main
from engine.analysis import analyse as module
from engine.analysis.analyse import Analysis
from engine.commands.batch import Batch
from engine.commands.jobs import read_jobs
from engine.commands.labelling import Labelling
from engine.commands.look import ExemplarFiles, Look
from engine.commands.request import Request
from engine.conditions.label_map import read_label_map, write_label_map
from engine.domains import FASHION
from engine.errors import InputError
from engine.images import read_photo, write_image
from engine.inference.session import Session
from engine.inference.state import EditState, Frame
from engine.weights.registry import find_weights, weights_root
from tests.engine.analysis.oracle import CLASS, Oracle, people
from tests.engine.factories import fake_render, make_person, make_weights

SAMPLES = Path(__file__).parents[3] / "resources" / "samples" / "exemplars"
BOX = (200, 40, 330, 380)
SHIPPED = pytest.mark.skipif(
    not all((weights_root() / "fashion" / model / "card.json").exists() for model in ("rabit", "analyst")),
    reason="no weights are shipped yet",
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A photo in which the oracle finds one person, beside a label map to paint."""
    for model in ("rabit", "analyst"):
        make_weights(tmp_path / "weights", model=model)
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setattr(module, "load_analyst", lambda weights: Oracle())
    write_image(tmp_path / "photo.png", people((600, 400), BOX)[0])
    write_label_map(tmp_path / "labels.png", make_person(0)[1], FASHION)
    return tmp_path


def test_the_exemplar_is_the_part_around_the_person(folder: Path) -> None:
    photo = read_photo(folder / "photo.png")
    exemplar = Labelling("cpu").exemplar(photo, folder / "photo.png", FASHION)
    height, width = exemplar.labels.array.shape
    assert exemplar.photo.array.shape == (height, width, 3) and exemplar.name == "photo.png"
    assert 340 <= height <= 400 and abs(width / height - 2 / 3) < 0.01
    red = exemplar.photo.array[:, :, 0] > 127
    assert ((exemplar.labels.array == CLASS) == red).mean() > 0.97 and red.sum() == 130 * 340


def test_a_photo_is_analysed_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    found = Analysis.of
    monkeypatch.setattr(Analysis, "of", lambda self, photo, name="": calls.append(name) or found(self, photo, name))
    jobs = [{"condition": "labels.png", "exemplar": "photo.png", "seed": seed, "out": f"{seed}.png"} for seed in (1, 2)]
    more = {"condition": "labels.png", "exemplars": [{"photo": "photo.png"}], "out": "3.png"}
    (folder / "jobs.json").write_text(json.dumps({"domain": "fashion", "jobs": [*jobs, more]}))
    batch = Batch(FASHION, find_weights("fashion", "rabit"), folder, folder / "out", fake_render)
    summary = batch.run(read_jobs(folder / "jobs.json"))
    assert (summary.done, summary.failed, len(calls)) == (3, 0, 1)
    assert batch.run(read_jobs(folder / "jobs.json")).skipped == 3


def test_render_needs_no_label_map_of_the_exemplar(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    states: list[EditState] = []

    def render(self: Session, state: EditState) -> Frame:
        states.append(state)
        return fake_render(state)

    monkeypatch.setattr(Session, "render", render)
    names = ["--condition", "labels.png", "--exemplar", "photo.png", "--out", "out.png"]
    places = [word if word.startswith("--") else str(folder / word) for word in names]
    assert main.main(["render", "--domain", "fashion", "--device", "cpu", *places]) == 0
    assert (states[0].exemplars[0].labels.array == CLASS).mean() > 0.3


def test_another_analyst_is_another_picture(folder: Path) -> None:
    request = Request(folder / "labels.png", Look((ExemplarFiles(folder / "photo.png", None),)))
    weights = find_weights("fashion", "rabit")
    before = request.key(weights)
    assert request.key(weights) == before
    labelled = Look((ExemplarFiles(folder / "photo.png", folder / "labels.png"),))
    assert replace(request, look=labelled).key(weights) != before
    card = folder / "weights" / "fashion" / "analyst" / "card.json"
    card.write_text(
        card.read_text().replace('"config":{}', '"config":{"wide":8}').replace('"config": {}', '"config": {"wide": 8}')
    )
    assert request.key(weights) != before


def test_without_an_analyst_the_label_map_is_asked_for(folder: Path) -> None:
    (folder / "weights" / "fashion" / "analyst" / "card.json").unlink()
    request = Request(folder / "labels.png", Look((ExemplarFiles(folder / "photo.png", None),)))
    for ask in (lambda: request.key(find_weights("fashion", "rabit")), lambda: request.state(FASHION, "rabit")):
        with pytest.raises(InputError, match=r"label map of .*photo\.png is missing, .*--exemplar-condition"):
            ask()


def test_a_photo_that_shows_nobody_is_named(folder: Path) -> None:
    with pytest.raises(InputError, match=r"No person was found in the photo .*sea\.png"):
        Labelling("cpu").exemplar(np.zeros((40, 40, 3), np.uint8), Path("sea.png"), FASHION)


@SHIPPED
@pytest.mark.parametrize("name", ["lace-dress", "pinstripe-suit"])
def test_the_shipped_analyst_finds_a_drawn_person(name: str) -> None:
    photo = read_photo(SAMPLES / f"{name}.webp")
    labels = read_label_map(SAMPLES / f"{name}-labels.png", FASHION)
    person = Analysis(FASHION).of(photo)[0]
    both, either = (person.labels > 0) & (labels > 0), (person.labels > 0) | (labels > 0)
    assert both.sum() > 0.6 * either.sum()
