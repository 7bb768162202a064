"""Views of photos with labels and poses."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.conditions.pose import OTHER_SIDE
from engine.correspondence.grids import identity_grid
from engine.data.views import Layer, Placement, inside, plain, random_placements, seen_labels, seen_photo


def _generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@given(st.integers(0, 10_000))
def test_a_keypoint_stays_on_what_it_marks(seed: int) -> None:
    placement = random_placements(1, 2 / 3, 0.35, _generator(seed))
    place = torch.rand(2, generator=_generator(seed + 1)) * 1.6 - 0.8
    picture = (identity_grid(240, 160) - place).square().sum(-1).neg().mul(20).exp().view(1, 1, 240, 160)
    view = seen_photo(picture.expand(1, 3, -1, -1), placement.source(240, 160))[0, 0]
    pose = torch.zeros(1, 18, 3)
    pose[0, 4] = torch.tensor([*place, 1.0])
    moved = placement.move(pose)[0]
    found = moved[OTHER_SIDE[4] if placement.mirrored[0] else 4]
    assert found[2] == 1
    if (found[:2].abs() < 0.9).all():
        row, column = divmod(int(view.argmax()), 160)
        assert abs((column + 0.5) / 80 - 1 - found[0]) < 0.05 and abs((row + 0.5) / 120 - 1 - found[1]) < 0.05


def test_mirrored_persons_change_sides_and_back() -> None:
    mirror = Placement(torch.tensor([[[-1.0, 0, 0], [0, 1, 0]]]), torch.tensor([True]))
    pose = torch.rand(1, 18, 3)
    once = mirror.move(pose)
    assert torch.equal(once[0, 2, 1:], pose[0, 5, 1:]) and torch.equal(once[0, 2, 0], -pose[0, 5, 0])
    assert torch.equal(mirror.move(once), pose)


def test_turning_keeps_shapes_in_pixels() -> None:
    placement = random_placements(200, 0.5, 0.35, _generator(0))
    across, down = (placement.matrix[:, :, axis] * torch.tensor([0.5, 1.0]) for axis in (0, 1))
    assert (across * down).sum(1).abs().max() < 1e-5  # right angles stay right angles


def test_far_away_fine_stripes_become_grey() -> None:
    stripes = (torch.arange(64) % 2 * 2.0 - 1).expand(1, 3, 64, 64)
    view = seen_photo(stripes, identity_grid(16, 16).unsqueeze(0))
    assert view.abs().max() < 0.3


def test_labels_are_read_whole() -> None:
    labels = torch.tensor([[[3, 255], [7, 0]]])
    assert set(seen_labels(labels, identity_grid(5, 5).unsqueeze(0)).unique().tolist()) <= {0, 3, 7, 255}


def test_inside_ends_at_the_edge() -> None:
    assert inside(torch.tensor([[[[1.0, -1.0], [1.01, 0.0]]]])).tolist() == [[[True, False]]]


def test_a_plain_layer_shows_nobody() -> None:
    layer = Layer(torch.rand(2, 3, 12, 8), torch.full((2, 12, 8), 5), torch.rand(2, 18, 3))
    changed = plain(layer, torch.tensor([True, False]), _generator(0))
    assert not changed.labels[0].any() and changed.photo.abs().max() <= 1
    assert not torch.equal(changed.photo[0], layer.photo[0])
    assert (changed.pose[0, :, :2] > 1).all() and (changed.pose[0, :, 2] > 0).all()
    assert all(torch.equal(getattr(changed, name)[1], getattr(layer, name)[1]) for name in ("photo", "labels", "pose"))
