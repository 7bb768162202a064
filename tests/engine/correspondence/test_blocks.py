"""Blocks of a map, there and back."""

import pytest
import torch

from engine.correspondence.blocks import from_blocks, pieces, take_blocks


@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_blocks_are_taken_row_by_row_and_put_back(memory_format: torch.memory_format) -> None:
    x = torch.arange(3 * 4 * 6.0).view(1, 3, 4, 6).contiguous(memory_format=memory_format)[0]
    blocks = take_blocks(pieces(x, 2), torch.arange(6).unsqueeze(1), 2, 6)
    assert torch.equal(blocks[4], x[:, 2:4, 2:4].flatten(1).T)
    assert torch.equal(from_blocks(blocks, 2, 4, 6), x)


def test_several_blocks_are_taken_together() -> None:
    x = torch.arange(3 * 4 * 6.0).view(3, 4, 6)
    taken = take_blocks(pieces(x, 2), torch.tensor([[5, 0], [1, 1]]), 2, 6)
    assert torch.equal(taken[0], torch.cat([x[:, 2:4, 4:6].flatten(1).T, x[:, :2, :2].flatten(1).T]))
    assert torch.equal(taken[1, :4], taken[1, 4:])


def test_a_map_with_channels_together_is_not_copied() -> None:
    x = torch.zeros(1, 3, 4, 6).contiguous(memory_format=torch.channels_last)[0]
    assert pieces(x, 2).data_ptr() == x.data_ptr()
