"""Attention over patches against the same written out."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.correspondence.grids import identity_grid
from engine.correspondence.patch_attention import attend_patches


def _unfolded(x: Tensor, kernel: int) -> Tensor:
    patches = F.unfold(x, kernel, padding=kernel // 2).double()
    return F.normalize(patches - patches.mean(1, keepdim=True), dim=1)


@pytest.mark.parametrize("kernel", [1, 3])
def test_it_is_the_softmax_over_cosines_of_centred_patches(kernel: int) -> None:
    torch.manual_seed(0)
    queries, keys, values = torch.randn(2, 8, 6, 5), torch.randn(2, 8, 4, 7), torch.randn(2, 3, 4, 7)
    queries.requires_grad_()
    found = attend_patches(queries, keys, values, kernel, 0.1)
    cosines = _unfolded(queries, kernel).transpose(1, 2) @ _unfolded(keys, kernel)
    weights = (cosines / 0.1).softmax(2)
    points = identity_grid(4, 7).flatten(0, 1).double()
    match = weights @ points
    distance = (points - match.unsqueeze(2)).square().sum(-1)
    expected = {
        "values": weights @ values.flatten(2).transpose(1, 2).double(),
        "match": match,
        "spread": (weights * distance).sum(2, keepdim=True).sqrt(),
        "likeness": cosines.amax(2, keepdim=True),
    }
    for name, rows in expected.items():
        plane = rows.transpose(1, 2).unflatten(2, (6, 5)).float()
        assert torch.allclose(getattr(found, name), plane, atol=1e-4), name

    gradients = [torch.autograd.grad(y, queries)[0] for y in (found.values[0].sum(), expected["values"][0].sum())]
    assert gradients[0].abs().max() > 1e-3
    assert torch.allclose(*gradients, atol=1e-4)
