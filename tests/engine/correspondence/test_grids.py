"""Coordinates and sampling."""

import torch

from engine.correspondence.grids import apply_affine, identity_grid, sample


def test_a_pixel_lies_half_its_width_inside() -> None:
    grid = identity_grid(2, 4)
    assert grid[..., 0].tolist() == [[-0.75, -0.25, 0.25, 0.75]] * 2
    assert grid[:, 0, 1].tolist() == [-0.5, 0.5]


def test_sampling_at_the_grid_gives_the_values() -> None:
    values = torch.randn(2, 3, 5, 7)
    assert torch.allclose(sample(values, identity_grid(5, 7).expand(2, -1, -1, -1)), values, atol=1e-5)


def test_beyond_the_border_the_border_repeats() -> None:
    values = torch.arange(4.0).view(1, 1, 1, 4)
    assert sample(values, torch.tensor([[[[-3.0, 0.0], [3.0, 0.0]]]])).flatten().tolist() == [0, 3]


def test_a_matrix_maps_x_by_its_first_row() -> None:
    matrix = torch.tensor([[[2.0, 0.0, 1.0], [3.0, 1.0, 0.0]]])
    assert apply_affine(matrix, torch.tensor([[[0.5, 0.25]]])).flatten().tolist() == [2.0, 1.75]
