"""What the alignment is trained by."""

import math

import pytest
import torch
import torch.nn.functional as F

from engine.correspondence.grids import identity_grid
from engine.losses.correspondence import (
    CAP,
    CONTRASTED,
    cycle_loss,
    feature_alignment,
    feature_contrast,
    match_loss,
    trust_loss,
    warped_mask_loss,
)
from tests.engine.figures import photo_like

GRID = identity_grid(12, 8).unsqueeze(0)


def test_a_match_is_measured_in_pixels_of_the_exemplar() -> None:
    weight = torch.ones(1, 12, 8)
    off = GRID + torch.tensor([3 * 2 / 128, 4 * 2 / 192])
    assert match_loss(GRID, GRID, weight, (192, 128)).item() == pytest.approx(0.1, abs=1e-3)
    assert match_loss(off, GRID, weight, (192, 128)).item() == pytest.approx(5, abs=0.1)


def test_far_matches_count_as_the_cap_and_unweighted_ones_not_at_all() -> None:
    weight = torch.ones(1, 12, 8)
    assert match_loss(GRID + 2, GRID, weight, (192, 128)).item() == pytest.approx(CAP, abs=0.1)
    off, weight[:, :6] = GRID.clone(), 0
    off[:, :6] += 1
    assert match_loss(off, GRID, weight, (192, 128)).item() == pytest.approx(0.1, abs=1e-3)
    assert match_loss(off, GRID, 0 * weight, (192, 128)) == 0


def test_equal_features_are_aligned() -> None:
    features = F.normalize(torch.randn(2, 8, 3, 4), dim=1)
    assert feature_alignment(features, features) == 0
    assert feature_alignment(features, -features).item() == pytest.approx(2 * features.abs().sum(1).mean().item())


def test_contrast_is_small_for_distinct_features_and_log_n_for_equal_ones() -> None:
    torch.manual_seed(0)
    distinct = F.normalize(torch.randn(1, 512, 64, 64), dim=1)
    truth, known = identity_grid(64, 64).unsqueeze(0), torch.ones(1, 64, 64)
    right = feature_contrast(distinct, distinct, truth, known)
    wrong = feature_contrast(distinct, distinct.roll(1, 3), truth, known)
    even = feature_contrast(torch.ones_like(distinct), torch.ones_like(distinct), truth, known)
    assert right.item() < 0.15 < 5 < wrong.item()
    assert even.item() == pytest.approx(torch.tensor(float(CONTRASTED)).log().item(), abs=1e-3)


def test_contrast_needs_known_matches() -> None:
    features = F.normalize(torch.randn(2, 8, 12, 8), dim=1)
    known = torch.zeros(2, 12, 8)
    assert feature_contrast(features, features, GRID.expand(2, -1, -1, -1), known) == 0
    known[1, 3:6, 2:6] = 1
    assert feature_contrast(features, features, GRID.expand(2, -1, -1, -1), known) > 0


def test_there_and_back_is_home() -> None:
    values, weight = photo_like(0, 96, 64), torch.ones(1, 96, 64)
    grid = identity_grid(96, 64).unsqueeze(0)
    mirror = grid * torch.tensor([-1.0, 1.0])
    assert cycle_loss(values, mirror, mirror, weight).item() < 1e-5
    assert cycle_loss(values, mirror, grid, weight).item() > 0.1
    assert cycle_loss(values, mirror, grid, 0 * weight) == 0


@pytest.mark.parametrize("error", [0.0, 0.15, 0.6])
def test_trust_is_cheapest_at_the_stated_target(error: float) -> None:
    truth = torch.zeros(1, 3, 8, 8)
    known, agrees = torch.ones(1, 1, 8, 8), torch.ones(1, 1, 8, 8)
    trust = torch.zeros(1, 1, 8, 8, requires_grad=True)
    descent = torch.optim.SGD([trust], 200.0)
    for _ in range(150):
        descent.zero_grad()
        trust_loss(trust, truth + error, truth, known, agrees).backward()
        descent.step()
    said, target = trust.sigmoid()[0, 0, 4, 4].item(), torch.tensor(-error / 0.15).exp().item()
    assert said == pytest.approx(target, abs=0.02)


def test_where_the_truth_is_not_known_only_disagreeing_labels_teach() -> None:
    warp, known = torch.ones(1, 3, 8, 8), torch.zeros(1, 1, 8, 8)
    agrees = torch.ones(1, 1, 8, 8)
    agrees[..., 4:] = 0
    trust = torch.zeros(1, 1, 8, 8, requires_grad=True)
    trust_loss(trust, warp, -warp, known, agrees).backward()
    assert (trust.grad[..., :4] == 0).all() and (trust.grad[..., 4:] > 0).all()


def test_trust_does_not_teach_the_warp() -> None:
    warp = torch.ones(1, 3, 8, 8, requires_grad=True)
    ones = torch.ones(1, 1, 8, 8)
    trust = torch.zeros(1, 1, 8, 8, requires_grad=True)
    trust_loss(trust, warp, torch.zeros(1, 3, 8, 8), ones, ones).backward()
    assert warp.grad is None and trust.grad.abs().sum() > 0


def test_the_warped_mask_counts_classes_that_the_exemplar_has() -> None:
    labels = torch.tensor([[[1, 2], [0, 3]]])
    exemplar_labels = torch.tensor([[[1, 1, 0], [2, 2, 0]]])
    shares = F.one_hot(labels, 4).permute(0, 3, 1, 2).float()
    assert warped_mask_loss(shares, labels, exemplar_labels).item() == pytest.approx(0, abs=1e-6)
    shares[0, 3, 1, 1], shares[0, 0, 1, 0] = 0, 0  # a class that the exemplar lacks, and the background
    assert warped_mask_loss(shares, labels, exemplar_labels).item() == pytest.approx(0, abs=1e-6)
    shares[0, 2, 0, 1] = 0.25
    assert warped_mask_loss(shares, labels, exemplar_labels).item() == pytest.approx(0.5 * math.log(4), abs=1e-5)
    lost = torch.zeros_like(shares).requires_grad_()
    warped_mask_loss(lost, labels, exemplar_labels).backward()
    assert lost.grad.abs().max() > 1  # a position that has lost its class is still drawn back to it
