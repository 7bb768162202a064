"""Registration of made-up persons whose true map is known."""

import pytest
import torch
from torch import Tensor

from engine.correspondence.grids import apply_affine, identity_grid
from engine.correspondence.registration import register, soft_labels
from tests.engine.figures import CLASSES, STILL, moved_person, random_affine

SEEDS = 20


def _soft(labels: Tensor) -> Tensor:
    return soft_labels(labels, CLASSES)


def _composed(first: Tensor, then: Tensor) -> Tensor:
    linear = then[:, :, :2] @ first[:, :, :2]
    return torch.cat([linear, then[:, :, :2] @ first[:, :, 2:] + then[:, :, 2:]], dim=2)


def _inverse(matrix: Tensor) -> Tensor:
    linear = torch.linalg.inv(matrix[:, :, :2])
    return torch.cat([linear, -linear @ matrix[:, :, 2:]], dim=2)


def _share_off(found: Tensor, true: Tensor, labels: Tensor) -> Tensor:
    """How far the map is off over the person, as a share of the side: (B,)."""
    grid = identity_grid(*labels.shape[1:])
    off = (apply_affine(found, grid) - apply_affine(true, grid)).norm(dim=-1) / 2
    person = labels > 0
    return (off * person).sum((1, 2)) / person.sum((1, 2))


@pytest.fixture(scope="module")
def maps() -> Tensor:
    generator = torch.Generator().manual_seed(7)
    return torch.cat([random_affine(generator) for _ in range(SEEDS)])


def test_shares_of_classes_and_last_of_the_person() -> None:
    labels = torch.zeros(1, 16, 8, dtype=torch.long)
    labels[:, :8, :4] = 2
    soft = _soft(labels)
    assert soft.shape == (1, CLASSES, 2, 1)
    assert soft[0, :, 0, 0].tolist() == [0, 0.5, 0, 0, 0, 0.5]
    assert soft[0, :, 1, 0].tolist() == [0] * CLASSES


def test_affine_maps_are_recovered(maps: Tensor) -> None:
    condition, exemplar = moved_person(STILL).expand(SEEDS, -1, -1), moved_person(_inverse(maps))
    found = register(_soft(condition), _soft(exemplar))
    assert not found.mirrored.any()
    assert _share_off(found.matrix, maps, condition).max() < 0.01


def test_mirrored_persons_are_found_mirrored(maps: Tensor) -> None:
    condition, exemplar = moved_person(STILL).expand(SEEDS, -1, -1), moved_person(_inverse(maps)).flip(2)
    found = register(_soft(condition), _soft(exemplar))
    assert found.mirrored.all()
    assert _share_off(found.matrix, maps, condition).max() < 0.01


def test_both_may_have_moved_and_be_of_different_sizes(maps: Tensor) -> None:
    first, second = maps[:4], maps[4:8]
    condition, exemplar = moved_person(first), moved_person(_inverse(second), 256, 192)
    found = register(_soft(condition), _soft(exemplar))
    assert _share_off(found.matrix, _composed(first, second), condition).max() < 0.015


def test_equal_maps_are_left_where_they_are() -> None:
    soft = _soft(moved_person(STILL))
    found = register(soft, soft)
    assert torch.allclose(found.matrix, STILL, atol=1e-4)
    assert found.residual.item() < 1e-3 and not found.mirrored.item()


def test_other_persons_leave_a_residual() -> None:
    labels = moved_person(STILL)
    assert register(_soft(labels), _soft(labels.where(labels != 3, 4))).residual.item() > 0.2


@pytest.mark.parametrize("which", [(True, False), (False, True), (True, True)])
def test_empty_label_maps_give_finite_maps(which: tuple[bool, bool]) -> None:
    empty, person = torch.zeros(1, 192, 128, dtype=torch.long), moved_person(STILL)
    found = register(*(_soft(empty if is_empty else person) for is_empty in which))
    assert found.matrix.isfinite().all()
    assert torch.linalg.det(found.matrix[:, :, :2]).abs().item() > 1e-3


def test_a_full_label_map_gives_a_finite_map() -> None:
    full = torch.ones(1, 192, 128, dtype=torch.long)
    assert register(_soft(full), _soft(moved_person(STILL))).matrix.isfinite().all()
