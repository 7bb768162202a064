"""Seams between what neighbours look at."""

import torch
from torch import Tensor

from engine.correspondence.grids import identity_grid
from engine.correspondence.seams import mixed_at_seams, seams_of

SIZE = (32, 48)


def _torn(column: int, by: float) -> Tensor:
    points = identity_grid(*SIZE).unsqueeze(0)
    points[:, :, column:, 0] += by
    return points


def test_there_is_no_seam_where_places_follow_one_another() -> None:
    points = identity_grid(*SIZE).unsqueeze(0)
    for shown in (points, points * 0.7, points.flip(2), points.new_zeros(points.shape)):
        assert not seams_of(shown, SIZE).any()


def test_both_sides_of_a_seam_are_found_along_and_across() -> None:
    torn = _torn(20, 0.5)
    seams = seams_of(torn, SIZE)
    assert seams.shape == (1, 1, *SIZE)
    assert seams[0, 0].any(0).nonzero().flatten().tolist() == [19, 20] and (seams[0, 0, :, 19:21] == 1).all()
    assert torch.equal(seams_of(torn.transpose(1, 2), SIZE), seams.transpose(2, 3))


def test_how_far_is_torn_is_told_in_the_exemplars_pixels() -> None:
    torn = _torn(20, 2 * 2 / SIZE[1])
    assert not seams_of(torn, SIZE).any() and seams_of(torn, (64, 96)).any()


def test_pixels_at_seams_are_mixed_and_no_others() -> None:
    image, seams = torch.zeros(1, 3, *SIZE), torch.zeros(1, 1, *SIZE)
    image[..., 20:], seams[..., 19:21] = 1, 1
    mixed = mixed_at_seams(image, seams)
    assert torch.allclose(mixed[0, 0, 5, 18:22], torch.tensor([0, 0.25, 0.75, 1]))
    noise = torch.rand_like(image)
    assert torch.equal((mixed_at_seams(noise, seams) != noise).any(1, keepdim=True), seams > 0)


def test_a_part_is_mixed_as_the_whole_is() -> None:
    image, seams = torch.rand(1, 3, *SIZE), seams_of(_torn(20, 0.5), SIZE)
    whole, part = mixed_at_seams(image, seams), mixed_at_seams(image[..., 8:24, 16:32], seams[..., 8:24, 16:32])
    assert torch.allclose(part[..., 1:-1, 1:-1], whole[..., 9:23, 17:31])
