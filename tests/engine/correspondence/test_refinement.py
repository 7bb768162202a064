"""From one match a position to one a pixel."""

from dataclasses import replace

import torch
from torch import Tensor

from engine.correspondence.grids import apply_affine, identity_grid
from engine.correspondence.inside import nearest_of_class
from engine.correspondence.matching import STRIDE, Described
from engine.correspondence.refinement import AGREEMENT, Refinement, _kinship, _raised, same_place
from engine.correspondence.semantic_position import layout_of, semantic_position
from tests.engine.figures import CLASSES, STILL, moved_person

NOT_LED = torch.full((1, CLASSES, 24 * 16, 2), torch.nan)  # no class has a place to be led to
ONE_CLASS = torch.ones(1, 9, STRIDE**2, 12 * 8)
SLANTED = torch.tensor([[[0.9, 0.1, 0.02], [-0.1, 0.85, 0.05]]])


def _described(labels: Tensor, dims: int = 4) -> Described:
    small = labels[:, ::STRIDE, ::STRIDE]
    features = torch.nn.functional.normalize(torch.randn(1, dims, *small.shape[1:]), dim=1)
    shares = torch.nn.functional.one_hot(small, CLASSES).permute(0, 3, 1, 2).float()
    return Described(features, shares, semantic_position(small, layout_of(small, CLASSES)), small, labels)


def test_raising_keeps_affine_displacements() -> None:
    coarse = apply_affine(SLANTED, identity_grid(12, 8)) - identity_grid(12, 8)
    raised = _raised(coarse, ONE_CLASS)
    wanted = apply_affine(SLANTED, identity_grid(48, 32)) - identity_grid(48, 32)
    assert (raised - wanted)[:, 4:-4, 4:-4].abs().max() < 2e-3


def test_a_pixel_follows_the_neighbours_of_its_own_class() -> None:
    labels = torch.zeros(1, 48, 32, dtype=torch.long)
    labels[:, :, 16:] = 1
    displacement = torch.zeros(1, 12, 8, 2)
    displacement[:, :, 4:] = 0.5
    raised = _raised(displacement, _kinship(_described(labels)))
    assert (raised[:, :, :16] < 0.02).all()
    assert (raised[:, :, 16:] > 0.48).all()


def test_proposals_that_agree_are_kept() -> None:
    torch.manual_seed(0)
    labels = moved_person(STILL)
    condition = _described(labels)
    coarse = apply_affine(SLANTED, identity_grid(48, 32))
    fine = apply_affine(SLANTED, identity_grid(192, 128))
    strength, residual = torch.ones(1, 1, 48, 32), torch.zeros(1)
    match = Refinement(4)(condition, condition, coarse, strength, coarse, coarse, fine, residual, NOT_LED)
    assert torch.allclose(match.coarse, coarse, atol=1e-5)
    assert torch.allclose(match.fine, fine, atol=1e-5)


def test_matches_that_leave_their_class_are_led_back() -> None:
    torch.manual_seed(0)
    labels = torch.zeros(1, 192, 128, dtype=torch.long)
    labels[:, 48:144, 32:96] = 2
    condition = _described(labels)
    coarse, fine = (identity_grid(h, w).unsqueeze(0) + 0.3 for h, w in ((48, 32), (192, 128)))
    strength, residual = torch.ones(1, 1, 48, 32), torch.zeros(1)

    def agreement(nearest: Tensor) -> Tensor:
        match = Refinement(4)(condition, condition, coarse, strength, coarse, coarse, fine, residual, nearest)
        return match.evidence[0, AGREEMENT][condition.labels[0] == 2].mean()

    assert agreement(NOT_LED) < 0.8
    assert agreement(nearest_of_class(labels, CLASSES)) > 0.95


def test_evidence_tells_inside_from_outside_and_right_from_wrong() -> None:
    torch.manual_seed(0)
    condition = _described(moved_person(STILL))
    strength, residual = torch.ones(1, 1, 48, 32), torch.zeros(1)

    def evidence(shift: float) -> Tensor:
        coarse, fine = (identity_grid(h, w).unsqueeze(0) + shift for h, w in ((48, 32), (192, 128)))
        refinement = Refinement(4)
        return refinement(condition, condition, coarse, strength, coarse, coarse, fine, residual, NOT_LED).evidence[0]

    right, wrong = evidence(0), evidence(0.5)
    assert (right[1:4].mean((1, 2)) > 0.999).all()
    assert (wrong[1:4].mean((1, 2)) < 0.9).all()


def test_the_same_place_is_the_same_point_of_the_same_region() -> None:
    labels = moved_person(STILL)
    shifted = labels.roll(12, 2)
    condition, layout, other = _described(labels), layout_of(labels, CLASSES), layout_of(shifted, CLASSES)
    nowhere = torch.full((1, 48, 32, 2), 9.0)
    region = semantic_position(condition.labels, layout)
    condition = replace(condition, region=region)
    found = same_place(condition, other, nowhere)
    wanted = identity_grid(48, 32) + torch.tensor([12 * 2 / 128, 0.0])
    assert (found - wanted)[condition.labels > 0].abs().max() < 0.02


def test_where_the_class_is_absent_the_other_point_is_taken() -> None:
    labels = moved_person(STILL)
    condition = _described(labels)
    without = layout_of(labels.where(labels != 5, 0), CLASSES)
    found = same_place(condition, without, torch.full((1, 48, 32, 2), 9.0))
    assert torch.equal(found[..., 0] == 9.0, condition.labels == 5)
