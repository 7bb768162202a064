"""GRU-assisted PatchMatch by its properties."""

import pytest
import torch
import torch.nn.functional as F

from engine.correspondence.grids import identity_grid, sample
from engine.correspondence.patchmatch import (
    GruPatchMatch,
    Offsets,
    PatchMatchConfig,
    as_rows,
    bilinear_corners,
    published_index,
    rounded_index,
    to_offsets,
)

SIDE = 32
FORMS = pytest.mark.parametrize("trainable", [False, True])


def _smooth_warp(height: int, width: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Keys, a smooth random field of unit length, and queries, the same field bent a little."""
    generator = torch.Generator().manual_seed(0)
    coarse = torch.randn(1, 32, height // 4, width // 4, generator=generator)
    keys = F.interpolate(coarse, size=(height, width), mode="bicubic")
    grid = identity_grid(height, width).unsqueeze(0)
    bend = 0.15 * torch.stack([torch.sin(2 * grid[..., 1]), torch.cos(3 * grid[..., 0])], -1)
    return F.normalize(sample(keys, grid + bend), dim=1), F.normalize(keys, dim=1)


def _random_offsets(height: int, width: int, spread: int = 8) -> Offsets:
    generator = torch.Generator().manual_seed(1)
    down, right = (
        torch.randint(-spread, spread + 1, (1, height, width, 16), generator=generator).float() for _ in range(2)
    )
    return Offsets(down, right)


def _block(trainable: bool = False, still: bool = False) -> GruPatchMatch:
    torch.manual_seed(0)
    block = GruPatchMatch(PatchMatchConfig(trainable=trainable))
    if still:
        torch.nn.init.zeros_(block.refine_net.flow_head.conv2.weight)
        torch.nn.init.zeros_(block.refine_net.flow_head.conv2.bias)
    return block


@FORMS
@pytest.mark.parametrize("size", [(64, 64), (48, 80)])
def test_five_iterations_find_what_a_dense_search_finds(trainable: bool, size: tuple[int, int]) -> None:
    queries, keys = _smooth_warp(*size)
    with torch.inference_mode():
        index, _ = _block(trainable, still=True)(queries, keys, keys, _random_offsets(*size))
        rows, places = as_rows(queries), as_rows(keys)
        found = (rows * places[index[0, ..., 0].flatten()]).sum(1)
        best = (rows @ places.t()).amax(1)
    assert found.sum() >= 0.95 * best.sum()


@FORMS
def test_every_parameter_of_the_gru_learns_only_when_trainable(trainable: bool) -> None:
    block = _block(trainable)
    queries, keys = _smooth_warp(SIDE, SIDE)
    _, warp = block(queries, keys, keys[:, :3], _random_offsets(SIDE, SIDE))
    loss = (warp - queries[:, :3]).square().sum()
    if not trainable:
        assert not loss.requires_grad  # as published: the GRU only ever makes indices
        return
    loss.backward()
    taken_away = {"initial_layer.0.bias", "initial_layer.3.bias"}  # by the instance norm after them
    still = {name for name, p in block.named_parameters() if p.grad is None or p.grad.abs().max() == 0}
    assert still <= taken_away


def test_features_learn_in_the_published_form_too() -> None:
    queries, keys = (x.requires_grad_() for x in _smooth_warp(SIDE, SIDE))
    _, warp = _block()(queries, keys, torch.rand(1, 3, SIDE, SIDE), _random_offsets(SIDE, SIDE))
    warp.square().sum().backward()
    assert queries.grad.abs().sum() > 0 and keys.grad.abs().sum() > 0


def test_steps_of_the_gradient_bring_the_warp_nearer() -> None:
    block = _block(trainable=True)
    queries, keys = _smooth_warp(SIDE, SIDE)
    optimiser = torch.optim.Adam(block.refine_net.parameters(), lr=3e-3)
    losses = []
    for _ in range(8):
        _, warp = block(queries, keys, keys[:, :8], _random_offsets(SIDE, SIDE))
        loss = (warp - queries[:, :8]).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert min(losses[-3:]) < losses[0]


def test_without_a_generator_nothing_is_left_to_chance() -> None:
    queries, keys = _smooth_warp(SIDE, SIDE)
    block, start = _block(), _random_offsets(SIDE, SIDE)

    def run(seed: int | None = None) -> torch.Tensor:
        generator = None if seed is None else torch.Generator().manual_seed(seed)
        with torch.inference_mode():
            return block(queries, keys, keys, start, generator)[1]

    assert torch.equal(run(), run())
    assert torch.equal(run(3), run(3))
    assert any(not torch.equal(run(), run(seed)) for seed in range(4))


def test_pictures_of_a_batch_do_not_meet() -> None:
    (queries, keys), start = _smooth_warp(SIDE, SIDE), _random_offsets(SIDE, SIDE)
    block = _block(trainable=True)
    double = Offsets(start.down.repeat(2, 1, 1, 1), start.right.repeat(2, 1, 1, 1))
    with torch.inference_mode():
        alone = block(queries, keys, keys, start)[1]
        both = block(torch.cat([queries, keys]), torch.cat([keys, queries]), torch.cat([keys, queries]), double)[1]
    assert torch.allclose(alone, both[:1], atol=1e-4)


def test_index_and_offsets_are_inverse() -> None:
    index = torch.randint(0, 6 * 9, (2, 6, 9, 16), dtype=torch.int32)
    offsets = to_offsets(index)
    assert torch.equal(published_index(offsets), index) and torch.equal(rounded_index(offsets), index)


def test_the_published_index_lets_a_part_of_a_row_leak_into_the_column() -> None:
    half = Offsets(torch.full((1, 4, 8, 1), 0.5), torch.zeros(1, 4, 8, 1))
    assert published_index(half)[0, 1, 0, 0] == 1 * 8 + 4
    assert rounded_index(half)[0, 1, 0, 0] == 2 * 8


def test_corners_share_a_place_and_stay_inside() -> None:
    offsets = Offsets(torch.full((1, 4, 8, 1), 0.25), torch.full((1, 4, 8, 1), 0.5))
    index, shares = bilinear_corners(offsets)
    assert index[0, 1, 2].tolist() == [10, 11, 18, 19]
    assert torch.allclose(shares[0, 1, 2], torch.tensor([0.375, 0.375, 0.125, 0.125]))
    assert index.max() == 31 and torch.allclose(shares.sum(3), torch.ones(1, 4, 8))
