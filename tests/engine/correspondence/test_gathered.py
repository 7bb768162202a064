"""Products with chosen keys against a plain gather."""

import pytest
import torch

from engine.correspondence.gathered import _chunked, gathered_dots, gathered_sum


def _arrays(dtype: torch.dtype = torch.float32) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    queries = torch.randn(40, 8, generator=generator, dtype=dtype)
    keys = torch.randn(30, 8, generator=generator, dtype=dtype)
    return queries, keys, torch.randint(0, 30, (40, 6), generator=generator)


@pytest.mark.parametrize("index_type", [torch.int32, torch.int64])
def test_products_are_those_of_gathered_keys(index_type: torch.dtype) -> None:
    queries, keys, index = _arrays()
    expected = torch.einsum("nc,nkc->nk", queries, keys[index])
    assert torch.allclose(gathered_dots(queries, keys, index.to(index_type)), expected, atol=1e-5)
    assert torch.allclose(_chunked(queries, keys, index.to(index_type)), expected, atol=1e-5)


def test_a_key_may_be_chosen_twice() -> None:
    queries, keys, _ = _arrays()
    index = torch.full((40, 3), 7)
    assert torch.allclose(gathered_dots(queries, keys, index), (queries @ keys[7])[:, None].expand(-1, 3), atol=1e-5)


def test_gradients() -> None:
    queries, keys, index = _arrays(torch.float64)
    queries.requires_grad_()
    keys.requires_grad_()
    assert torch.autograd.gradcheck(lambda q, k: gathered_dots(q, k, index), (queries, keys))


def test_sums_are_those_of_gathered_values() -> None:
    _, values, index = _arrays()
    weights = torch.rand(40, 6)
    expected = torch.einsum("nk,nkc->nc", weights, values[index])
    assert torch.allclose(gathered_sum(values, index, weights), expected, atol=1e-5)
