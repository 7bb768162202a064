"""Another look for what is warped."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.models.recolouring import CONTRAST, recoloured

LABELS = torch.tensor([[[0, 0, 1, 1]] * 4])


def _picture(seed: int) -> torch.Tensor:
    return 0.3 * torch.randn(1, 3, 4, 4, generator=torch.Generator().manual_seed(seed)).clamp(-1, 1)


def _look(picture: torch.Tensor) -> torch.Tensor:
    """Mean and standard deviation of each class of LABELS: (1, 2, 6)."""
    parts = [picture[0, :, :, :2].flatten(1), picture[0, :, :, 2:].flatten(1)]
    return torch.stack([torch.cat([p.mean(1), p.std(1, correction=0)]) for p in parts]).unsqueeze(0)


@given(st.integers(0, 1000))
def test_the_same_look_leaves_every_pixel(seed: int) -> None:
    picture = _picture(seed)
    assert torch.allclose(recoloured(picture, LABELS, _look(picture), _look(picture)), picture, atol=1e-6)


@given(st.integers(0, 1000), st.floats(-0.05, 0.05), st.floats(0.8, 1.2))
def test_each_class_gets_the_look_it_is_given_and_the_other_keeps_its_own(
    seed: int, shift: float, contrast: float
) -> None:
    picture = 0.5 * _picture(seed)
    before = _look(picture)
    after = before.clone()
    after[:, 1, :3] += shift
    after[:, 1, 3:] *= contrast
    assert torch.allclose(_look(recoloured(picture, LABELS, before, after)), after, atol=1e-4)


def test_contrast_stays_within_its_bounds() -> None:
    picture = 0.1 * _picture(0)
    after = _look(picture)
    after[..., 3:] = 10.0
    spread = _look(recoloured(picture, LABELS, _look(picture), after))[..., 3:]
    assert (spread <= CONTRAST[1] * _look(picture)[..., 3:] + 1e-5).all()
