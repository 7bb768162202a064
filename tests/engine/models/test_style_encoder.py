"""The style encoder."""

import pytest
import torch

from engine.models.style_encoder import StyleEncoder, StyleEncoderConfig

TINY = StyleEncoderConfig(dims=3, widths=(4, 6, 8, 10))


@pytest.mark.parametrize("size", [(32, 32), (33, 47), (64, 96)])
@pytest.mark.parametrize("shrink", [1, 2, 4])
def test_photos_of_any_size_become_codes(size: tuple[int, int], shrink: int) -> None:
    encoder = StyleEncoder(StyleEncoderConfig(3, TINY.widths, shrink))
    photo = torch.rand(2, 3, *size) * 2 - 1
    mean, log_variance = encoder(photo)
    assert mean.shape == log_variance.shape == (2, 3)
    assert torch.equal(encoder.code(photo), mean)
    assert mean.isfinite().all() and log_variance.isfinite().all()


def test_a_photo_is_encoded_alone_as_in_a_batch() -> None:
    encoder, photos = StyleEncoder(TINY), torch.rand(3, 3, 40, 32) * 2 - 1
    assert torch.allclose(encoder.code(photos)[1:2], encoder.code(photos[1:2]), atol=1e-5)


def test_a_photo_and_its_mirror_image_differ_less_than_two_photos() -> None:
    torch.manual_seed(0)
    encoder = StyleEncoder(TINY)
    dark, light = torch.rand(1, 3, 64, 64) - 1, torch.rand(1, 3, 64, 64)
    code = encoder.code(dark)
    assert (code - encoder.code(dark.flip(3))).norm() < (code - encoder.code(light)).norm()


def test_every_weight_but_the_log_variance_counts_for_the_code() -> None:
    encoder = StyleEncoder(TINY)
    encoder.code(torch.rand(2, 3, 64, 64)).square().sum().backward()
    idle = {name.split(".")[0] for name, p in encoder.named_parameters() if p.grad is None or not p.grad.any()}
    assert idle == {"log_variance"}
