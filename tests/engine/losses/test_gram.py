"""Gram matrices and the distance in style."""

import pytest
import torch

from engine.losses.gram import gram_matrix, style_distances, style_grams
from tests.engine.figures import photo_like


class _Pyramid(torch.nn.Module):
    """Six maps of differing scale, of 3 channels."""

    def forward(self, photo: torch.Tensor) -> list[torch.Tensor]:
        return [torch.nn.functional.avg_pool2d(photo, 2**power) * 10**power for power in range(6)]


def test_a_gram_matrix_is_the_mean_product_of_channels() -> None:
    features = torch.randn(2, 3, 4, 5)
    expected = torch.einsum("bchw,bdhw->bcd", features, features) / (3 * 4 * 5)
    assert torch.allclose(gram_matrix(features), expected, atol=1e-6)


def test_where_things_are_does_not_matter() -> None:
    features = torch.randn(1, 4, 6, 6)
    shuffled = features.flatten(2)[:, :, torch.randperm(36)].view_as(features)
    assert torch.allclose(gram_matrix(features), gram_matrix(shuffled), atol=1e-6)


def test_distances_of_rows_are_mean_squared_differences_of_the_first_five_maps() -> None:
    photos = torch.cat([photo_like(seed, 64, 64) for seed in range(4)])
    levels = style_grams(_Pyramid(), photos)
    halved = torch.nn.functional.avg_pool2d(photos, 2)
    maps = _Pyramid()(halved)[:5]
    assert len(levels) == 5
    for rows, features in zip(levels, maps, strict=True):
        grams = gram_matrix(features)
        for first in range(4):
            for second in range(4):
                difference = (rows[first] - rows[second]).square().sum()
                assert torch.allclose(difference, (grams[first] - grams[second]).square().mean(), rtol=1e-4, atol=1e-9)


def test_the_distance_is_symmetric_and_each_level_counts_alike() -> None:
    generator = torch.Generator().manual_seed(0)
    levels = [torch.randn(7, 12, generator=generator) * 10.0**scale for scale in (-4, 0, 3)]
    distances = style_distances(levels)
    assert distances.shape == (7, 7) and torch.equal(distances, distances.T)
    assert (distances.diagonal() == 0).all() and (distances + torch.eye(7) > 0).all()
    assert distances.mean() == pytest.approx(3, rel=1e-5)
    assert torch.allclose(distances, style_distances([level * 7 for level in levels]), rtol=1e-4)
    alone = torch.cdist(levels[0], levels[0]).square()
    assert torch.allclose(style_distances(levels[:1]), alone / alone.mean(), rtol=1e-3, atol=1e-4)


def test_more_photos_than_are_compared_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    levels = [torch.randn(9, 6)]
    whole = style_distances(levels)
    monkeypatch.setattr("engine.losses.gram._ROWS", 4)
    assert torch.allclose(style_distances(levels), whole, atol=1e-5)


def test_equal_photos_have_no_distance() -> None:
    assert not style_distances([torch.ones(3, 4)]).any()
