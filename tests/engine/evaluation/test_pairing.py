"""Which exemplars suit which photos."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.data.layouts.ade20k import Ade20k
from engine.data.layouts.deepfashion import DeepFashion
from engine.data.renderer import random_person
from engine.data.renderer.keypoints import keypoints
from engine.data.shown import read_shown
from engine.domains import FASHION
from engine.evaluation.pair_check import PairCheck, check_pairs, pair_report, pair_sheet, pose_overlap, report_lines
from engine.evaluation.pair_lists import nearest_exemplars
from engine.evaluation.pair_traits import Traits, read_traits
from engine.images import read_photo, write_image
from engine.losses.perceptual import PerceptualNetwork
from tests.engine.layout_folders import make_ade20k, make_deepfashion, small_domain
from tests.engine.posed_domain import POSED_DOMAIN

DOMAIN = small_domain("ade", 20)
CPU = torch.device("cpu")


class _Colours(torch.nn.Module):
    """A perceptual network that sees nothing but colours."""

    def forward(self, photo: torch.Tensor) -> list[torch.Tensor]:
        return [torch.nn.functional.avg_pool2d(photo, 8)] * 5


def _made_up(shares: list[list[float]], look: list[list[float]]) -> Traits:
    """Photos a, b, c, ... whose tiny pictures are all different."""
    count = len(shares)
    layout = torch.nn.functional.normalize(torch.tensor(shares).sqrt())
    look_of = torch.nn.functional.normalize(torch.tensor(look))
    return Traits(list("abcdefgh"[:count]), look_of, layout, torch.eye(count), np.array(shares), None)


def test_the_nearest_come_first_and_what_lacks_the_clothes_last() -> None:
    shares = [[0.5, 0.5, 0.0], [0.5, 0.4, 0.1], [0.5, 0.0, 0.5], [0.5, 0.45, 0.05]]
    look = [[1.0, 0.0], [0.6, 0.8], [0.99, 0.1], [0.9, 0.4]]
    traits = _made_up(shares, look)
    domain = small_domain("made-up", 3)
    assert nearest_exemplars(traits, traits, "look", 3, domain)["a"] == ["d", "b", "c"]  # c looks alike, wears another
    assert nearest_exemplars(traits, traits, "labels", 2, domain)["a"] == ["d", "b"]
    assert nearest_exemplars(traits, traits, "labels", 1, domain)["c"] == ["b"]


def test_copies_are_neither_exemplars_of_each_other_nor_proposed_twice(tmp_path: Path) -> None:
    make_ade20k(tmp_path, 5)
    images = tmp_path / "images" / "training"
    for number in (1, 2):
        brighter = np.minimum(read_photo(images / f"ADE_train_{number:08}.jpg").astype(int) + 6, 255).astype(np.uint8)
        write_image(images / f"ADE_train_{number + 10:08}.jpg", brighter)
        labels = tmp_path / "annotations" / "training"
        shutil.copy(labels / f"ADE_train_{number:08}.png", labels / f"ADE_train_{number + 10:08}.png")
    photos = Ade20k(tmp_path, DOMAIN, "train", paired=False)
    traits = read_traits(photos, photos.names, DOMAIN, None, CPU)
    assert len(traits.names) == 7
    pairs = nearest_exemplars(traits, traits, "labels", 7, DOMAIN)
    copies = [{f"ADE_train_{n:08}.jpg", f"ADE_train_{n + 10:08}.jpg"} for n in (1, 2)]
    for name, others in pairs.items():
        assert len(others) == len(set(others)) and name not in others
        for both in copies:
            assert len(both & {name, *others}) <= 1
    assert all(len(others) >= 3 for others in pairs.values())


def test_looks_are_told_by_the_network(tmp_path: Path) -> None:
    photos = Ade20k(make_ade20k(tmp_path, 6), DOMAIN, "train", paired=False)
    traits = read_traits(photos, photos.names, DOMAIN, PerceptualNetwork(_Colours()), CPU)
    assert traits.look is not None and traits.look.shape == (6, 48)
    assert torch.allclose(traits.look.norm(dim=1), torch.ones(6)) and traits.shares.sum(1) == pytest.approx(1)
    found = nearest_exemplars(traits, traits, "look", 5, DOMAIN)
    suited = [check for check in check_pairs(found, traits, traits, DOMAIN) if check.name == traits.names[0]]
    nearness = (traits.look @ traits.look[0])[[traits.names.index(check.exemplar) for check in suited]]
    fine = nearness[[not check.suspicious for check in suited]]
    assert (fine.diff() <= 0).all() and [check.suspicious for check in suited] == sorted(c.suspicious for c in suited)


def test_trousers_for_a_dress_are_suspicious() -> None:
    shares = np.zeros((3, len(FASHION.classes)))
    for row, worn in enumerate((("dress", "face"), ("pants", "top"), ("dress", "shoes"))):
        shares[row, 0] = 0.7
        shares[row, [FASHION.class_named(name).id for name in worn]] = 0.25, 0.05
    traits = Traits(["a", "b", "c"], None, torch.eye(3), torch.eye(3), shares, None)
    checks = check_pairs({"a": ["b", "c", "unknown"], "unknown": ["a"]}, traits, traits, FASHION)
    assert [(check.exemplar, check.suspicious) for check in checks] == [("b", True), ("c", False)]
    assert checks[0].missing == ("face", "dress") and checks[0].classes == 0
    assert checks[1].classes == pytest.approx(0.25 / 0.3)
    report = pair_report(checks)
    assert report["suspicious"] == 0.5 and report["suspicious pairs"][0]["exemplar"] == "b"
    assert "1 of 2 pairs (50.0%)" in report_lines(report)


def test_a_back_is_suspicious_for_a_front() -> None:
    front = keypoints(random_person(1), (64, 96))
    moved = front * [0.5, 0.5, 1] + np.array([7, 3, 0])
    assert pose_overlap(front[0], moved[0]) == 1
    turned = front.copy()
    turned[0, :, 0] = 64 - turned[0, :, 0]  # seen from behind: the right arm is on the right
    overlap = pose_overlap(front[0], turned[0])
    assert PairCheck("a", "b", 1.0, overlap, ()).suspicious and not PairCheck("a", "b", 1.0, 1.0, ()).suspicious
    hidden = front.copy()
    hidden[0, [1, 8]] = 0
    assert pose_overlap(front[0], hidden[0]) is None


def test_poses_of_a_layout_and_the_sheet(tmp_path: Path) -> None:
    photos = DeepFashion(make_deepfashion(tmp_path, 3), "train", paired=False)
    traits = read_traits(photos, photos.names, POSED_DOMAIN, None, CPU)
    assert traits.poses is not None and traits.poses.shape == (6, 18, 3)
    pairs = nearest_exemplars(traits, traits, "labels", 2, POSED_DOMAIN)
    checks = check_pairs(pairs, traits, traits, POSED_DOMAIN)
    assert len(checks) == 12 and all(check.pose is not None for check in checks)
    bad = [PairCheck(photos.names[0], photos.names[1], 0.1, 0.2, ())]
    plain, red = (
        pair_sheet(some, lambda name: read_shown(photos, name, POSED_DOMAIN), POSED_DOMAIN) for some in (checks, bad)
    )
    assert plain.dtype == np.uint8 and plain.shape[1] == red.shape[1] and plain.shape[0] > red.shape[0]
    assert (red == (206, 40, 40)).all(2).sum() > 500
