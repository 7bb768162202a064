"""The training of RABIT on poses, a training that starts from weights, and one of the generator alone."""

from dataclasses import asdict
from pathlib import Path

import pytest
import torch

import main
from engine.data.chance import Chance
from engine.data.posed_set import PosedSet
from engine.domains import DOMAINS
from engine.errors import InputError
from engine.models.building import load_translator
from engine.models.rabit import Rabit
from engine.training.rabit_course import RabitCourse
from engine.training.start_from import start_from, trained_before
from engine.weights.card import PHOTOS_SEEN
from engine.weights.registry import find_weights, open_weights, save_weights
from tests.engine.figures import tiny_rabit
from tests.engine.folders import TINY_DOMAIN, make_tiny_weights
from tests.engine.posed_domain import POSED_CONFIG, POSED_DOMAIN, make_posed_data


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_posed_data(tmp_path_factory.mktemp("posed"))


@pytest.fixture
def course(people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RabitCourse:
    make_tiny_weights(tmp_path / "weights")
    monkeypatch.setenv("WARPAINT_WEIGHTS", str(tmp_path / "weights"))
    for domain in (TINY_DOMAIN, POSED_DOMAIN):
        monkeypatch.setitem(DOMAINS, domain.name, domain)
    torch.manual_seed(0)
    photos = PosedSet(people, POSED_DOMAIN, "train")
    return RabitCourse(POSED_DOMAIN, photos, photos, 2, torch.device("cpu"), config=POSED_CONFIG)


def test_a_step_learns_and_the_sheet_shows_it(course: RabitCourse) -> None:
    before = {name: p.detach().clone() for name, p in course.shipped.named_parameters()}
    for step in range(3):
        figures = course.step(Chance.of_step(0, step, 0), 0.9)
        assert all(value.isfinite() for value in figures.values())
    moved = {name.split(".")[0] for name, p in course.shipped.named_parameters() if not torch.equal(p, before[name])}
    assert {"condition_extractor", "exemplar_extractor", "condition_encoder", "generator", "refinement"} <= moved
    assert course.sample_sheet(course.shipped.eval()).shape == (192, 6 * 128, 3)


def test_without_a_config_it_takes_what_the_domain_says(people: Path, course: RabitCourse) -> None:
    photos = PosedSet(people, POSED_DOMAIN, "train")
    config = RabitCourse(POSED_DOMAIN, photos, photos, 2, torch.device("cpu")).shipped.config
    assert (config.planes, len(config.other_side), config.classes) == (20, 11, 11)


def test_the_generator_alone_learns(course: RabitCourse) -> None:
    course.learn_generator_only()
    before = {name: p.detach().clone() for name, p in course.shipped.named_parameters()}
    for step in range(2):
        course.step(Chance.of_step(0, step, 0), 0.5)
    moved = {name.split(".")[0] for name, p in course.shipped.named_parameters() if not torch.equal(p, before[name])}
    assert moved == {"generator"}


def test_a_start_takes_what_fits_and_leaves_the_rest(tmp_path: Path) -> None:
    trained, fresh = tiny_rabit(1), Rabit(POSED_CONFIG)
    _save(tmp_path / "w", trained.state_dict())
    left = start_from(fresh, open_weights(tmp_path / "w"))
    assert "condition_extractor.embedding.weight" in left  # other classes
    assert not any(name.startswith("refinement") for name in left)
    for name, value in fresh.state_dict().items():
        if name not in left:
            assert torch.allclose(value, trained.state_dict()[name], atol=2e-3)  # stored as fp16
    _save(tmp_path / "other", {"nothing": torch.zeros(1)})
    with pytest.raises(InputError, match="holds no tensor that this network could begin with"):
        start_from(fresh, open_weights(tmp_path / "other"))


def test_train_from_weights_on_poses(people: Path, course: RabitCourse, tmp_path: Path) -> None:
    _save(tmp_path / "start", tiny_rabit(1).state_dict())
    out, root = tmp_path / "run", tmp_path / "weights"
    export = root / POSED_DOMAIN.name / "rabit"
    arguments = ["train", "--domain", POSED_DOMAIN.name, "--data", str(people), "--out", str(out), "--steps", "1"]
    arguments += ["--batch", "2", "--start-from", str(tmp_path / "start"), "--export", str(export), "--device", "cpu"]
    assert main.main([*arguments, "--generator-only"]) == 0
    assert find_weights(POSED_DOMAIN.name, "rabit").card.config["planes"] == 20
    assert load_translator(POSED_DOMAIN.name, "rabit").config.other_side[3] == 5


def test_a_training_that_goes_on_counts_what_was_before(people: Path, course: RabitCourse, tmp_path: Path) -> None:
    exports = [tmp_path / name for name in ("first", "second")]
    arguments = ["train", "--domain", POSED_DOMAIN.name, "--data", str(people), "--batch", "2", "--device", "cpu"]
    arguments += ["--generator-only", "--steps", "1", "--out", str(tmp_path / "run")]
    assert main.main([*arguments, "--export", str(exports[0])]) == 0
    arguments[-1] = str(tmp_path / "on")
    assert main.main([*arguments, "--export", str(exports[1]), "--start-from", str(exports[0])]) == 0
    cards = [open_weights(folder).card for folder in exports]
    assert [card.steps for card in cards] == [1, 2]
    assert [card.metrics[PHOTOS_SEEN] for card in cards] == [2, 4]
    assert trained_before(cards[0], "rabit", "another") == (0, 0)


def _save(folder: Path, state: dict) -> None:
    save_weights(
        folder, model="rabit", domain="tiny", config=asdict(POSED_CONFIG), state_dict=state, data="made up",
        steps=0, seed=0, metrics={},
    )  # fmt: skip
