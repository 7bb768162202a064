"""Square blocks of a feature map, and back.

A block is copied out piece by piece; a piece is `block` neighbours of one row of positions with all their channels,
which lie together in a map that is channels_last, as the networks give them. No copy of the whole map is needed.
"""

import torch
from torch import Tensor


def pieces(x: Tensor, block: int) -> Tensor:
    """(C, H, W) -> (H * W / block, block * C), a view where channels lie together; W is a multiple of `block`."""
    return x.flatten(1).T.reshape(-1, block * len(x))


def take_blocks(pieces: Tensor, index: Tensor, block: int, width: int) -> Tensor:
    """The blocks int64 (n, k) of a map of `width` positions, each row by row: (n, k * block * block, C)."""
    across = width // block
    first = index // across * (block * across) + index % across
    rows = first.unsqueeze(2) + across * torch.arange(block, device=index.device)
    return pieces.index_select(0, rows.flatten()).view(len(index), -1, pieces.shape[1] // block)


def from_blocks(x: Tensor, block: int, height: int, width: int) -> Tensor:
    """(blocks, block * block, C), block-major and row by row -> (C, height, width), channels together in memory."""
    tiles = x.view(height // block, width // block, block, block, x.shape[2])
    return tiles.transpose(1, 2).reshape(height, width, x.shape[2]).permute(2, 0, 1)
