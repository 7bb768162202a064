"""Confidence feature injection."""

import pytest
import torch

from engine.layers.confi import Confi

ALL = torch.ones(1, 1, 6, 7)


@pytest.mark.parametrize(("bias", "wins"), [(50.0, "warped"), (-50.0, "condition")])
def test_trust_chooses_between_warped_and_condition(bias: float, wins: str) -> None:
    torch.manual_seed(0)
    confi = Confi(condition=4, warped=3, evidence=2, channels=5)
    torch.nn.init.constant_(confi.confidence.bias, bias)
    given = {"condition": torch.randn(1, 4, 6, 7), "warped": torch.randn(1, 3, 6, 7)}
    blended = confi(given["condition"], given["warped"], torch.randn(1, 2, 6, 7), ALL)
    assert torch.allclose(blended, getattr(confi, f"from_{wins}")(given[wins]), atol=1e-5)


def test_trust_differs_by_channel_and_depends_on_the_evidence() -> None:
    torch.manual_seed(0)
    confi = Confi(condition=4, warped=3, evidence=2, channels=5)
    condition, warped = torch.randn(1, 4, 6, 7), torch.randn(1, 3, 6, 7)
    low, high = confi.from_condition(condition), confi.from_warped(warped)
    even, sure = (confi(condition, warped, torch.full((1, 2, 6, 7), e), ALL) for e in (0.0, 5.0))
    trust = ((even - low) / (high - low))[0, :, 3, 3]
    assert trust.std() > 1e-2 and (even - sure).abs().max() > 1e-2


def test_nothing_of_another_class_is_let_in() -> None:
    torch.manual_seed(0)
    confi = Confi(condition=4, warped=3, evidence=2, channels=5)
    torch.nn.init.constant_(confi.confidence.bias, 50.0)
    condition, warped, agrees = torch.randn(1, 4, 6, 7), torch.randn(1, 3, 6, 7), ALL.clone()
    agrees[..., :3] = 0
    blended = confi(condition, warped, torch.randn(1, 2, 6, 7), agrees)
    assert torch.allclose(blended[..., :3], confi.from_condition(condition)[..., :3], atol=1e-5)
    assert torch.allclose(blended[..., 3:], confi.from_warped(warped)[..., 3:], atol=1e-5)
