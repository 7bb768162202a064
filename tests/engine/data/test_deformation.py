"""Known deformations."""

import pytest
import torch

from engine.correspondence.grids import identity_grid
from engine.data.deformation import deform, random_deformation
from tests.engine.figures import STILL, moved_person, photo_like


def _drawn(mirror_chance: float, bend: float = 0.035, count: int = 8):
    return random_deformation(count, 0.12, bend, mirror_chance, torch.Generator().manual_seed(3))


@pytest.mark.parametrize("mirror_chance", [0.0, 1.0])
def test_target_undoes_source(mirror_chance: float) -> None:
    shape = _drawn(mirror_chance)
    back = shape.target(shape.source(48, 32))
    off = (back - identity_grid(48, 32)).abs()
    assert off.max() < 2 / 256
    assert off.mean() < 1e-4


def test_without_bend_it_is_affine_and_moves_the_corners_by_the_share_asked_for() -> None:
    shape = random_deformation(64, 0.12, 0.0, 0.0, torch.Generator().manual_seed(3))
    corners = torch.tensor([[[-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]]])
    moved = (shape.target(corners.expand(64, -1, -1).unsqueeze(1)).squeeze(1) - corners).abs() / 2
    assert 0.08 < moved.max() <= 0.12 + 1e-5


def test_a_bend_bends() -> None:
    straight, bent = _drawn(0.0, 0.0), _drawn(0.0, 0.035)
    assert torch.equal(straight.matrix, bent.matrix)
    assert (straight.source(48, 32) - bent.source(48, 32)).abs().mean() > 0.01


def test_mirrored_left_becomes_right() -> None:
    always, never = _drawn(1.0), _drawn(0.0)
    assert (torch.linalg.det(always.matrix[:, :, :2]) < 0).all()
    assert (torch.linalg.det(never.matrix[:, :, :2]) > 0).all()
    assert torch.allclose(always.source(48, 32) * torch.tensor([-1.0, 1.0]), never.source(48, 32), atol=1e-5)


def test_equal_generators_draw_equal_deformations() -> None:
    assert torch.equal(_drawn(0.5).source(12, 8), _drawn(0.5).source(12, 8))


def test_the_identity_deforms_nothing() -> None:
    photo, labels = photo_like(0, 48, 32), moved_person(STILL, 48, 32)
    new_photo, new_labels = deform(photo, labels, identity_grid(48, 32).unsqueeze(0))
    assert torch.allclose(photo, new_photo, atol=1e-5)
    assert torch.equal(labels, new_labels)


def test_label_maps_keep_their_ids_and_follow_the_photo() -> None:
    labels = moved_person(STILL, 96, 64) * 3
    photo = (labels > 0).float().unsqueeze(1).expand(-1, 3, -1, -1)
    new_photo, new_labels = deform(photo, labels, _drawn(0.0, count=1).source(96, 64))
    assert set(new_labels.unique().tolist()) <= {0, 3, 6, 9, 12, 15}
    assert ((new_photo[:, 0] > 0.5) == (new_labels > 0)).float().mean() > 0.99
