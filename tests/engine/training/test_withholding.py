"""What the generator is not shown in training."""

import random

import torch

from engine.correspondence.refinement import AGREEMENT
from engine.data.chance import Chance
from engine.models.injection import Injection
from engine.training.withholding import DISTRUST, draw_withheld, without


def _injection(side: int = 64) -> Injection:
    generator = torch.Generator().manual_seed(0)

    def noise(channels: int, stride: int) -> torch.Tensor:
        return torch.rand(1, channels, side // stride, side // stride, generator=generator)

    features = (noise(2, 2), noise(2, 4), noise(2, 8))
    everywhere, nowhere = torch.ones(1, 1, side, side), torch.zeros(1, 1, side, side)
    return Injection(noise(3, 1), features, noise(6, 4), noise(1, 1), everywhere, nowhere, torch.rand(1, 3, 4))


def _labels(side: int = 64) -> torch.Tensor:
    labels = torch.zeros(1, side, side, dtype=torch.long)
    labels[:, 16:32, 16:48] = 2
    return labels


def test_one_class_is_replaced_and_distrusted_and_nothing_else() -> None:
    injection, labels = _injection(), _labels()
    hidden = without(injection, labels, torch.tensor([[False, False, True]]))
    inside = (labels == 2).unsqueeze(1)
    assert (hidden.trust[inside] == DISTRUST).all()
    assert (hidden.agrees[inside] == 0).all()
    assert ((hidden.warp != injection.warp).any(1, keepdim=True) == inside).all()
    assert torch.equal(hidden.trust[~inside], injection.trust[~inside])
    assert (hidden.evidence[:, AGREEMENT, 4:8, 4:12] == 0).all()
    assert torch.equal(hidden.style, injection.style)
    for before, after in zip(injection.features, hidden.features, strict=True):
        assert not torch.equal(before, after)


def test_without_anything_to_withhold_all_stays() -> None:
    injection = _injection()
    assert without(injection, _labels(), torch.zeros(1, 3, dtype=torch.bool)) is injection


def test_draws_hide_one_class_all_of_the_warp_or_nothing_but_never_all_of_the_style() -> None:
    labels = _labels().expand(400, -1, -1)
    drawn = draw_withheld(labels, 3, Chance(random.Random(0), torch.Generator()))
    counts = drawn.warp.sum(1)
    assert set(counts.tolist()) == {0, 1, 3}
    assert 0.4 < (counts == 1).float().mean() < 0.6
    assert drawn.style.sum(1).max() == 1
    assert (drawn.warp | ~drawn.style).all()
    assert not drawn.style[:, :2].any()
