"""Matches that have left their class."""

import torch

from engine.correspondence.grids import identity_grid
from engine.correspondence.inside import CELL, led_inside, nearest_of_class
from tests.engine.figures import CLASSES


def _coat() -> torch.Tensor:
    labels = torch.zeros(1, 96, 64, dtype=torch.long)
    labels[:, 24:72, 16:48] = 3
    return labels


def test_a_cell_of_a_class_is_nearest_to_itself() -> None:
    nearest = nearest_of_class(_coat(), CLASSES)[0, 3].view(12, 8, 2)
    grid = identity_grid(12, 8)
    assert torch.allclose(nearest[3:9, 2:6], grid[3:9, 2:6])


def test_outside_the_nearest_cell_of_the_class_is_found() -> None:
    nearest = nearest_of_class(_coat(), CLASSES)[0, 3].view(12, 8, 2)
    grid = identity_grid(12, 8)
    assert torch.allclose(nearest[5, 0], grid[5, 2])
    assert torch.allclose(nearest[0, 0], grid[3, 2])


def test_a_match_beside_a_coat_is_led_into_it() -> None:
    labels = _coat()
    outside = torch.tensor([-0.8, 0.0]).expand(1, 4, 4, 2)
    asked = torch.full((1, 4, 4), 3)
    led = led_inside(outside, asked, nearest_of_class(labels, CLASSES), 64 // CELL)
    assert (led[..., 0] > -0.5).all() and (led[..., 0] < 0.5).all()
    assert led[..., 1].abs().max() < 0.2


def test_an_absent_class_leaves_matches_alone() -> None:
    points = identity_grid(4, 4).unsqueeze(0) * 0.7
    led = led_inside(points, torch.full((1, 4, 4), 5), nearest_of_class(_coat(), CLASSES), 64 // CELL)
    assert torch.equal(led, points)
    assert nearest_of_class(_coat(), CLASSES)[0, 5].isnan().all()
