"""Correlation of patches against patches that are unfolded and compared pair by pair."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.correspondence import patch_correlation
from engine.correspondence.patch_correlation import PatchCorrelation


def unfolded(features: Tensor, kernel: int) -> Tensor:
    """float64 (k² C, H W), centred over its values and of unit length."""
    patches = F.unfold(features.double()[None], kernel, padding=kernel // 2)[0]
    return F.normalize(patches - patches.mean(0), dim=0)


@pytest.mark.parametrize("kernel", [1, 3, 5])
@pytest.mark.parametrize("chunk_bytes", [1, 1 << 24])
def test_equals_unfolded_patches(kernel: int, chunk_bytes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patch_correlation, "CHUNK_BYTES", chunk_bytes)
    condition, exemplar = torch.randn(8, 6, 7) + 0.5, torch.randn(8, 9, 5) - 0.5
    expected = unfolded(condition, kernel).T @ unfolded(exemplar, kernel) / 0.1
    chunks = list(PatchCorrelation(condition, exemplar, kernel, temperature=0.1).chunks())
    assert [row for rows, _ in chunks for row in range(rows.start, rows.stop)] == list(range(6))
    torch.testing.assert_close(torch.cat([logits for _, logits in chunks]).double(), expected, atol=1e-5, rtol=1e-5)


def test_passes_gradients() -> None:
    condition = torch.randn(4, 5, 5, dtype=torch.float64, requires_grad=True)
    exemplar = torch.randn(4, 5, 5, dtype=torch.float64)
    (_, logits), *rest = PatchCorrelation(condition, exemplar).chunks()
    logits.square().sum().backward()
    assert not rest
    assert condition.grad.abs().sum() > 0
