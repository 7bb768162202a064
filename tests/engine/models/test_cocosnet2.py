"""Every configuration of CoCosNet v2 runs forward and backward, at sizes that are not square too."""

from dataclasses import replace

import pytest
import torch

from engine.errors import InputError
from engine.models.cocosnet2 import CocosNet2, CocosNet2Config, configurations, offsets_around


def _small(name: str) -> CocosNet2Config:
    config = configurations()[name]
    return replace(config, extractor_width=8, generator_width=2, patchmatch=replace(config.patchmatch, dims=8))


def _inputs(height: int, width: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    return torch.rand(1, 20, height, width), torch.rand(1, 3, height, width) * 2 - 1, torch.rand(1, 20, height, width)


@pytest.mark.parametrize("name", configurations())
@pytest.mark.parametrize("size", [(64, 64), (64, 96)])
def test_every_configuration_runs_and_learns(name: str, size: tuple[int, int]) -> None:
    torch.manual_seed(0)
    network = CocosNet2(_small(name))
    picture = network(*_inputs(*size))
    assert picture.shape == (1, 3, *size) and picture.abs().max() <= 1
    (picture - 0.5).square().sum().backward()
    if network.config.matching == "patchmatch":
        gru = network.netCorr.patch_match.refine_net
        learns = [p.grad is not None and p.grad.abs().max() > 0 for p in gru.parameters()]
        assert all(learns) if network.config.patchmatch.trainable else not any(learns)
    assert network.netCorr.adaptive_model_img.layer1[0].weight.grad.abs().sum() > 0


def test_levels_double_in_size() -> None:
    torch.manual_seed(0)
    network = CocosNet2(_small("published"))
    with torch.inference_mode():
        match = network.netCorr(*_inputs(64, 96))
    assert [tuple(warp.shape[2:]) for warp in match.warps] == [(8, 12), (16, 24), (32, 48), (64, 96)]
    assert [tuple(index.shape) for index in match.matches] == [(1, 16, 24, 16), (1, 32, 48, 16), (1, 64, 96, 16)]


def test_saved_weights_give_the_same_picture() -> None:
    torch.manual_seed(0)
    one, other = CocosNet2(_small("published")), CocosNet2(_small("published"))
    other.load_state_dict(one.state_dict())
    with torch.inference_mode():
        assert torch.equal(one(*_inputs(64, 64)), other(*_inputs(64, 64)))


def test_the_first_candidates_surround_the_doubled_match() -> None:
    index = torch.tensor([[[5, 0, 0], [0, 0, 0]]])  # (row 1, column 2) seen from (0, 0)
    offsets = offsets_around(index)
    assert offsets.down.shape == (1, 4, 6, 16)
    for row, column in ((0, 0), (1, 1)):
        assert sorted(set(offsets.down[0, row, column].tolist())) == [0, 2, 4, 6]
        assert sorted(set(offsets.right[0, row, column].tolist())) == [2, 4, 6, 8]


def test_what_does_not_fit_is_named() -> None:
    network = CocosNet2(_small("published"))
    condition, exemplar, exemplar_condition = _inputs(64, 64)
    with pytest.raises(InputError, match="exemplar's condition has 18 channels"):
        network(condition, exemplar, exemplar_condition[:, :18])
    with pytest.raises(InputError, match="multiples of 32"):
        network(condition[..., :40], exemplar[..., :40], exemplar_condition[..., :40])
