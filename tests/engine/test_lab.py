"""CIE Lab and back."""

import torch
from skimage.color import rgb2lab

from engine.lab import to_lab, to_rgb


def test_lab_is_that_of_others_and_comes_back() -> None:
    picture = torch.rand(2, 3, 9, 11, generator=torch.Generator().manual_seed(0)) * 2 - 1
    picture[0, :, 0, 0], picture[0, :, 0, 1] = -1, 1
    lab = to_lab(picture)
    expected = torch.from_numpy(rgb2lab(((picture + 1) / 2).permute(0, 2, 3, 1).double().numpy()))
    own = torch.stack([(lab[:, 0] + 1) * 50, lab[:, 1] * 110, lab[:, 2] * 110], dim=-1)
    assert (own - expected).abs().max() < 0.02
    assert (to_rgb(lab) - picture).abs().max() < 1e-4
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(to_lab(picture), lab)
