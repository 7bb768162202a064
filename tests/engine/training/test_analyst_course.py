"""The training of the analyst, and what it leaves behind."""

import argparse
from pathlib import Path

import pytest
import torch

from engine.analysis.analyst import Analyst, AnalystConfig
from engine.data.chance import Chance
from engine.data.posed_photos import PosedPhotos
from engine.data.views import UNKNOWN
from engine.domains import DOMAINS
from engine.errors import InputError
from engine.training import analyst_course
from engine.training.analyst_course import AnalystCourse, composed, dice_loss
from engine.training.spoil import cut_out, spoiled
from engine.training.train import add_arguments, run
from engine.weights.registry import open_weights, read_weights
from tests.engine.folders import TINY_DOMAIN
from tests.engine.posed_people import make_posed_people

TINY = AnalystConfig(classes=6, channels=(6, 8, 12, 12, 12), blocks=(1, 1, 1, 1), wide=12)
STEPS = 30


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_posed_people(tmp_path_factory.mktemp("people"))


def _course(people: Path, config: AnalystConfig = TINY) -> AnalystCourse:
    torch.manual_seed(0)
    photos = PosedPhotos(people, TINY_DOMAIN, "train")
    return AnalystCourse(TINY_DOMAIN, photos, photos, 4, torch.device("cpu"), config)


def test_it_learns_labels_and_heat(people: Path) -> None:
    course = _course(people)
    figures = [course.step(Chance.of_step(0, step, 0), 0.5 * step / STEPS) for step in range(STEPS)]
    for name in ("labels", "heat"):
        first, last = (torch.stack([f[name] for f in part]).mean() for part in (figures[:6], figures[-6:]))
        assert last < 0.9 * first, name
    assert course.sample_sheet(course.shipped.eval()).shape == (192, 3 * 3 * 128, 3)


def test_a_step_depends_on_its_chance_alone(people: Path) -> None:
    losses = [_course(people).step(Chance.of_step(3, 4, 0), 0.9)["loss"] for _ in range(2)]
    assert torch.equal(*losses) and not losses[0].requires_grad


def test_the_teacher_labels_where_it_is_sure(people: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = _course(people)
    chance = Chance.of_step(0, 0, 0)
    assert (course._drawn(chance, 0.0, (96, 64)).labels[2:] == UNKNOWN).all()
    monkeypatch.setattr(analyst_course, "SURE", 0.0)
    taught = course._drawn(chance, 0.9, (96, 64))
    assert taught.labels.shape == (4, 192, 128) and taught.labels.max() < 6
    monkeypatch.setattr(analyst_course, "SURE", 1.1)
    assert (course._drawn(chance, 0.9, (96, 64)).labels[2:] == UNKNOWN).all()


def test_views_keep_labels_and_heat_together(people: Path) -> None:
    layer = PosedPhotos(people, TINY_DOMAIN, "train").batch(["p0", "p1"])
    photo, labels, targets = composed(layer, layer, (96, 64), 0.5, Chance.of_step(0, 1, 0))
    assert photo.shape == (2, 3, 96, 64) and photo.abs().max() <= 1
    assert labels.shape == (2, 48, 32) and targets.heat.shape == (2, 18, 24, 16)
    assert not targets.known[:, 3].any()  # the data lacks the right elbow
    assert targets.known[:, 1].all()


def test_dice_is_zero_for_the_truth_and_one_for_its_opposite() -> None:
    labels = torch.tensor([[[0, 1, UNKNOWN]]])
    right = torch.tensor([[[[1.0, 0, 0]], [[0, 1.0, 1.0]], [[0, 0, 0]]]])
    assert dice_loss(right, labels) == 0
    assert dice_loss(right[:, [1, 0, 2]], labels) == 1


def test_spoiled_photos_stay_photos_and_cut_parts_lose_their_labels() -> None:
    chance = Chance.of_step(0, 0, 0)
    photo = torch.rand(12, 3, 32, 32) * 2 - 1
    worse = spoiled(photo, chance)
    assert worse.shape == photo.shape and worse.abs().max() <= 1 and not torch.equal(worse, photo)
    cut, labels = cut_out(photo, torch.ones(12, 16, 16, dtype=torch.long), chance.dice)
    touched = (labels == UNKNOWN).flatten(1).any(1)
    assert 0 < touched.sum() < 12
    assert torch.equal((cut != photo).flatten(1).any(1), touched)


def test_training_without_label_maps_is_refused(tmp_path: Path) -> None:
    make_posed_people(tmp_path, 2, 1)
    (tmp_path / "train_labelled.txt").write_text("")
    with pytest.raises(InputError, match="label map"):
        _course(tmp_path)


def test_a_run_ends_in_weights(people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DOMAINS, TINY_DOMAIN.name, TINY_DOMAIN)
    monkeypatch.setattr(analyst_course, "AnalystConfig", lambda classes: TINY)
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    places = ["--domain", "tiny", "--data", str(people), "--out", str(tmp_path), "--device", "cpu"]
    assert run(parser.parse_args([*places, "--model", "analyst", "--steps", "2", "--batch", "2"])) == 0
    config, tensors = read_weights(open_weights(tmp_path / "weights"))
    Analyst(AnalystConfig(**config)).load_state_dict(tensors)
    assert (tmp_path / "sheet-0000002.png").exists()
