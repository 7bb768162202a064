"""Authors' state dicts: what fits is folded and loaded, what does not is listed."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import spectral_norm

from engine.errors import InputError
from engine.weights import load_published
from engine.weights.folding import fold, stored_shapes
from engine.weights.published import find_published

OPTIONS = {"semantic_nc": 5, "ngf": 2, "maskmix": True, "netG": "spade", "use_attention": False}
StateDicts = dict[str, dict[str, Tensor]]


@pytest.fixture
def state_dicts() -> StateDicts:
    return make_state_dicts()


def make_state_dicts(seed: int = 0) -> StateDicts:
    """Weights of a small CoCosNet with the authors' keys."""
    generator = torch.Generator().manual_seed(seed)
    module = find_published("cocosnet").build(OPTIONS)
    return {
        network: {name: torch.randn(shape, generator=generator) * 0.05 for name, shape in stored_shapes(part).items()}
        for network, part in module.named_children()
    }


def test_folding_equals_spectral_norm_in_evaluation() -> None:
    layer = spectral_norm(nn.Conv2d(3, 6, 3)).eval()
    folded = fold(layer.state_dict())
    assert folded.keys() == {"weight", "bias"}
    x = torch.randn(1, 3, 8, 8)
    torch.testing.assert_close(nn.functional.conv2d(x, folded["weight"], folded["bias"]), layer(x))


def test_wrappers_are_stripped(state_dicts: StateDicts) -> None:
    wrapped = {name: {f"module.{key}": x for key, x in part.items()} for name, part in state_dicts.items()}
    plain, stripped = (load_published("cocosnet", each, OPTIONS) for each in (state_dicts, wrapped))
    for name, tensor in plain.state_dict().items():
        assert torch.equal(tensor, stripped.state_dict()[name])


def remove(part: dict[str, Tensor]) -> None:
    del part["fc.bias"], part["up_0.conv_0.weight_u"]


def add(part: dict[str, Tensor]) -> None:
    part["discriminator.weight"] = torch.zeros(1)


def reshape(part: dict[str, Tensor]) -> None:
    part["fc.bias"] = torch.zeros(7)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (remove, "netG .* fc.bias, up_0.conv_0.weight_u are missing"),
        (add, "discriminator.weight is extra"),
        (reshape, r"fc.bias \(\(7,\) and not \(32,\)\) is of another shape"),
    ],
)
def test_what_does_not_fit_is_listed(state_dicts: StateDicts, change: Callable, complaint: str) -> None:
    change(state_dicts["netG"])
    with pytest.raises(InputError, match=complaint):
        load_published("cocosnet", state_dicts, OPTIONS)


def test_networks_must_be_there(state_dicts: StateDicts) -> None:
    with pytest.raises(InputError, match="weights of netCorr are missing"):
        load_published("cocosnet", {"netG": state_dicts["netG"]}, OPTIONS)
    with pytest.raises(InputError, match="no netD"):
        load_published("cocosnet", state_dicts | {"netD": {}}, OPTIONS)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"PONO": False}, "The option PONO is False, but this model is built with True only"),
        ({"semantic_nc": "19"}, "semantic_nc is '19'; it must be a whole number"),
        ({"adaptor_kernel": 5}, "adaptor_kernel is 5; choose one of: 3, 4"),
        ({"semantic_nc": 6}, "does not fit these options"),
    ],
)
def test_wrong_options_are_explained(state_dicts: StateDicts, options: dict, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        load_published("cocosnet", state_dicts, OPTIONS | options)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(InputError, match="choose one of: cocosnet"):
        load_published("cocosnet9", {}, {})
