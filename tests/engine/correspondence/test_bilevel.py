"""Attention within the chosen blocks."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from engine.correspondence import bilevel
from engine.correspondence.bilevel import attend
from engine.correspondence.grids import apply_affine, identity_grid
from engine.correspondence.ranking import Ranking, block_means, rank_blocks
from engine.correspondence.semantic_position import sinusoids


def _random(seed: int, *shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def _cut(x: Tensor, block: int) -> Tensor:
    """(B, C, H, W) -> (B, blocks, block², C)."""
    tiles = x.unflatten(3, (-1, block)).unflatten(2, (-1, block))
    return tiles.permute(0, 2, 4, 3, 5, 1).flatten(3, 4).flatten(1, 2)


def _by_gathering(queries: Tensor, keys: Tensor, values: Tensor, ranking: Ranking, block: int) -> tuple[Tensor, ...]:
    """Attention as its definition says, on gathered copies: warped, match, strength in blocks (B, n, block², ...)."""
    places = identity_grid(*keys.shape[2:]).permute(2, 0, 1).expand(len(keys), -1, -1, -1)
    batch = torch.arange(len(queries))[:, None, None]
    chosen = [_cut(x, block)[batch, ranking.index].flatten(2, 3) for x in (keys, values, places)]
    bias = ranking.indicator.clamp_min(1e-6).log().repeat_interleave(block**2, dim=2).unsqueeze(2)
    weights = (torch.einsum("bnqc,bnkc->bnqk", _cut(queries, block), chosen[0]) + bias).softmax(3)
    positions = (chosen[2] + 1) / 2 * torch.tensor(keys.shape[:1:-1])
    top = positions.gather(2, weights.argmax(3).unsqueeze(3).expand(-1, -1, -1, 2))
    near = ((positions.unsqueeze(2) - top.unsqueeze(3)).abs() < bilevel.PEAK + 0.5).all(-1)
    kept = weights * near
    strength = kept.sum(3, keepdim=True)
    return weights @ chosen[1], kept @ chosen[2] / strength, strength


def _everything(queries: Tensor, keys: Tensor, block: int) -> Ranking:
    blocks = keys.shape[2] * keys.shape[3] // block**2
    index = torch.arange(blocks).expand(len(queries), queries.shape[2] * queries.shape[3] // block**2, -1)
    return Ranking(index, torch.ones_like(index, dtype=torch.float32))


class _Largest(TorchDispatchMode):
    """The number of elements of the largest tensor that any operation gives."""

    elements = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        sizes = [x.untyped_storage().nbytes() // x.element_size() for x in tree_leaves(result) if isinstance(x, Tensor)]
        self.elements = max(self.elements, *sizes, 0)
        return result


def test_with_all_blocks_it_is_dense_softmax_attention() -> None:
    queries, keys, values = _random(0, 2, 8, 4, 8), _random(1, 2, 8, 8, 12), _random(2, 2, 3, 8, 12)
    weights = torch.einsum("bcn,bcm->bnm", queries.flatten(2), keys.flatten(2)).softmax(2)
    dense = torch.einsum("bnm,bvm->bvn", weights, values.flatten(2)).view(2, 3, 4, 8)
    warped = attend(queries, keys, values, _everything(queries, keys, 4), 4).warped
    assert torch.allclose(warped, dense, atol=1e-5)


@pytest.mark.parametrize("block", [2, 4, 8])
@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_results_and_gradients_are_those_of_gathering(block: int, memory_format: torch.memory_format) -> None:
    queries, keys, values = _random(0, 2, 20, 16, 24), _random(1, 2, 20, 24, 8), _random(2, 2, 3, 24, 8)
    inputs = [x.contiguous(memory_format=memory_format).requires_grad_() for x in (queries, keys, values)]
    results, gradients = [], []
    for attention in (attend, _by_gathering):
        ranking = rank_blocks(block_means(inputs[0], block), block_means(inputs[1], block), 3, 0.5)
        found = attention(*inputs, ranking, block)
        if attention is attend:
            channels = (found.warped, found.match.permute(0, 3, 1, 2), found.strength)
            found = tuple(_cut(x, block) for x in channels)
        results.append(found)
        aim = sum((part * _random(3, *part.shape)).sum() for part in found)
        gradients.append(torch.autograd.grad(aim, inputs))
    for one, other in zip(results[0] + gradients[0], results[1] + gradients[1], strict=True):
        assert torch.allclose(one, other, atol=1e-5)


def test_without_gradients_the_results_are_the_same() -> None:
    queries, keys, values = _random(0, 1, 20, 16, 24), _random(1, 1, 20, 24, 16), _random(2, 1, 40, 24, 16)
    ranking = rank_blocks(block_means(queries, 4), block_means(keys, 4), 3)
    learning = attend(queries.requires_grad_(), keys, values, ranking, 4)
    with torch.inference_mode():
        inferring = attend(queries.detach(), keys, values, ranking, 4)
    for name in ("warped", "match", "strength"):
        assert torch.allclose(getattr(learning, name), getattr(inferring, name), atol=1e-6)


def test_only_chosen_blocks_are_looked_at() -> None:
    queries, keys, values = _random(0, 1, 8, 8, 8), _random(1, 1, 8, 8, 8), _random(2, 1, 3, 8, 8)
    ranking = Ranking(torch.tensor([[[0, 1], [0, 1], [1, 0], [0, 1]]]), torch.ones(1, 4, 2))
    changed_keys, changed_values = keys.clone(), values.clone()
    changed_keys[:, :, 4:], changed_values[:, :, 4:] = 7.0, 7.0  # blocks 2 and 3
    before, after = attend(queries, keys, values, ranking, 4), attend(queries, changed_keys, changed_values, ranking, 4)
    assert torch.equal(before.warped, after.warped) and torch.equal(before.match, after.match)


def test_a_block_whose_indicator_is_small_counts_little() -> None:
    queries, keys = torch.zeros(1, 2, 2, 2), torch.zeros(1, 2, 2, 4)
    values = torch.tensor([0.0, 0.0, 1.0, 1.0]).expand(1, 1, 2, 4)
    ranking = Ranking(torch.tensor([[[0, 1]]]), torch.tensor([[[0.75, 0.25]]]))
    assert torch.allclose(attend(queries, keys, values, ranking, 2).warped, torch.tensor(0.25))


def test_the_chunk_size_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    queries, keys, values = _random(0, 2, 8, 12, 8), _random(1, 2, 8, 8, 8), _random(2, 2, 3, 8, 8)
    ranking = rank_blocks(block_means(queries, 4), block_means(keys, 4), 2)
    whole = attend(queries, keys, values, ranking, 4)
    monkeypatch.setattr(bilevel, "CACHED", 4 * 2 * 4**4)
    pieces = attend(queries, keys, values, ranking, 4)
    for name in ("warped", "match", "strength"):
        assert torch.allclose(getattr(whole, name), getattr(pieces, name), atol=1e-6)


def test_a_planted_correspondence_is_found_to_a_fraction_of_a_position() -> None:
    moved = apply_affine(torch.tensor([[[0.9, 0.1, 0.03], [-0.05, 0.8, -0.1]]]), identity_grid(32, 32))
    queries, keys = 100 * sinusoids(moved, 4.0), sinusoids(identity_grid(32, 32).unsqueeze(0), 4.0)
    ranking = rank_blocks(block_means(queries, 8), block_means(keys, 8), 6)
    attention = attend(queries, keys, keys[:, :3], ranking, 8)
    inside = (moved.abs() < 0.9).all(-1)
    positions_off = ((attention.match - moved) * 16).norm(dim=-1)[inside]
    assert positions_off.mean() < 0.05
    assert positions_off.quantile(0.99) < 0.3


def test_strength_tells_a_sure_match_from_an_even_one() -> None:
    keys = F.normalize(_random(0, 1, 64, 16, 16), dim=1)
    ranking = _everything(keys, keys, 8)
    sure, even = (attend(scale * keys, keys, keys, ranking, 8).strength for scale in (50.0, 0.0))
    assert sure.min() > 0.99
    assert even.max() <= 49 / 256 + 1e-5


def test_the_match_belongs_to_one_of_two_equal_peaks() -> None:
    queries, keys = torch.full((1, 1, 16, 16), 50.0), torch.zeros(1, 1, 16, 16)
    keys[..., 2, 2] = keys[..., 13, 13] = 1
    match = attend(queries, keys, keys, _everything(queries, keys, 8), 8).match
    peaks = identity_grid(16, 16)[[2, 13], [2, 13]]
    assert torch.cdist(match.view(-1, 2), peaks).min(1).values.max() < 1e-3


def test_no_tensor_is_of_positions_squared_forward_or_backward() -> None:
    side, block, k, channels = 64, 8, 4, 8
    queries, keys = _random(0, 1, channels, side, side).requires_grad_(), _random(1, 1, channels, side, side)
    with _Largest() as largest:
        ranking = rank_blocks(block_means(queries, block), block_means(keys, block), k, 0.05)
        attend(queries, keys, keys[:, :3], ranking, block).warped.sum().backward()
    assert largest.elements <= 2 * side**2 * k * block**2
    assert largest.elements < side**4 / math.pi
    assert queries.grad.abs().sum() > 0
