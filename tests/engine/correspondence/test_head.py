"""A head moves as a whole."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.correspondence.grids import apply_affine, identity_grid
from engine.correspondence.head import HeadClasses, head_led, register_head

FACE, HAIR, GLASSES, COAT = 1, 2, 3, 4
HEAD = HeadClasses(FACE, (GLASSES,), (HAIR,))


def _head_at(points: torch.Tensor) -> torch.Tensor:
    """Labels of a head with a fringe and one lock, at pixel points (H, W, 2) relative to its middle, over a coat."""
    x, y = points.unbind(-1)
    labels = torch.zeros(x.shape, dtype=torch.long)
    labels[(x.abs() < 40) & (y > 14)] = COAT
    labels[(x / 14).square() + ((y + 2) / 18).square() < 1] = HAIR
    labels[((x - 13) / 5).square() + ((y - 6) / 16).square() < 1] = HAIR
    labels[(x / 10).square() + ((y - 3) / 13).square() < 1] = FACE
    labels[(x.abs() < 8) & ((y - 1).abs() < 2)] = GLASSES
    return labels


def _picture(
    centre: tuple[float, float], scale: float, turn: float, height: int = 192, width: int = 128
) -> torch.Tensor:
    half = torch.tensor([width / 2, height / 2])
    pixels = (identity_grid(height, width) + 1) * half - torch.tensor(centre)
    rotation = torch.tensor([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    return _head_at(pixels @ rotation.T / scale).unsqueeze(0)


@given(st.floats(-20, 20), st.floats(-15, 15), st.sampled_from([0.87, 1.0, 1.15]), st.sampled_from([-0.15, 0.0, 0.15]))
@settings(max_examples=15, deadline=None)
def test_a_head_is_found_where_it_was_put(dx: float, dy: float, scale: float, turn: float) -> None:
    here, there = _picture((60, 60), 1.0, 0.0), _picture((60 + dx, 70 + dy), scale, turn)
    matrix = register_head(here, there, HEAD, 1.0)
    assert matrix is not None
    nose = torch.tensor([[[60.0, 62.0], [55.0, 68.0]]]) / torch.tensor([64.0, 96.0]) - 1
    found = (apply_affine(matrix, nose)[0, 0] + 1) * torch.tensor([64.0, 96.0])
    rotation = torch.tensor([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    true = torch.tensor([[0.0, 2.0], [-5.0, 8.0]]) @ rotation.T * scale + torch.tensor([60 + dx, 70 + dy])
    assert (found - true).norm(dim=1).max() < 3.5


def test_the_scale_of_the_person_is_where_the_search_starts() -> None:
    here, there = _picture((60, 60), 0.7, 0.0), _picture((60, 70), 1.4, 0.0)
    matrix = register_head(here, there, HEAD, 2.0)
    assert matrix is not None
    assert matrix[0, 0, 0].item() == pytest.approx(2.0, rel=0.2)


def test_without_a_face_there_is_no_map() -> None:
    here = _picture((60, 60), 1.0, 0.0)
    faceless = torch.where(here == FACE, COAT, here)
    assert register_head(faceless, here, HEAD, 1.0) is None
    assert register_head(here, faceless, HEAD, 1.0) is None


def test_the_face_is_led_whole_and_hair_only_where_it_meets_hair() -> None:
    here, there = _picture((60, 60), 1.0, 0.0), _picture((70, 66), 1.0, 0.0)
    there[:, :, 74:] = torch.where(there[:, :, 74:] == HAIR, 0, there[:, :, 74:])
    matrix = register_head(here, there, HEAD, 1.0)
    assert matrix is not None
    still = identity_grid(192, 128).unsqueeze(0)
    led = head_led(still, here, there, apply_affine(matrix, still), HEAD)
    moved = (led != still).any(-1)
    assert moved[here == FACE].all() and not moved[here == COAT].any()
    assert 0.2 < moved[here == HAIR].float().mean() < 0.8
