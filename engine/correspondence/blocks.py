"""Square blocks of a feature map, and back."""

from torch import Tensor


def to_blocks(x: Tensor, block: int) -> Tensor:
    """(B, C, H, W) -> (B, blocks, block * block, C), block-major and row by row; H, W multiples of block."""
    batch, channels, height, width = x.shape
    tiles = x.view(batch, channels, height // block, block, width // block, block)
    return tiles.permute(0, 2, 4, 3, 5, 1).reshape(batch, -1, block * block, channels)


def from_blocks(x: Tensor, block: int, height: int, width: int) -> Tensor:
    """The inverse of `to_blocks`: (B, blocks, block * block, C) -> (B, C, height, width)."""
    batch, channels = len(x), x.shape[-1]
    tiles = x.view(batch, height // block, width // block, block, block, channels)
    return tiles.permute(0, 5, 1, 3, 2, 4).reshape(batch, channels, height, width)
