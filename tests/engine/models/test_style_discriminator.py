"""The judge of StEP and its baselines."""

import torch

from engine.models.style_discriminator import SCALES, StyleDiscriminator, with_variety


def test_it_answers_patch_by_patch_at_three_scales() -> None:
    torch.manual_seed(0)
    answers = StyleDiscriminator(5, width=4)(torch.rand(2, 5, 64, 64), torch.rand(2, 3, 64, 64))
    assert len(answers) == SCALES
    assert [scale[-1].shape for scale in answers] == [(2, 1, 8, 8), (2, 1, 4, 4), (2, 1, 2, 2)]


def test_it_sees_condition_and_picture() -> None:
    torch.manual_seed(0)
    judge = StyleDiscriminator(5, width=4)
    content = torch.rand(2, 5, 64, 64, requires_grad=True)
    picture = torch.rand(2, 3, 64, 64, requires_grad=True)
    sum(scale[-1].square().sum() for scale in judge(content, picture)).backward()
    assert content.grad.abs().sum() > 0 and picture.grad.abs().sum() > 0


def test_the_last_channel_tells_equal_pictures_from_different_ones() -> None:
    torch.manual_seed(0)
    different = torch.randn(3, 4, 5, 6)
    assert with_variety(different[:1].expand(3, -1, -1, -1))[:, -1].max() < 1e-3
    variety = with_variety(different)
    assert variety.shape == (3, 5, 5, 6) and 0.5 < variety[0, -1, 0, 0] < 1.1
    assert torch.equal(variety[:, :-1], different)


def test_a_single_picture_has_no_variety() -> None:
    assert with_variety(torch.randn(1, 4, 3, 3))[:, -1].max() < 1e-3
