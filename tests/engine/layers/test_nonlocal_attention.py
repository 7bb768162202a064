"""Non-local attention in chunks against the whole matrix of scores; products of many rows."""

import pytest
import torch
import torch.nn.functional as F

from engine.layers import nonlocal_attention
from engine.layers.nonlocal_attention import NonLocalAttention


@pytest.mark.parametrize("grad", [False, True])
def test_chunks_equal_the_whole(grad: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nonlocal_attention, "CHUNK", 7)
    block = NonLocalAttention(16, spectral=False)
    block.gamma.data.fill_(0.5)
    x = torch.randn(2, 16, 6, 4)
    queries, keys = block.theta(x).flatten(2), F.max_pool2d(block.phi(x), 2).flatten(2)
    values = F.max_pool2d(block.g(x), 2).flatten(2)
    weights = (queries.transpose(1, 2) @ keys).softmax(2)
    expected = x + 0.5 * block.o((values @ weights.transpose(1, 2)).view(2, 8, 6, 4))
    with torch.set_grad_enabled(grad):
        torch.testing.assert_close(block(x), expected, atol=1e-5, rtol=1e-5)


def test_gradients_reach_all_weights() -> None:
    block = NonLocalAttention(16, spectral=False)
    block.gamma.data.fill_(0.5)
    block(torch.randn(1, 16, 4, 4)).square().sum().backward()
    assert all(parameter.grad is not None and parameter.grad.abs().sum() > 0 for parameter in block.parameters())
