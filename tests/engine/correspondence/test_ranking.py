"""Ranking of exemplar blocks against brute force."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.correspondence import ranking
from engine.correspondence.gathered import gathered_dots
from engine.correspondence.grids import apply_affine, identity_grid, sample
from engine.correspondence.ranking import block_means, rank_blocks
from engine.correspondence.semantic_position import sinusoids


def _unit(seed: int, *shape: int) -> Tensor:
    return F.normalize(torch.randn(*shape, generator=torch.Generator().manual_seed(seed)), dim=1)


def _smooth(seed: int, height: int, width: int) -> Tensor:
    coarse = torch.randn(1, 16, 5, 5, generator=torch.Generator().manual_seed(seed))
    return F.normalize(F.interpolate(coarse, (height, width), mode="bicubic", align_corners=True), dim=1)


def _brute_force(condition: Tensor, exemplar: Tensor, k: int) -> Tensor:
    scores = torch.einsum("bcn,bcm->bnm", condition.flatten(2), exemplar.flatten(2))
    return scores.argsort(dim=2, descending=True)[..., :k]


def test_block_means_are_unit_means() -> None:
    features = torch.randn(2, 5, 8, 12)
    means = block_means(features, 4)
    expected = features[1, :, 4:8, 8:12].mean((1, 2))
    assert means.shape == (2, 5, 2, 3)
    assert torch.allclose(means[1, :, 1, 2], expected / expected.norm(), atol=1e-6)


@pytest.mark.parametrize("epsilon", [None, 0.05])
def test_the_best_blocks_come_first(epsilon: float | None) -> None:
    condition, exemplar = _unit(0, 2, 16, 3, 5), _unit(1, 2, 16, 4, 6)
    assert torch.equal(rank_blocks(condition, exemplar, 3, epsilon).index, _brute_force(condition, exemplar, 3))


def test_many_rows_are_ranked_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranking, "ROWS", 7)
    condition, exemplar = _unit(0, 2, 16, 4, 5), _unit(1, 2, 16, 4, 6)
    assert torch.equal(rank_blocks(condition, exemplar, 3).index, _brute_force(condition, exemplar, 3))


def test_k_is_cut_to_the_number_of_blocks() -> None:
    assert rank_blocks(_unit(0, 1, 4, 2, 2), _unit(1, 1, 4, 1, 3), 9).index.shape == (1, 4, 3)


def test_the_indicator_is_soft_in_training_only() -> None:
    condition, exemplar = _unit(0, 1, 16, 3, 5).requires_grad_(), _unit(1, 1, 16, 4, 6)
    assert (rank_blocks(condition, exemplar, 3).indicator == 1).all()
    soft = rank_blocks(condition, exemplar, 3, 0.5).indicator
    assert ((soft > 0) & (soft < 1)).all() and (soft.diff(dim=2) <= 0).all()
    soft.sum().backward()
    assert condition.grad.abs().sum() > 0


@pytest.mark.parametrize("size", [(16, 16), (13, 18), (3, 30)])
def test_groups_find_nearly_what_brute_force_finds(monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]) -> None:
    monkeypatch.setattr(ranking, "GROUPS_FROM", 64)
    monkeypatch.setattr(ranking, "ROWS", 50)
    condition, exemplar = _smooth(0, 9, 11), _smooth(1, *size)
    condition[:, :, 0, 0] = exemplar[:, :, 0, 0]
    found = rank_blocks(condition, exemplar, 4).index
    wanted = _brute_force(condition, exemplar, 4)
    assert found.min() >= 0 and found.max() < size[0] * size[1]
    assert all(len(set(row)) == 4 for row in found[0].tolist())
    assert (found[..., None] == wanted[..., None, :]).any(2).float().mean() > 0.95


def test_with_all_groups_kept_it_is_brute_force(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranking, "GROUPS_FROM", 64)
    monkeypatch.setattr(ranking, "SHORTLIST", 1000)
    condition, exemplar = _unit(0, 2, 16, 9, 11), _unit(1, 2, 16, 13, 18)
    assert torch.equal(rank_blocks(condition, exemplar, 4).index, _brute_force(condition, exemplar, 4))


def test_groups_find_what_brute_force_finds_among_positions_and_textures() -> None:
    side = 64
    moved = apply_affine(torch.tensor([[[0.9, 0.1, 0.03], [-0.05, 0.8, -0.1]]]), identity_grid(side, side))
    random = torch.Generator().manual_seed(0)
    texture = F.interpolate(torch.randn(1, 32, side // 2, side // 2, generator=random), scale_factor=2, mode="bicubic")
    exemplar = torch.cat([sinusoids(identity_grid(side, side).unsqueeze(0), 4.0), 0.1 * texture], dim=1)
    condition = torch.cat([sinusoids(moved, 4.0), 0.1 * sample(texture, moved)], dim=1)
    condition, exemplar = F.normalize(condition, dim=1), F.normalize(exemplar, dim=1)
    found, wanted = rank_blocks(condition, exemplar, 3).index, _brute_force(condition, exemplar, 3)
    assert (found[..., 0] == wanted[..., 0]).float().mean() > 0.99
    assert (found[..., None] == wanted[..., None, :]).any(2).float().mean() > 0.98


def test_large_exemplars_are_never_compared_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []

    def counting(queries: Tensor, keys: Tensor, index: Tensor) -> Tensor:
        compared.append(index.numel())
        return gathered_dots(queries, keys, index)

    monkeypatch.setattr(ranking, "gathered_dots", counting)
    condition, exemplar = _smooth(0, 8, 8), _smooth(1, 64, 64)
    rank_blocks(condition, exemplar, 4)
    assert compared and sum(compared) <= 64 * 4 * ranking.SHORTLIST * ranking.GROUP**2
