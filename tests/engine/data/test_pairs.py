"""Training pairs whose known matches are right."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from engine.correspondence.grids import sample
from engine.data import pairs as pairs_module
from engine.data.chance import Chance
from engine.data.pairs import PairBatch, draw_pairs
from engine.data.photo_set import PhotoSet
from engine.errors import InputError
from tests.engine.folders import TINY_DOMAIN, make_people

TENSORS = ("target", "labels", "exemplar", "exemplar_labels", "match", "known", "same")


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> PhotoSet:
    return PhotoSet(make_people(tmp_path_factory.mktemp("people")), TINY_DOMAIN, "train")


def _batches(photos: PhotoSet) -> PairBatch:
    drawn = [draw_pairs(photos, 4, Chance.of_step(0, step, 0)) for step in range(4)]
    return PairBatch(*(torch.cat([getattr(b, name) for b in drawn]) for name in TENSORS))


def _error(pairs: PairBatch, match: Tensor) -> Tensor:
    """Mean absolute difference of the warped exemplar and the target where the match is known."""
    return (sample(pairs.exemplar, match) - pairs.target).abs().mean(1)[pairs.known].mean()


def _agreement(pairs: PairBatch, match: Tensor) -> Tensor:
    found = sample(pairs.exemplar_labels.unsqueeze(1).float(), match, mode="nearest")[:, 0]
    return (found == pairs.labels)[pairs.known].float().mean()


def test_the_exemplar_warped_by_the_match_is_the_target_where_known(photos: PhotoSet) -> None:
    pairs = _batches(photos)
    assert pairs.known.float().mean() > 0.3
    assert _error(pairs, pairs.match) < 0.02 < _error(pairs, pairs.match + 0.1)
    assert _agreement(pairs, pairs.match) > 0.99 > _agreement(pairs, pairs.match + 0.1)


def test_matches_stay_right_when_exemplars_are_mirrored(photos: PhotoSet) -> None:
    pairs = _batches(photos)
    which = torch.arange(16) % 2 == 0
    mirrored = pairs.mirrored(which)
    assert _error(mirrored, mirrored.match) == pytest.approx(_error(pairs, pairs.match).item(), abs=1e-3)
    assert _agreement(mirrored, mirrored.match) > 0.99
    assert torch.equal(mirrored.exemplar[0], pairs.exemplar[0].flip(2))
    assert torch.equal(mirrored.exemplar[1], pairs.exemplar[1])


def test_known_matches_lie_inside_and_belong_to_own_photos(photos: PhotoSet) -> None:
    pairs = _batches(photos)
    assert pairs.match[pairs.known].abs().max() < 1
    assert not pairs.known[~pairs.same].any()
    assert pairs.same.any() and not pairs.same.all()


def test_what_a_hole_hides_is_not_known(photos: PhotoSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs_module, "RETRIEVED", 0.0)
    monkeypatch.setattr(pairs_module, "HOLED", 0.0)
    whole = _batches(photos)
    monkeypatch.setattr(pairs_module, "HOLED", 1.0)
    holed = _batches(photos)
    hidden = whole.known & ~holed.known
    assert 0.01 < hidden.float().mean() < 0.3
    wrong = (sample(holed.exemplar, holed.match) - holed.target).abs().mean(1)
    assert wrong[hidden].mean() > 5 * wrong[holed.known].mean()


def test_pictures_and_matches_are_mirrored_by_chance(photos: PhotoSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs_module, "RETRIEVED", 0.0)
    pairs = _batches(photos)
    rightwards = (pairs.match[:, 96, 80, 0] > pairs.match[:, 96, 48, 0]).tolist()
    assert set(rightwards) == {True, False}


def test_the_same_step_draws_the_same_pairs_and_others_draw_others(photos: PhotoSet) -> None:
    first, again, other = (
        draw_pairs(photos, 2, Chance.of_step(*numbers)) for numbers in ((1, 2, 0), (1, 2, 0), (1, 2, 1))
    )
    assert torch.equal(first.exemplar, again.exemplar) and torch.equal(first.match, again.match)
    assert not torch.equal(first.match, other.match)


def test_moving_to_a_device_moves_every_part(photos: PhotoSet) -> None:
    moved = replace(draw_pairs(photos, 2, Chance.of_step(0, 0, 0))).to(torch.device("meta"))
    assert {getattr(moved, name).device.type for name in TENSORS} == {"meta"}


def test_photos_come_in_the_domain_s_size_and_range(photos: PhotoSet) -> None:
    photo, labels = photos.batch(photos.names[:2])
    assert photo.shape == (2, 3, 192, 128) and labels.shape == (2, 192, 128)
    assert -1 <= photo.min() < -0.5 and 0.5 < photo.max() <= 1
    assert labels.max() == 5 and labels.dtype == torch.long


def test_an_exemplar_is_one_of_those_listed(photos: PhotoSet) -> None:
    assert photos.exemplar_for("p2", Chance.of_step(0, 0, 0).dice) == "p1"


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda folder: (folder / "train_labelled.txt").unlink(), "train_labelled.txt"),
        (lambda folder: (folder / "train_labelled.txt").write_text(""), "empty; name another split"),
        (lambda folder: (folder / "pairs.json").write_text("[1]"), "not of the form"),
        (lambda folder: (folder / "labels" / "p1.png").unlink(), r"p1\.png"),
        (lambda folder: (folder / "photos" / "p1.png").write_bytes(b"no picture"), r"p1\.png"),
    ],
)
def test_damaged_folders_are_named_in_a_sentence(tmp_path: Path, damage, sentence: str) -> None:
    damage(make_people(tmp_path, 2))
    with pytest.raises(InputError, match=sentence):
        PhotoSet(tmp_path, TINY_DOMAIN, "train").batch(["p1"])
