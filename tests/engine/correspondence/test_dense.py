"""Dense correspondence in chunks."""

import pytest
import torch
import torch.nn.functional as F

from engine.correspondence import dense
from engine.correspondence.dense import match_densely


def _inputs() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    queries, keys = (F.normalize(torch.randn(2, 8, h, w), dim=1) for h, w in ((5, 7), (6, 4)))
    return queries, keys, torch.randn(2, 3, 6, 4)


@pytest.mark.parametrize("chunk_bytes", [1, 2**25])
def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch, chunk_bytes: int) -> None:
    monkeypatch.setattr(dense, "CHUNK_BYTES", chunk_bytes)
    queries, keys, values = _inputs()
    match = match_densely(queries, keys, values, 0.1)
    weights = (torch.einsum("bchw,bcyx->bhwyx", queries, keys) / 0.1).flatten(3).softmax(3)
    warp = torch.einsum("bhwn,bvn->bvhw", weights, values.flatten(2))
    assert torch.allclose(match.warp, warp, atol=1e-5)
    assert torch.equal(match.index, weights.argmax(3))
    assert torch.allclose(torch.stack([match.best, match.second], -1), weights.topk(2).values, atol=1e-5)
